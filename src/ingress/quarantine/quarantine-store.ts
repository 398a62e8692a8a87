import { type Queryable } from '../../platform/postgres/database';
import { storableText } from '../../platform/postgres/storable-text';
import { type FieldMistake } from '../answer';

export const QUARANTINE_STATUSES = ['open', 'retried', 'accepted', 'dismissed'] as const;
export type QuarantineStatus = (typeof QUARANTINE_STATUSES)[number];

export interface Quarantined {
  readonly source: string;
  readonly receiptId: string;
  readonly receivedAt: number;
  readonly keyId: string | null;
  readonly traceparent: string | null;
  readonly webhookId: string | null;
  /** It came out of a file of history, and is no news whenever it is retried. */
  readonly isImported: boolean;
  /** The problem's code, as the sender was told. */
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly FieldMistake[] | null;
  /** Of a conflict: the stored event with the same identity. */
  readonly firstEventId: string | null;
  readonly raw: Buffer;
}

/** What there is to say of one without its bytes. */
export interface QuarantineEntry extends Omit<Quarantined, 'raw'> {
  readonly id: string;
  readonly lastReceivedAt: number;
  readonly deliveries: number;
  readonly status: QuarantineStatus;
  readonly eventId: string | null;
  readonly bodyBytes: number;
}

export interface QuarantineRow extends QuarantineEntry, Pick<Quarantined, 'raw'> {}

// A sender's retries of the same bytes (under the same header, where the id stands there and not in them) are one entry
// with its first arrival; what an operator decided on it stands.
const KEEP = {
  name: 'app_quarantine_keep',
  text: `
    INSERT INTO app.quarantine AS q (source, receipt_id, received_at, last_received_at, key_id, traceparent, webhook_id,
                                     code, detail, errors, first_event_id, raw, imported)
    VALUES ($1, $2, to_timestamp($3 / 1000.0), to_timestamp($3 / 1000.0), $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12)
    ON CONFLICT (source, code, body_hash, left(coalesce(webhook_id, ''), 200)) DO UPDATE
    SET deliveries = q.deliveries + 1,
        last_received_at = greatest(q.last_received_at, EXCLUDED.last_received_at),
        detail = EXCLUDED.detail, errors = EXCLUDED.errors`,
} as const;

/** Keeps an authentic delivery that the log could not take. Once this returns it can't be lost any more. */
export async function quarantine(db: Queryable, q: Quarantined): Promise<void> {
  const errors = storableErrors(q.errors);
  await db.query({
    ...KEEP,
    values: [
      q.source,
      q.receiptId,
      q.receivedAt,
      q.keyId,
      q.traceparent,
      q.webhookId,
      q.code,
      storableText(q.detail),
      errors,
      q.firstEventId,
      q.raw,
      q.isImported,
    ],
  });
}

const COLUMNS = `
  q.id, q.source, q.receipt_id AS "receiptId", (extract(epoch FROM q.received_at) * 1000)::bigint AS "receivedAt",
  (extract(epoch FROM q.last_received_at) * 1000)::bigint AS "lastReceivedAt", q.deliveries, q.key_id AS "keyId",
  q.traceparent, q.webhook_id AS "webhookId", q.imported AS "isImported", q.code, q.detail, q.errors, q.first_event_id AS "firstEventId",
  q.event_id AS "eventId", q.status, octet_length(q.raw) AS "bodyBytes"`;

const FIND = {
  name: 'app_quarantine_find',
  text: `
    SELECT ${COLUMNS}, q.raw FROM app.quarantine q JOIN app.source s ON s.name = q.source
    WHERE q.id = $1 AND ($2::text IS NULL OR s.tenant = $2)`,
} as const;

const LIST = {
  name: 'app_quarantine_list',
  text: `
    SELECT ${COLUMNS} FROM app.quarantine q JOIN app.source s ON s.name = q.source
    WHERE ($1::text IS NULL OR s.tenant = $1) AND ($2::text IS NULL OR q.source = $2)
      AND ($3::text IS NULL OR q.status = $3) AND ($4::text IS NULL OR q.code = $4)
      AND ($6::bigint IS NULL OR (q.received_at, q.id) > (to_timestamp($6 / 1000.0), $7::uuid))
    ORDER BY q.received_at, q.id LIMIT $5`,
} as const;

// A conflict stays one, however often it is tried.
const RETRIABLE = {
  name: 'app_quarantine_retriable',
  text: `
    SELECT q.id FROM app.quarantine q JOIN app.source s ON s.name = q.source
    WHERE q.status = 'open' AND q.code <> 'idempotency_conflict' AND ($1::text IS NULL OR s.tenant = $1)
      AND ($2::text IS NULL OR q.source = $2) AND ($3::text IS NULL OR q.code = $3)
    ORDER BY q.received_at, q.id`,
} as const;

const RESOLVE = `
  UPDATE app.quarantine SET status = $2, event_id = $3, resolved_at = clock_timestamp(), resolved_by = $4
  WHERE id = $1 AND status = 'open'`;

// Where another entry holds the same delivery under the new code already, this one keeps its old code.
const STILL_WRONG = `
  UPDATE app.quarantine q
  SET detail = $3, errors = $4::jsonb, first_event_id = $5,
      code = CASE WHEN EXISTS (
        SELECT FROM app.quarantine o WHERE o.source = q.source AND o.code = $2 AND o.body_hash = q.body_hash
          AND left(coalesce(o.webhook_id, ''), 200) = left(coalesce(q.webhook_id, ''), 200) AND o.id <> q.id)
        THEN q.code ELSE $2 END
  WHERE q.id = $1`;

/** Where a list goes on: behind this entry. */
export interface QuarantinePlace {
  /** ms UTC: no entry's is finer. */
  readonly receivedAt: number;
  readonly id: string;
}

export interface QuarantineFilter {
  readonly tenant: string | null;
  readonly source: string | null;
  readonly status: QuarantineStatus | null;
  readonly code: string | null;
  /** Left out: from the oldest on. */
  readonly after?: QuarantinePlace | undefined;
  readonly limit: number;
}

/** Whose deliveries a retry of many is about. */
export type QuarantineScope = Pick<QuarantineFilter, 'tenant' | 'source' | 'code'>;

export async function findQuarantined(
  db: Queryable,
  id: string,
  tenant: string | null,
): Promise<QuarantineRow | null> {
  const rows = await db.query<QuarantineRow & Record<string, unknown>>({ ...FIND, values: [id, tenant] });
  return rows[0] ?? null;
}

export function listQuarantined(db: Queryable, filter: QuarantineFilter): Promise<QuarantineEntry[]> {
  const { tenant, source, status, code, limit, after } = filter;
  return db.query<QuarantineEntry & Record<string, unknown>>({
    ...LIST,
    values: [tenant, source, status, code, limit, after?.receivedAt ?? null, after?.id ?? null],
  });
}

/** What may be tried again, the oldest first. */
export async function retriable(
  db: Queryable,
  { tenant, source, code }: QuarantineScope,
): Promise<readonly string[]> {
  const rows = await db.query<{ id: string }>({ ...RETRIABLE, values: [tenant, source, code] });
  return rows.map(({ id }) => id);
}

export async function resolve(
  tx: Queryable,
  id: string,
  status: Exclude<QuarantineStatus, 'open'>,
  eventId: string | null,
  actor: string,
): Promise<void> {
  await tx.query({ text: RESOLVE, values: [id, status, eventId, actor] });
}

export async function stillWrong(
  db: Queryable,
  id: string,
  found: Pick<Quarantined, 'code' | 'detail' | 'errors' | 'firstEventId'>,
): Promise<void> {
  const errors = storableErrors(found.errors);
  await db.query({
    text: STILL_WRONG,
    values: [id, found.code, storableText(found.detail), errors, found.firstEventId],
  });
}

function storableErrors(errors: readonly FieldMistake[] | null): string | null {
  if (errors === null) return null;
  return JSON.stringify(
    errors.map(({ path, message }) => ({ path: storableText(path), message: storableText(message) })),
  );
}
