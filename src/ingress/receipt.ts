import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(10 * 256);
let used = pool.length;

/**
 * A UUID of version 7: the first 48 bits are the instant of arrival, so that a receipt leads to its rows by time without
 * an index of its own.
 */
export function newReceiptId(receivedAt: number): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.toString('hex', used, used + 10);
  used += 10;
  const variant = ((Number.parseInt(random.charAt(3), 16) & 0x3) | 0x8).toString(16);
  return `${instantPart(receivedAt)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}

/** No receipt of a delivery that arrived then or later is smaller. */
export function earliestReceipt(receivedAt: number): string {
  return `${instantPart(Math.max(0, receivedAt))}-7000-8000-000000000000`;
}

function instantPart(receivedAt: number): string {
  const time = receivedAt.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}`;
}

/** When the delivery arrived that this receipt was given for; null for what is no receipt. */
export function arrivalOf(receiptId: string): number | null {
  const match = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.exec(receiptId);
  return match === null ? null : Number.parseInt(`${String(match[1])}${String(match[2])}`, 16);
}
