import { Inject, Injectable } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { CasetrailError } from '../../kernel/errors';
import { DATABASE, type Database } from '../../platform/postgres/database';

/** A row of rpt.ticket, instants as ISO text, its place in the log printed as one. */
export type TicketView = Readonly<Record<string, unknown>>;

/** `id` is a ticket id, or a whole key `tenant/ticket_id`. A null tenant may see all. */
export class FindTicket extends Query<TicketView> {
  constructor(
    readonly id: string,
    readonly tenant: string | null,
    readonly source: string | null,
  ) {
    super();
  }
}

// A key holds a slash and an id may hold one too, so both readings are tried.
const FIND = {
  name: 'rpt_find_ticket',
  text: `
    SELECT to_jsonb(t) AS ticket FROM rpt.ticket t
    WHERE (t.ticket_id = $1 OR t.ticket_key = $1)
      AND ($2::text IS NULL OR t.tenant_id = $2)
      AND ($3::text IS NULL OR t.tenant_id = (SELECT s.tenant FROM app.source s WHERE s.name = $3))
    LIMIT 2`,
} as const;

@Injectable()
@QueryHandler(FindTicket)
export class FindTicketHandler implements IQueryHandler<FindTicket> {
  constructor(@Inject(DATABASE) private readonly db: Database) {}

  async execute({ id, tenant, source }: FindTicket): Promise<TicketView> {
    const rows = await this.db.query<{ ticket: TicketView }>({ ...FIND, values: [id, tenant, source] });
    const [found, other] = rows;
    if (found === undefined) throw new CasetrailError('not_found', `There is no ticket ${id}.`);
    if (other !== undefined) {
      throw new CasetrailError(
        'ambiguous_ticket',
        `Several tenants have a ticket ${id}: add ?source=<name>, or ask for tenant%2F${encodeURIComponent(id)}.`,
      );
    }
    const { lane, position, ...columns } = found.ticket;
    return { ...withUtcInstants(columns), position: `${String(lane)}:${String(position)}` };
  }
}

/** PostgreSQL prints instants in the session's zone; JSON readers get UTC with milliseconds. */
function withUtcInstants(row: TicketView): TicketView {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      name.endsWith('_at') || name === 'open_turn_since' ? utc(value) : value,
    ]),
  );
}

function utc(value: unknown): unknown {
  return typeof value === 'string' ? new Date(value).toISOString() : value;
}
