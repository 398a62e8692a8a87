import { CasetrailError } from '../kernel/errors';
import { type Queryable } from '../platform/postgres/database';

/** `id` is a ticket id, or a whole key `tenant/ticket_id`. A null tenant may see all. */
export interface TicketAddress {
  readonly id: string;
  readonly tenant: string | null;
  readonly source: string | null;
}

export interface StoredTicket {
  readonly tenant: string;
  readonly ticketId: string;
}

// A key holds a slash and an id may hold one too, so both readings are tried.
const FIND = {
  name: 'es_find_ticket',
  text: `
    SELECT DISTINCT e.tenant, e.ticket_id AS "ticketId" FROM es.event e
    WHERE (e.ticket_id = $1
        OR e.ticket_id = substr($1, strpos($1, '/') + 1) AND e.tenant = split_part($1, '/', 1) AND $1 LIKE '%/%')
      AND ($2::text IS NULL OR e.tenant = $2)
      AND ($3::text IS NULL OR e.tenant = (SELECT s.tenant FROM app.source s WHERE s.name = $3))
    LIMIT 2`,
} as const;

/** Straight from the log, however far its projections have come. Refuses what names no ticket, or several. */
export async function findStoredTicket(
  db: Queryable,
  { id, tenant, source }: TicketAddress,
): Promise<StoredTicket> {
  // PostgreSQL's text holds no NUL: no ticket has such an id.
  if (id.includes('\0')) throw noSuchTicket(id);
  const [found, other] = await db.query<StoredTicket & Record<string, unknown>>({
    ...FIND,
    values: [id, tenant, source],
  });
  if (found === undefined) throw noSuchTicket(id);
  if (other !== undefined) throw ambiguousTicket(id);
  return found;
}

export function noSuchTicket(id: string): CasetrailError {
  return new CasetrailError('not_found', `There is no ticket ${id}.`);
}

export function ambiguousTicket(id: string): CasetrailError {
  const key = encodeURIComponent(id);
  const message = `Several tenants have a ticket ${id}: add ?source=<name>, or ask for tenant%2F${key}.`;
  return new CasetrailError('ambiguous_ticket', message);
}
