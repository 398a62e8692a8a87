import { type Queryable } from '../../platform/postgres/database';

/** A delivery of a paused source, kept until the source is resumed. */
export interface HeldDelivery {
  readonly source: string;
  readonly receiptId: string;
  readonly receivedAt: number;
  readonly keyId: string | null;
  readonly traceparent: string | null;
  /** The header webhook-id: the event's id in Standard Webhooks. */
  readonly webhookId: string | null;
  readonly raw: Buffer;
}

export interface HeldRow extends HeldDelivery {
  readonly id: number;
}

// A sender's retry of what is held already changes nothing: the first arrival counts.
const HOLD = {
  name: 'app_held_keep',
  text: `
    INSERT INTO app.held (source, receipt_id, received_at, key_id, traceparent, webhook_id, dedupe_key, fingerprint, raw)
    VALUES ($1, $2, to_timestamp($3 / 1000.0), $4, $5, $6, $7, $8, $9)
    ON CONFLICT (source, dedupe_key, fingerprint) DO NOTHING`,
} as const;

const SOURCES_HELD = { name: 'app_held_sources', text: 'SELECT DISTINCT source FROM app.held' } as const;

const NEXT = {
  name: 'app_held_next',
  text: `
    SELECT h.id, h.source, h.receipt_id AS "receiptId", (extract(epoch FROM h.received_at) * 1000)::bigint AS "receivedAt",
           h.key_id AS "keyId", h.traceparent, h.webhook_id AS "webhookId", h.raw
    FROM app.held h WHERE h.source = $1 AND h.id > $2 ORDER BY h.id LIMIT $3`,
} as const;

const RELEASE = {
  name: 'app_held_release',
  text: 'DELETE FROM app.held WHERE id = ANY ($1::bigint[])',
} as const;

export async function hold(
  db: Queryable,
  delivery: HeldDelivery,
  identity: { readonly dedupeKey: string; readonly fingerprint: string },
): Promise<void> {
  const { source, receiptId, receivedAt, keyId, traceparent, webhookId, raw } = delivery;
  await db.query({
    ...HOLD,
    values: [
      source,
      receiptId,
      receivedAt,
      keyId,
      traceparent,
      webhookId,
      identity.dedupeKey,
      Buffer.from(identity.fingerprint, 'hex'),
      raw,
    ],
  });
}

export async function sourcesWithHeld(db: Queryable): Promise<readonly string[]> {
  const rows = await db.query<{ source: string }>(SOURCES_HELD);
  return rows.map(({ source }) => source);
}

export function nextHeld(db: Queryable, source: string, afterId: number, limit: number): Promise<HeldRow[]> {
  return db.query<HeldRow & Record<string, unknown>>({ ...NEXT, values: [source, afterId, limit] });
}

export async function release(db: Queryable, ids: readonly number[]): Promise<void> {
  await db.query({ ...RELEASE, values: [ids] });
}
