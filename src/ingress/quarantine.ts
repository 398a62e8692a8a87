import { type Queryable } from '../platform/postgres/database';

export interface Quarantined {
  readonly source: string;
  readonly receiptId: string;
  readonly receivedAt: number;
  readonly keyId: string;
  /** The problem's code, as the sender was told. */
  readonly code: string;
  readonly detail: string;
  readonly raw: Buffer;
}

const KEEP = {
  name: 'app_quarantine_keep',
  text: `
    INSERT INTO app.quarantine (source, receipt_id, received_at, key_id, code, detail, raw)
    VALUES ($1, $2, to_timestamp($3 / 1000.0), $4, $5, $6, $7)`,
} as const;

/** Keeps an authentic delivery that the log could not take. Once this returns it can't be lost any more. */
export async function quarantine(
  db: Queryable,
  { source, receiptId, receivedAt, keyId, code, detail, raw }: Quarantined,
): Promise<void> {
  await db.query({
    ...KEEP,
    values: [source, receiptId, receivedAt, keyId, code, detail.replaceAll('\0', '\\0'), raw],
  });
}
