import { Inject, Injectable } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { ambiguousTicket, noSuchTicket, type TicketAddress } from '../../ledger/ticket-address';
import { READ_DATABASE, type Database, type Queryable } from '../../platform/postgres/database';
import { type JsonRow } from '../utc-instants';
import { type TicketView, ticketViewOf } from './ticket-view';

export class FindTicket extends Query<TicketView> {
  constructor(readonly address: TicketAddress) {
    super();
  }
}

// A key holds a slash and an id may hold one too, so both readings are tried.
const FIND = {
  name: 'rpt_find_ticket',
  text: `
    SELECT to_json(t) AS ticket FROM rpt.ticket t
    WHERE (t.ticket_id = $1 OR t.ticket_key = $1)
      AND ($2::text IS NULL OR t.tenant_id = $2)
      AND ($3::text IS NULL OR t.tenant_id = (SELECT s.tenant FROM app.source s WHERE s.name = $3))
    LIMIT 2`,
} as const;

/** The row of rpt.ticket; refuses what names no ticket, or several. */
export async function findTicket(db: Queryable, { id, tenant, source }: TicketAddress): Promise<JsonRow> {
  // PostgreSQL's text holds no NUL: no ticket has such an id.
  if (id.includes('\0')) throw noSuchTicket(id);
  const [found, other] = await db.query<{ ticket: JsonRow }>({ ...FIND, values: [id, tenant, source] });
  if (found === undefined) throw noSuchTicket(id);
  if (other !== undefined) throw ambiguousTicket(id);
  return found.ticket;
}

@Injectable()
@QueryHandler(FindTicket)
export class FindTicketHandler implements IQueryHandler<FindTicket> {
  constructor(@Inject(READ_DATABASE) private readonly db: Database) {}

  async execute({ address }: FindTicket): Promise<TicketView> {
    return ticketViewOf(await findTicket(this.db, address));
  }
}
