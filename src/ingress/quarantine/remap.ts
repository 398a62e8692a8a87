import { IMPORTED } from '../../ledger/reading';
import { type Queryable } from '../../platform/postgres/database';

/** A stored event of a type that no mapping knew when it came. */
export interface UnmappedEvent {
  readonly lane: number;
  readonly position: number;
  readonly eventId: string;
  readonly source: string;
  readonly dedupeKey: string;
  readonly sourceEventId: string | null;
  readonly receivedAt: number;
  readonly receiptId: string;
  readonly keyId: string | null;
  readonly traceparent: string | null;
  readonly isImported: boolean;
  readonly raw: Buffer;
  /** How often it was appended under a mapping, and as what the last time. */
  readonly mappings: number;
  readonly mappedAs: string | null;
}

const UNMAPPED = {
  name: 'app_unmapped',
  text: `
    SELECT e.lane, e.position, e.event_id AS "eventId", e.source, e.dedupe_key AS "dedupeKey",
           e.source_event_id AS "sourceEventId", (extract(epoch FROM e.received_at) * 1000)::bigint AS "receivedAt",
           e.correlation_id AS "receiptId", e.key_id AS "keyId", e.traceparent,
           $8 = ANY (e.flags) AS "isImported", c.raw,
           m.n::int AS mappings, m.type AS "mappedAs"
    FROM es.event e
    JOIN es.content c USING (lane, position)
    JOIN app.source s ON s.name = e.source
    CROSS JOIN LATERAL (
      SELECT count(*) AS n, (array_agg(x.type ORDER BY x.recorded_at DESC))[1] AS type
      FROM es.event x
      WHERE x.source = e.source
        AND x.dedupe_key IN (SELECT e.dedupe_key || '#map' || n FROM generate_series(1, $7::int) n)) m
    WHERE e.type = 'unmapped' AND e.source_type = $1 AND e.causation_id IS NULL
      AND ($2::text IS NULL OR e.source = $2) AND ($3::text IS NULL OR s.tenant = $3)
      AND (e.lane, e.position) > ($4, $5)
    ORDER BY e.lane, e.position LIMIT $6`,
} as const;

const SLICE = 200;
/** Nobody changes his mind about a type more often. */
const MAPPINGS_MAX = 50;

export async function* unmappedEvents(
  db: Queryable,
  sourceType: string,
  source: string | null,
  tenant: string | null,
): AsyncGenerator<UnmappedEvent> {
  let lane = -1;
  let position = 0;
  for (;;) {
    const rows = await db.query<UnmappedEvent & Record<string, unknown>>({
      ...UNMAPPED,
      values: [sourceType, source, tenant, lane, position, SLICE, MAPPINGS_MAX, IMPORTED],
    });
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < SLICE) return;
    ({ lane, position } = last);
  }
}
