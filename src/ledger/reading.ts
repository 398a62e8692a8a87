import { type EventType } from '../domain/event-types';
import { type Fact, type FactFields, factOf } from '../domain/fact';
import { type After, type TicketHead } from '../domain/ticket-head';
import { upcast } from '../domain/upcasters';
import { type Reason, type Verdict } from '../domain/verdict';
import { type Json } from '../kernel/canonical-json';
import { type Queryable } from '../platform/postgres/database';
import { identityOf } from './identity';

export const OWN_SOURCE = 'casetrail';
/** Set by ingress on an event that the sender itself called a reopening: it is never a ticket's creation. */
export const NAMED_REOPENED = 'named_reopened';
/** Set by ingress on what came out of a file of history: nobody was told anything else before. */
export const IMPORTED = 'imported';

/** An event as followers read it: no personal content. Instants are ms UTC. */
export interface StoredEvent {
  readonly lane: number;
  readonly position: number;
  readonly tenant: string;
  readonly ticketId: string | null;
  readonly version: number | null;
  readonly eventId: string;
  readonly source: string;
  readonly sourceType: string;
  readonly dedupeKey: string;
  readonly type: EventType;
  readonly schemaVersion: number;
  readonly verdict: Verdict | null;
  readonly reason: Reason | null;
  readonly occurredAt: number;
  readonly claimedAt: number | null;
  readonly receivedAt: number;
  readonly recordedAt: number;
  readonly flags: readonly string[];
  readonly data: Readonly<Record<string, Json>>;
  readonly after: After | null;
  readonly correlationId: string | null;
  readonly causationId: string | null;
  readonly traceparent: string | null;
  readonly topicPrev: number | null;
}

/** An event as far as the rows of its ticket may depend on it: rebuilding them reads no more than this. */
export type HistoryEvent = Omit<
  StoredEvent,
  'sourceType' | 'after' | 'correlationId' | 'causationId' | 'traceparent' | 'topicPrev'
>;

/** As numeric's rounding has it, and several times as fast as numeric is. */
export const ms = (column: string): string =>
  `(((date_part('epoch', ${column}) * 1000000)::bigint + 500) / 1000)`;

/** `e` is es.event. */
const HISTORY_COLUMNS = `
  e.lane, e.position, e.tenant, e.ticket_id AS "ticketId", e.version, e.event_id AS "eventId", e.source,
  e.dedupe_key AS "dedupeKey", e.type, e.schema_version AS "schemaVersion", e.verdict, e.verdict_reason AS "reason",
  ${ms('e.occurred_at')} AS "occurredAt", ${ms('e.claimed_at')} AS "claimedAt", ${ms('e.received_at')} AS "receivedAt",
  ${ms('e.recorded_at')} AS "recordedAt", e.flags, e.data`;

/** The narrow row. */
export const EVENT_COLUMNS = `${HISTORY_COLUMNS},
  e.source_type AS "sourceType", e.after, e.correlation_id AS "correlationId", e.causation_id AS "causationId",
  e.traceparent, e.topic_prev AS "topicPrev"`;

const READ_LANE = {
  name: 'es_read_lane',
  text: `
    SELECT ${EVENT_COLUMNS} FROM es.event e
    WHERE e.lane = $1 AND e.position > $2 ORDER BY e.position LIMIT $3`,
} as const;

// Positions have no gaps, so a range of them is a limit, of which the planner need not know the values.
const READ_LANES = {
  name: 'es_read_lanes',
  text: `
    SELECT ${HISTORY_COLUMNS}, e.ticket_id IS NOT NULL AND NOT EXISTS (
      SELECT FROM es.event p
      WHERE p.ticket_id = e.ticket_id AND p.tenant = e.tenant AND p.position <= k.after) AS "isOfNewTicket"
    FROM unnest($1::smallint[], $2::bigint[]) AS k(lane, after)
    CROSS JOIN LATERAL (
      SELECT * FROM es.event t
      WHERE t.lane = k.lane AND t.position > k.after AND t.position <= k.after + $3 OFFSET 0) e
    ORDER BY e.lane, e.position`,
} as const;

const READ_TICKET = {
  name: 'es_read_ticket',
  text: `
    SELECT ${EVENT_COLUMNS} FROM es.event e
    WHERE e.tenant = $1 AND e.ticket_id = $2 ORDER BY e.position`,
} as const;

// OFFSET 0 keeps it one index look-up a ticket, whatever the planner believes about the array.
const READ_TICKETS = {
  name: 'es_read_tickets',
  text: `
    SELECT ${HISTORY_COLUMNS}
    FROM unnest($1::text[], $2::text[]) AS k(tenant, ticket_id)
    CROSS JOIN LATERAL (
      SELECT * FROM es.event t
      WHERE t.ticket_id = k.ticket_id AND t.tenant = k.tenant AND t.position <= $3 OFFSET 0) e
    ORDER BY e.lane, e.position`,
} as const;

const READ_HEADS = {
  name: 'es_read_heads',
  text: `
    SELECT k.ord::int AS ord, h.head
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k(tenant, ticket_id, ord)
    CROSS JOIN LATERAL (
      SELECT t.head FROM es.ticket_head t WHERE t.tenant = k.tenant AND t.ticket_id = k.ticket_id OFFSET 0) h`,
} as const;

export function readLane(db: Queryable, lane: number, after: number, limit: number): Promise<StoredEvent[]> {
  return db.query<StoredEvent & Record<string, unknown>>({ ...READ_LANE, values: [lane, after, limit] });
}

/** An event of a slice; whether the slice holds all that its lane has of the ticket so far. */
export interface SlicedEvent extends HistoryEvent {
  readonly isOfNewTicket: boolean;
}

/** What follows in several lanes, each behind its own position, in the order of the lanes. */
export function readLanes(
  db: Queryable,
  after: ReadonlyMap<number, number>,
  limitEach: number,
): Promise<SlicedEvent[]> {
  const values = [[...after.keys()], [...after.values()], limitEach];
  return db.query<SlicedEvent & Record<string, unknown>>({ ...READ_LANES, values });
}

/** A ticket's events in the order of their lane. */
export function readTicket(db: Queryable, tenant: string, ticketId: string): Promise<StoredEvent[]> {
  return db.query<StoredEvent & Record<string, unknown>>({ ...READ_TICKET, values: [tenant, ticketId] });
}

/** The events of several tickets of one lane up to a position, in the order of the lane. */
export function readTickets(
  db: Queryable,
  tickets: readonly { readonly tenant: string; readonly ticketId: string }[],
  upTo: number,
): Promise<HistoryEvent[]> {
  const values = [tickets.map((t) => t.tenant), tickets.map((t) => t.ticketId), upTo];
  return db.query<HistoryEvent & Record<string, unknown>>({ ...READ_TICKETS, values });
}

/** A whole lane in slices: memory holds one slice, however long the lane is. */
export async function* streamLane(
  db: Queryable,
  lane: number,
  after: number,
  sliceSize: number,
): AsyncGenerator<readonly StoredEvent[]> {
  let position = after;
  for (;;) {
    const slice = await readLane(db, lane, position, sliceSize);
    const last = slice.at(-1);
    if (last === undefined) return;
    yield slice;
    position = last.position;
  }
}

/** The heads of the tickets that have one, by index of the request. */
export async function readHeads(
  db: Queryable,
  tickets: readonly { readonly tenant: string; readonly ticketId: string }[],
): Promise<Map<number, TicketHead>> {
  const rows = await db.query<{ ord: number; head: TicketHead }>({
    ...READ_HEADS,
    values: [tickets.map((t) => t.tenant), tickets.map((t) => t.ticketId)],
  });
  return new Map(rows.map((row) => [row.ord - 1, row.head]));
}

/** casetrail's own events announce; they are no input of judge or fold. */
export function isOwn(event: Pick<StoredEvent, 'source'>): boolean {
  return event.source === OWN_SOURCE;
}

/** What judge and fold see of a stored event: parsed by its type's schema when it came in, brought to today's version here. */
export function factOfStored(event: HistoryEvent): Fact {
  return factOf({
    ref: identityOf(event.source, event.dedupeKey),
    eventId: event.eventId,
    source: event.source,
    type: event.type,
    namedReopened: event.flags.includes(NAMED_REOPENED),
    occurredAt: event.occurredAt,
    flags: event.flags,
    data: upcast(event.type, event.schemaVersion, event.data),
  } as FactFields);
}
