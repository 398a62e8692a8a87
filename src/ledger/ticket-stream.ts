import { type Json } from '../kernel/canonical-json';
import { type EventType } from '../domain/event-types';
import { type Reason, type Verdict } from '../domain/verdict';
import { cellsOf, type Session } from '../platform/postgres/copy';
import { type HistoryEvent } from './reading';

/** For `openSession`: a lane is sorted in memory where it fits. */
export const STREAM_SETTINGS = { work_mem: '64MB' } as const;

/** Whole microseconds, exactly, and several times as fast as PostgreSQL writes a timestamp or a numeric. */
const micros = (column: string): string => `(date_part('epoch', e.${column}) * 1000000)::bigint`;

/**
 * Byte order, whatever the database's collation: a stream that goes on later must go on in the same order. The ticket's id
 * first: what tells rows apart sorts them fastest.
 */
const TICKETS = `
  SELECT e.position, e.tenant, e.ticket_id, e.version, e.event_id, e.source, e.dedupe_key, e.type, e.schema_version,
         e.verdict, e.verdict_reason, ${micros('occurred_at')}, ${micros('claimed_at')}, ${micros('received_at')},
         ${micros('recorded_at')}, CASE WHEN cardinality(e.flags) > 0 THEN array_to_json(e.flags) END, e.data
  FROM es.event e
  WHERE e.lane = $1 AND e.position <= $2 AND e.ticket_id IS NOT NULL
    AND (e.ticket_id COLLATE "C", e.tenant COLLATE "C") > ($3, $4)
  ORDER BY e.ticket_id COLLATE "C", e.tenant COLLATE "C", e.position`;

export interface TicketStreamOptions {
  readonly lane: number;
  /** The last position that counts. */
  readonly upTo: number;
  /** The last ticket that is not wanted any more. */
  readonly after: { readonly tenant: string; readonly ticketId: string } | null;
}

type StreamedEvent = HistoryEvent & { readonly ticketId: string; readonly verdict: Verdict };

/** All tickets of a lane with all their events in the order of the lane, some tickets at a time: memory holds no more. */
export async function* streamTickets(
  session: Session,
  { lane, upTo, after }: TicketStreamOptions,
): AsyncGenerator<readonly (readonly StreamedEvent[])[]> {
  const values = [lane, upTo, after?.ticketId ?? '', after?.tenant ?? ''];
  let open: StreamedEvent[] = [];
  for await (const lines of session.copyOut({ text: TICKETS, values })) {
    const whole: StreamedEvent[][] = [];
    for (const line of lines) {
      const event = eventOf(lane, cellsOf(line));
      const first = open[0];
      if (first !== undefined && (first.ticketId !== event.ticketId || first.tenant !== event.tenant)) {
        whole.push(open);
        open = [];
      }
      open.push(event);
    }
    if (whole.length > 0) yield whole;
  }
  if (open.length > 0) yield [open];
}

function eventOf(lane: number, cells: readonly string[]): StreamedEvent {
  const flags = cell(cells, 15);
  return {
    lane,
    position: Number(cell(cells, 0)),
    tenant: cell(cells, 1),
    ticketId: cell(cells, 2),
    version: orNull(cells, 3, Number),
    eventId: cell(cells, 4),
    source: cell(cells, 5),
    dedupeKey: cell(cells, 6),
    type: cell(cells, 7) as EventType,
    schemaVersion: Number(cell(cells, 8)),
    verdict: cell(cells, 9) as Verdict,
    reason: orNull(cells, 10, (text) => text as Reason),
    occurredAt: instantOf(cell(cells, 11)),
    claimedAt: orNull(cells, 12, instantOf),
    receivedAt: instantOf(cell(cells, 13)),
    recordedAt: instantOf(cell(cells, 14)),
    flags: flags === '' ? NO_FLAGS : (JSON.parse(flags) as string[]),
    data: JSON.parse(cell(cells, 16)) as Readonly<Record<string, Json>>,
  };
}

const NO_FLAGS: readonly string[] = [];

function cell(cells: readonly string[], n: number): string {
  return cells[n] ?? '';
}

/** ms, rounded as PostgreSQL rounds. */
function instantOf(text: string): number {
  return Math.round(Number(text) / 1000);
}

function orNull<T>(cells: readonly string[], n: number, read: (text: string) => T): T | null {
  const text = cell(cells, n);
  return text === '' ? null : read(text);
}
