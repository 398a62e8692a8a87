import { type QuarantineEntry, type QuarantineRow } from './quarantine-store';
import { type Retried } from './quarantine-service';

const PREVIEW_BYTES = 64 * 1024;

export function quarantineSummary(row: QuarantineEntry): object {
  return {
    id: row.id,
    source: row.source,
    status: row.status,
    code: row.code,
    detail: row.detail,
    errors: row.errors,
    received_at: new Date(row.receivedAt),
    last_received_at: new Date(row.lastReceivedAt),
    deliveries: row.deliveries,
    receipt_id: row.receiptId,
    key_id: row.keyId,
    first_event_id: row.firstEventId,
    event_id: row.eventId,
    body_bytes: row.bodyBytes,
  };
}

/** With the bytes: as text where they are text, and always in base64. */
export function quarantineDetails(row: QuarantineRow): object {
  const shown = row.raw.subarray(0, PREVIEW_BYTES);
  return {
    ...quarantineSummary(row),
    body_text: shown.toString('utf8'),
    body_base64: row.raw.toString('base64'),
  };
}

export function retriedView({ id, status, answer }: Retried): object {
  return { id, status, answer: answer.body };
}
