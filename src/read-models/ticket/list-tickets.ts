import { Inject, Injectable } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { z } from 'zod';
import { READ_DATABASE, type Database } from '../../platform/postgres/database';
import { type Page, pageOf, placeOf } from '../../platform/http/cursor';
import { type JsonRow } from '../utc-instants';
import { ticketPageStatement } from './ticket-page-statement';
import { type TicketQuery } from './ticket-query';
import { type TicketView, ticketViewOf } from './ticket-view';

export type TicketList = Page<TicketView>;

/** `tenant` is the caller's; null may see all. */
export class ListTickets extends Query<TicketList> {
  constructor(
    readonly query: TicketQuery,
    readonly tenant: string | null,
  ) {
    super();
  }
}

const place = z.tuple([z.iso.datetime(), z.string()]);

@Injectable()
@QueryHandler(ListTickets)
export class ListTicketsHandler implements IQueryHandler<ListTickets> {
  constructor(@Inject(READ_DATABASE) private readonly db: Database) {}

  async execute({ query, tenant }: ListTickets): Promise<TicketList> {
    const { limit, cursor } = query;
    const question = {
      list: 'tickets',
      caller: tenant,
      ...query,
      limit: undefined,
      cursor: undefined,
      at_least: undefined,
    };
    const after = cursor === undefined ? null : placeOf(cursor, question, place);
    // Another tenant's tickets are not refused: that they are there is nobody else's business.
    if (tenant !== null && query.tenant !== undefined && query.tenant !== tenant)
      return { items: [], next: null };
    const rows = await this.db.query<{ ticket: JsonRow; at: string; key: string }>(
      ticketPageStatement({ filter: query, tenant: tenant ?? query.tenant ?? null, after, limit: limit + 1 }),
    );
    const { items, next } = pageOf(rows, limit, question, ({ at, key }) => [at, key]);
    return { items: items.map(({ ticket }) => ticketViewOf(ticket)), next };
  }
}
