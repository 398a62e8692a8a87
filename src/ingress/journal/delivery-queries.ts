import { type Queryable } from '../../platform/postgres/database';
import { arrivalOf, earliestReceipt } from '../receipt';

/** A delivery as it is shown: a row of the journal, or an event, which is its own. */
export interface DeliveryView {
  readonly receipt_id: string;
  readonly source: string;
  readonly received_at: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string | null;
  readonly latency_ms: number | null;
  readonly body_bytes: number;
  readonly wire_bytes: number | null;
  /** sha256, hex. */
  readonly body_hash: string | null;
  readonly key_id: string | null;
  readonly client_ip: string | null;
  readonly event_id: string | null;
  readonly position: string | null;
  /** Of a failed signature or token: what would have matched, in words. */
  readonly findings: readonly string[] | null;
}

const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

const JOURNALED = `
  SELECT d.receipt_id, d.source, to_char(d.received_at AT TIME ZONE 'UTC', ${INSTANT}) AS received_at, d.status::int, d.code,
         d.detail, d.latency_ms::float8 AS latency_ms, d.body_bytes, d.wire_bytes, encode(d.body_hash, 'hex') AS body_hash,
         d.key_id, d.client_ip, d.event_id, NULL::text AS position, d.findings
  FROM app.delivery d JOIN app.source s ON s.name = d.source`;

// A rejected one is in the journal where its sender was told of it. OFFSET 0: looked up for each, and not in a hash of the
// whole journal.
const STORED = `
  SELECT e.correlation_id::uuid AS receipt_id, e.source,
         to_char(e.received_at AT TIME ZONE 'UTC', ${INSTANT}) AS received_at, 200 AS status,
         CASE WHEN e.type = 'unmapped' THEN 'unmapped' ELSE 'accepted' END AS code, NULL::text AS detail,
         (extract(epoch FROM e.recorded_at - e.received_at) * 1000)::float8 AS latency_ms, e.body_bytes,
         NULL::int AS wire_bytes, NULL::text AS body_hash, e.key_id, NULL::text AS client_ip, e.event_id,
         e.lane || ':' || e.position AS position, NULL::jsonb AS findings
  FROM es.event e
  WHERE e.causation_id IS NULL AND e.correlation_id IS NOT NULL
    AND NOT (e.verdict = 'rejected'
             AND EXISTS (SELECT FROM app.delivery j WHERE j.receipt_id = e.correlation_id::uuid OFFSET 0))`;

const OF_TENANT = `($1::text IS NULL OR s.tenant = $1) AND ($2::text IS NULL OR s.name = $2)`;

// Receipts are in order of arrival. Of one receipt the event comes first: what was quarantined and retried has both.
const JOURNALED_BEHIND = `
  ${JOURNALED} WHERE ${OF_TENANT} AND d.receipt_id BETWEEN $3::uuid AND $5::uuid
    AND (d.receipt_id < $5::uuid OR $6::boolean)`;

// The sources as a list: joined, the events may be read once for each of them.
const STORED_BEHIND = `
  ${STORED} AND e.source = ANY (ARRAY(SELECT s.name FROM app.source s WHERE ${OF_TENANT}))
    AND e.received_at BETWEEN to_timestamp($7 / 1000.0) AND to_timestamp($8 / 1000.0)
    AND e.correlation_id::uuid < $5::uuid`;

const LIST_FAILED = {
  name: 'app_deliveries_failed',
  text: `${JOURNALED_BEHIND} AND d.status <> 200 ORDER BY d.receipt_id DESC LIMIT $4`,
} as const;

const LIST = {
  name: 'app_deliveries',
  text: `
    (${JOURNALED_BEHIND} ORDER BY d.receipt_id DESC LIMIT $4)
    UNION ALL
    (${STORED_BEHIND} ORDER BY e.received_at DESC, e.correlation_id::uuid DESC LIMIT $4)
    ORDER BY receipt_id DESC, position NULLS LAST LIMIT $4`,
} as const;

const SHOW = {
  name: 'app_delivery_show',
  text: `
    ${JOURNALED} WHERE d.receipt_id = $1::uuid AND ($2::text IS NULL OR s.tenant = $2)
    UNION ALL
    ${STORED} AND e.correlation_id = ($1::uuid)::text AND e.received_at = to_timestamp($3 / 1000.0)
      AND e.source = ANY (ARRAY(SELECT s.name FROM app.source s WHERE $2::text IS NULL OR s.tenant = $2))`,
} as const;

/** Where a list goes on: behind this delivery. */
export interface DeliveryPlace {
  readonly receiptId: string;
  readonly isEvent: boolean;
}

export interface DeliveryFilter {
  readonly tenant: string | null;
  readonly source: string | null;
  readonly failed: boolean;
  /** ms UTC. */
  readonly since: number;
  readonly now: number;
  /** Left out: from the latest on. */
  readonly after?: DeliveryPlace | undefined;
  readonly limit: number;
}

/** No receipt is later; the instant is what its first 48 bits say. */
const LATEST: DeliveryPlace = { receiptId: 'ffffffff-ffff-7fff-bfff-ffffffffffff', isEvent: false };

/** Short enough where thousands come in a second; growing so, the week of a quiet installation takes eight reaches. */
const FIRST_REACH_MS = 1000;
const REACH_GROWTH = 8;

/**
 * The latest first. No index has the events in order of arrival: all of a span are read and sorted. So the span reaches
 * back further and further, until it holds the page.
 */
export async function listDeliveries(db: Queryable, filter: DeliveryFilter): Promise<DeliveryView[]> {
  const { tenant, source, since, now, limit, failed, after = LATEST } = filter;
  const shared = (from: number): unknown[] => [
    tenant,
    source,
    earliestReceipt(from),
    limit,
    after.receiptId,
    after.isEvent,
  ];
  if (failed)
    return db.query<DeliveryView & Record<string, unknown>>({ ...LIST_FAILED, values: shared(since) });
  const until = arrivalOf(after.receiptId) ?? now;
  for (let reach = FIRST_REACH_MS; ; reach *= REACH_GROWTH) {
    const from = Math.max(since, Math.min(now, until) - reach);
    const found = await db.query<DeliveryView & Record<string, unknown>>({
      ...LIST,
      values: [...shared(from), from, until],
    });
    if (found.length >= limit || from === since) return found;
  }
}

/** A receipt tells when its delivery arrived: so its event is found without an index of its own. */
export async function showDelivery(
  db: Queryable,
  receiptId: string,
  tenant: string | null,
): Promise<DeliveryView | null> {
  const receivedAt = arrivalOf(receiptId);
  if (receivedAt === null) return null;
  const rows = await db.query<DeliveryView & Record<string, unknown>>({
    ...SHOW,
    values: [receiptId, tenant, receivedAt],
  });
  return rows[0] ?? null;
}

// In slices, so that no retention run holds locks or bloats the log for long.
const FORGET = {
  name: 'app_delivery_forget',
  text: `
    DELETE FROM app.delivery WHERE receipt_id IN (
      SELECT receipt_id FROM app.delivery WHERE received_at < to_timestamp($1 / 1000.0) ORDER BY receipt_id LIMIT $2)
    RETURNING 1`,
} as const;

const FORGET_SLICE = 5000;

/** Deletes journal rows older than the instant; returns how many. */
export async function forgetDeliveries(db: Queryable, before: number): Promise<number> {
  let forgotten = 0;
  for (;;) {
    const rows = await db.query({ ...FORGET, values: [before, FORGET_SLICE] });
    forgotten += rows.length;
    if (rows.length < FORGET_SLICE) return forgotten;
  }
}
