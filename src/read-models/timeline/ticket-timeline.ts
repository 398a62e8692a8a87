import { Inject, Injectable } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { z } from 'zod';
import { compareKeys } from '../../domain/order';
import { type JsonObject } from '../../domain/personal';
import { readTicket } from '../../ledger/reading';
import { type TicketAddress } from '../../ledger/ticket-address';
import { READ_DATABASE, type Database, type Queryable } from '../../platform/postgres/database';
import { type Page, pageOf, placeOf } from '../../platform/http/cursor';
import { findTicket } from '../ticket/find-ticket';
import { customerItems } from './customer-view';
import { printCustomer, printInternal } from './print-entry';
import { type TimelinePage } from './timeline-entry';
import { type TimelineItem, timelineItems } from './timeline-item';

export interface TimelineWish {
  readonly view: 'customer' | 'internal';
  readonly cursor: string | null;
  readonly limit: number;
}

export class TicketTimeline extends Query<TimelinePage> {
  constructor(
    readonly address: TicketAddress,
    readonly wish: TimelineWish,
  ) {
    super();
  }
}

const place = z.tuple([z.number(), z.number(), z.string(), z.string()]);

const READ_PERSONAL = {
  name: 'es_read_personal_of_many',
  text: `SELECT c.position, c.personal FROM es.content c WHERE c.lane = $1 AND c.position = ANY($2::bigint[])`,
} as const;

/**
 * Straight from the log. Which events come before which, and what each changed, is known only to the fold of the whole
 * ticket, so all its narrow rows are read; the texts are read for the page alone.
 */
@Injectable()
@QueryHandler(TicketTimeline)
export class TicketTimelineHandler implements IQueryHandler<TicketTimeline> {
  constructor(@Inject(READ_DATABASE) private readonly db: Database) {}

  async execute({ address, wish }: TicketTimeline): Promise<TimelinePage> {
    const { tenant_id: tenant, ticket_id: ticketId } = await findTicket(this.db, address);
    const items = timelineItems(await readTicket(this.db, String(tenant), String(ticketId)));
    const shown = customerItems(items);
    const { view, cursor, limit } = wish;
    const question = { list: 'timeline', tenant: String(tenant), ticket: String(ticketId), view };
    const after = cursor === null ? null : placeOf(cursor, question, place);
    const nextOf = <T extends TimelineItem>(all: readonly T[]): Page<T> => {
      const rest = after === null ? all : all.filter(({ key }) => compareKeys(key, after) > 0);
      return pageOf(rest, limit, question, ({ key }) => [...key]);
    };
    if (view === 'customer') {
      const { items: page, next } = nextOf(shown);
      const personal = await personalOf(this.db, page);
      return { items: page.map((item) => printCustomer(item, personal(item))), next };
    }
    const { items: page, next } = nextOf(items);
    const personal = await personalOf(this.db, page);
    const isPublic = new Set(shown.map(({ event }) => event.position));
    return {
      items: page.map((item) => printInternal(item, isPublic.has(item.event.position), personal(item))),
      next,
    };
  }
}

async function personalOf(
  db: Queryable,
  page: readonly TimelineItem[],
): Promise<(item: TimelineItem) => JsonObject> {
  const [first] = page;
  if (first === undefined) return () => ({});
  const positions = page.map(({ event }) => event.position);
  const rows = await db.query<{ position: number; personal: JsonObject }>({
    ...READ_PERSONAL,
    values: [first.event.lane, positions],
  });
  const byPosition = new Map(rows.map(({ position, personal }) => [position, personal]));
  return ({ event }) => byPosition.get(event.position) ?? {};
}
