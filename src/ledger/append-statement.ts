import {
  byteaArray,
  hexArray,
  int2Array,
  int4Array,
  int8Array,
  textArray,
  timestamptzArray,
  uuidArray,
} from '../platform/postgres/binary-array';
import { type Queryable } from '../platform/postgres/database';
import { type TicketHead } from '../domain/ticket-head';
import { type JudgedEvent } from './judged-event';

/** The events of one ticket in one append, or one event of no ticket: written together or not at all. */
export interface AppendGroup {
  readonly lane: number;
  readonly tenant: string;
  readonly ticketId: string | null;
  /** The revision the head must have; 0 = no head yet. */
  readonly expectedRevision: number;
  readonly head: TicketHead | null;
  readonly events: readonly JudgedEvent[];
}

export interface StoredAt {
  readonly lane: number;
  readonly position: number;
  readonly recordedAt: Date;
}

/** Where each event of each group stands now; null for a group that was refused and left no trace. */
export type AppendResult = readonly (readonly StoredAt[] | null)[];

const PARAMETERS = 38;

const APPEND = {
  name: 'es_append',
  text: `SELECT * FROM es.append(${Array.from({ length: PARAMETERS }, (_, i) => `$${i + 1}`).join(', ')})`,
} as const;

interface AppendRow {
  readonly kind: 'refused' | 'lane';
  readonly grp: number | null;
  readonly lane: number;
  readonly first_position: number;
  readonly recorded_at: Date;
}

export async function appendGroups(
  db: Queryable,
  attemptId: string,
  groups: readonly AppendGroup[],
): Promise<AppendResult> {
  const events = groups.flatMap((group) => group.events);
  const groupOf = groups.flatMap((group, index) => group.events.map(() => index + 1));
  const columns = events.map((event) => event.columns);
  const rows = await db.query<AppendRow & Record<string, unknown>>({
    ...APPEND,
    values: [
      attemptId,
      int2Array(groups.map((g) => g.lane)),
      textArray(groups.map((g) => g.tenant)),
      textArray(groups.map((g) => g.ticketId)),
      int8Array(groups.map((g) => g.expectedRevision)),
      textArray(groups.map((g) => (g.head === null ? null : JSON.stringify(g.head)))),
      int8Array(groups.map((g) => g.head?.revision ?? null)),
      int4Array(groupOf),
      int8Array(columns.map((c) => c.version)),
      uuidArray(columns.map((c) => c.eventId)),
      textArray(columns.map((c) => c.source)),
      textArray(columns.map((c) => c.sourceEventId)),
      textArray(columns.map((c) => c.sourceType)),
      textArray(columns.map((c) => c.dedupeKey)),
      hexArray(columns.map((c) => c.fingerprint)),
      textArray(columns.map((c) => c.naturalKey)),
      int2Array(events.map((e) => (e.naturalKnown ? 1 : 0))),
      textArray(columns.map((c) => c.type)),
      int2Array(columns.map((c) => c.schemaVersion)),
      textArray(columns.map((c) => c.verdict)),
      textArray(columns.map((c) => c.reason)),
      timestamptzArray(columns.map((c) => c.occurredAt)),
      timestamptzArray(columns.map((c) => c.claimedAt)),
      timestamptzArray(columns.map((c) => c.receivedAt)),
      textArray(columns.map((c) => c.flags.join(','))),
      textArray(columns.map((c) => c.data)),
      textArray(columns.map((c) => c.after)),
      textArray(columns.map((c) => c.correlationId)),
      textArray(columns.map((c) => c.causationId)),
      textArray(columns.map((c) => c.traceparent)),
      textArray(columns.map((c) => c.keyId)),
      int4Array(columns.map((c) => c.bodyBytes)),
      textArray(events.map((e) => e.personal)),
      byteaArray(events.map((e) => e.raw)),
      byteaArray(events.map((e) => e.salt)),
      hexArray(columns.map((c) => c.personalHash)),
      hexArray(columns.map((c) => c.rawHash)),
      hexArray(events.map((e) => e.bodyHash)),
    ],
  });
  return placed(groups, rows);
}

/** The function numbers the events of a lane in the order of the arrays, so their places follow from the first one. */
function placed(groups: readonly AppendGroup[], rows: readonly AppendRow[]): AppendResult {
  const refused = new Set(rows.filter((row) => row.kind === 'refused').map((row) => row.grp));
  const lanes = new Map(rows.filter((row) => row.kind === 'lane').map((row) => [row.lane, row]));
  const written = new Map<number, number>();
  return groups.map((group, index) => {
    if (refused.has(index + 1)) return null;
    const lane = lanes.get(group.lane);
    if (lane === undefined) throw new Error(`the append wrote nothing to lane ${group.lane}`);
    return group.events.map(() => {
      const offset = written.get(group.lane) ?? 0;
      written.set(group.lane, offset + 1);
      return { lane: group.lane, position: lane.first_position + offset, recordedAt: lane.recorded_at };
    });
  });
}
