import { foldTicket } from '../../domain/fold-ticket';
import { type TicketHead } from '../../domain/ticket-head';
import { canonicalJson, type Json } from '../../kernel/canonical-json';
import { asError } from '../../kernel/errors';
import { laneOf, ticketKey } from '../../kernel/ticket-key';
import { type Queryable } from '../../platform/postgres/database';
import { EVENT_COLUMNS, factOfStored, isOwn, type StoredEvent } from '../reading';
import { type Fault, fault, firstOf } from './fault';

/** A slice holds so many tickets, or so many events where tickets are long; a ticket's events are folded together. */
const SLICE_TICKETS = 500;
const SLICE_EVENTS = 2000;

// Heads and their events in one statement, so in one snapshot: a ticket that moves meanwhile is seen before or after its
// append, never in the middle, and no transaction has to be held open over the whole verification.
const TICKETS = {
  name: 'es_verify_tickets',
  text: `
    SELECT h.tenant AS "headTenant", h.ticket_id AS "headTicket", h.lane AS "headLane", h.revision,
           CASE WHEN coalesce(s.nth, 1) = 1 THEN h.head END AS head, s.*
    FROM (
      SELECT t.*, sum(t.revision) OVER (ORDER BY t.tenant, t.ticket_id) AS so_far
      FROM es.ticket_head t WHERE (t.tenant, t.ticket_id) > ($1, $2)
      ORDER BY t.tenant, t.ticket_id LIMIT ${SLICE_TICKETS}) h
    LEFT JOIN LATERAL (
      SELECT ${EVENT_COLUMNS}, row_number() OVER (ORDER BY e.lane, e.position) AS nth
      FROM es.event e WHERE e.tenant = h.tenant AND e.ticket_id = h.ticket_id OFFSET 0) s ON true
    WHERE h.so_far - h.revision < ${SLICE_EVENTS}
    ORDER BY h.tenant, h.ticket_id, s.nth`,
} as const;

interface Row extends StoredEvent {
  readonly headTenant: string;
  readonly headTicket: string;
  readonly headLane: number;
  readonly revision: number;
  /** In the ticket's first row only. */
  readonly head: TicketHead | null;
  /** Null: the head has no event. */
  readonly nth: number | null;
}

/** Folds every ticket anew and compares. Returns the first fault of all, for tickets do not come in order of lanes. */
export async function checkTickets(
  db: Queryable,
  lanes: number,
  onChecked: (events: number) => void,
): Promise<Fault | null> {
  let first: Fault | null = null;
  let after = { tenant: '', ticketId: '' };
  for (;;) {
    const rows = await db.query<Row & Record<string, unknown>>({
      ...TICKETS,
      values: [after.tenant, after.ticketId],
    });
    const last = rows.at(-1);
    if (last === undefined) return first;
    for (const ticket of ticketsOf(rows)) first = firstOf([first, checkTicket(ticket, lanes)]);
    onChecked(rows.length);
    after = { tenant: last.headTenant, ticketId: last.headTicket };
  }
}

function* ticketsOf(rows: readonly Row[]): Generator<readonly [Row, ...Row[]]> {
  let ticket: [Row, ...Row[]] | null = null;
  for (const row of rows) {
    if (ticket !== null && (row.nth ?? 1) > 1) {
      ticket.push(row);
      continue;
    }
    if (ticket !== null) yield ticket;
    ticket = [row];
  }
  if (ticket !== null) yield ticket;
}

function checkTicket(rows: readonly [Row, ...Row[]], lanes: number): Fault | null {
  const [{ headTenant, headTicket, headLane, revision, head, nth }] = rows;
  const key = ticketKey(headTenant, headTicket);
  if (nth === null)
    return fault('head_without_events', headLane, 0, `the head of ticket ${key} has no event`);
  const last = rows[rows.length - 1] ?? rows[0];
  const wrong = (detail: string): Fault =>
    fault('head', last.lane, last.position, `ticket ${key}: ${detail}`);
  const versions = checkVersions(rows);
  if (typeof versions !== 'number') return versions;
  const lane = laneOf(key, lanes);
  if (headLane !== lane) return wrong(`its head stands in lane ${headLane} instead of ${lane}`);
  if (revision !== rows.length) return wrong(`revision ${revision}, but ${rows.length} events`);
  const difference = compareHead(head, rows, versions);
  return difference === null ? null : wrong(difference);
}

/** The ticket's version after its last event, or what is wrong on the way there. */
function checkVersions(rows: readonly Row[]): number | Fault {
  let version = 0;
  for (const row of rows) {
    const expected = row.verdict === 'rejected' ? null : version + 1;
    if (row.version !== expected) {
      const detail = `${String(row.version)} instead of ${expected === null ? 'none' : expected}`;
      return fault('version', row.lane, row.position, detail);
    }
    version = expected ?? version;
  }
  return version;
}

/**
 * Verdicts at arrival are covered by the hashes, not judged again: they follow from the rules of the release that gave
 * them. Heads follow from today's rules, and are rebuilt with them.
 */
function compareHead(head: TicketHead | null, rows: readonly Row[], version: number): string | null {
  const told = rows.filter((row) => !isOwn(row));
  if (told.length === 0) return "there is nothing but casetrail's own announcements";
  let expected: Readonly<Record<string, Json>>;
  try {
    expected = { ...foldTicket(told.map(factOfStored)).head, version, revision: rows.length };
  } catch (thrown) {
    return `its events do not fold: ${asError(thrown).message}`;
  }
  const found = { ...head } as Readonly<Record<string, Json>>;
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
  const differing = names.filter((name) => text(expected[name]) !== text(found[name]));
  const [name] = differing;
  if (name === undefined) return null;
  const more = differing.length > 1 ? ` (and ${differing.slice(1).join(', ')})` : '';
  return `${name} is ${text(found[name])}, the fold of its events says ${text(expected[name])}${more}`;
}

function text(value: Json | undefined): string {
  return value === undefined ? 'missing' : canonicalJson(value);
}
