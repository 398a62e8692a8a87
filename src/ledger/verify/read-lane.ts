import { type Json } from '../../kernel/canonical-json';
import { type Queryable } from '../../platform/postgres/database';
import { type HashedColumns } from '../event-hash';

type Texts = 'fingerprint' | 'personalHash' | 'rawHash' | 'data' | 'after';

/** What hashes cover, as it is stored; instants in microseconds, so that nothing is rounded away. */
export interface EventRow extends Omit<HashedColumns, Texts> {
  readonly position: number;
  readonly recordedAt: number;
  readonly topicPrev: number | null;
  readonly fingerprint: Buffer;
  readonly personalHash: Buffer;
  readonly rawHash: Buffer;
  readonly data: Json;
  readonly after: Json;
  readonly hash: Buffer;
  readonly hasHead: boolean;
  /** Null: there is no row in es.content. */
  readonly salt: Buffer | null;
  readonly personal: Json;
  readonly rawBytes: number | null;
  /** sha256(salt || raw), made by PostgreSQL: the raw bytes need not travel. */
  readonly rawHashFound: Buffer | null;
}

export interface AppendRow {
  readonly first: number;
  readonly last: number;
  readonly lastOnEvents: number | null;
  readonly lastOnRejections: number | null;
  readonly recordedAt: number;
  readonly digest: Buffer;
  /** Where the next row begins; null for the last one. */
  readonly next: number | null;
}

/** A slice ends after so many events or, among large ones, after so many stored bytes: what memory holds at a time. */
const SLICE_EVENTS = 1000;
const SLICE_BYTES = 8 * 1024 * 1024;
const SLICE_APPENDS = 1000;

const micros = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::bigint`;

// OFFSET 0 keeps each look-up a look-up by index, whatever the planner believes of the tables' sizes.
const EVENTS = {
  name: 'es_verify_events',
  text: `
    SELECT e.position, e.tenant, e.ticket_id AS "ticketId", e.version, e.event_id AS "eventId", e.source,
           e.source_event_id AS "sourceEventId", e.source_type AS "sourceType", e.dedupe_key AS "dedupeKey",
           e.fingerprint, e.natural_key AS "naturalKey", e.type, e.schema_version AS "schemaVersion", e.verdict,
           e.verdict_reason AS reason, ${micros('e.occurred_at')} AS "occurredAt",
           ${micros('e.claimed_at')} AS "claimedAt", ${micros('e.received_at')} AS "receivedAt",
           ${micros('e.recorded_at')} AS "recordedAt", e.flags, e.data, e.after, e.correlation_id AS "correlationId",
           e.causation_id AS "causationId", e.traceparent, e.key_id AS "keyId", e.body_bytes AS "bodyBytes",
           e.topic_prev AS "topicPrev", e.personal_hash AS "personalHash", e.raw_hash AS "rawHash", e.hash,
           (e.ticket_id IS NULL OR EXISTS (
             SELECT FROM es.ticket_head h WHERE h.tenant = e.tenant AND h.ticket_id = e.ticket_id OFFSET 0)) AS "hasHead",
           c.salt, c.personal, length(c.raw) AS "rawBytes", sha256(c.salt || c.raw) AS "rawHashFound"
    FROM (
      SELECT v.*, sum(v.body_bytes + pg_column_size(v.data)) OVER (ORDER BY v.position) AS bytes
      FROM es.event v WHERE v.lane = $1 AND v.position > $2 AND v.position <= $3
      ORDER BY v.position LIMIT ${SLICE_EVENTS}) e
    LEFT JOIN LATERAL (
      SELECT k.salt, k.personal, k.raw FROM es.content k
      WHERE k.lane = e.lane AND k.position = e.position OFFSET 0) c ON true
    WHERE e.bytes - e.body_bytes - pg_column_size(e.data) < ${SLICE_BYTES}
    ORDER BY e.position`,
} as const;

const APPENDS = {
  name: 'es_verify_appends',
  text: `
    SELECT a.first_position AS first, a.last_position AS last, a.last_on_events AS "lastOnEvents",
           a.last_on_rejections AS "lastOnRejections", ${micros('a.recorded_at')} AS "recordedAt", a.digest,
           (SELECT n.first_position FROM es.append n
            WHERE n.lane = a.lane AND n.first_position > a.first_position
            ORDER BY n.first_position LIMIT 1) AS next
    FROM es.append a WHERE a.lane = $1 AND a.first_position > $2 AND a.first_position <= $3
    ORDER BY a.first_position LIMIT ${SLICE_APPENDS}`,
} as const;

/** The lane's events up to `end`, in slices; the next slice is on its way while this one is checked. */
export function eventSlices(db: Queryable, lane: number, end: number): AsyncGenerator<readonly EventRow[]> {
  return readAhead(
    slices(
      (after) => db.query<EventRow & Record<string, unknown>>({ ...EVENTS, values: [lane, after, end] }),
      ({ position }) => position,
    ),
  );
}

export async function* appendRows(db: Queryable, lane: number, end: number): AsyncGenerator<AppendRow> {
  const all = slices(
    (after) => db.query<AppendRow & Record<string, unknown>>({ ...APPENDS, values: [lane, after, end] }),
    ({ first }) => first,
  );
  for await (const slice of all) yield* slice;
}

async function* slices<Row>(
  read: (after: number) => Promise<readonly Row[]>,
  placeOf: (row: Row) => number,
): AsyncGenerator<readonly Row[]> {
  // Not 0: a row that was moved below the first position must be met too.
  let after = -Number.MAX_SAFE_INTEGER;
  for (;;) {
    const slice = await read(after);
    const last = slice.at(-1);
    if (last === undefined) return;
    yield slice;
    after = placeOf(last);
  }
}

async function* readAhead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  const pull = (): Promise<IteratorResult<T, undefined>> => {
    const next = source.next() as Promise<IteratorResult<T, undefined>>;
    // Awaited at the next turn; until then a failure must not count as unhandled.
    next.catch(() => undefined);
    return next;
  };
  let next = pull();
  for (;;) {
    const result = await next;
    if (result.done === true) return;
    next = pull();
    yield result.value;
  }
}
