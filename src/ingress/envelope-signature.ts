import { createHmac, timingSafeEqual } from 'node:crypto';
import { type LiveKey } from './sources/source-registry';

export interface SignedEnvelope {
  readonly eventId: string;
  readonly eventType: string;
  readonly timestamp: string;
  readonly signature: string;
}

/** HMAC-SHA256 in hex over event_id, event_type and timestamp, the exact strings with nothing between them. */
export function signEnvelope(secret: string, envelope: Omit<SignedEnvelope, 'signature'>): string {
  return createHmac('sha256', secret)
    .update(envelope.eventId + envelope.eventType + envelope.timestamp)
    .digest('hex');
}

export function isWellFormed(signature: string): boolean {
  return /^[0-9a-f]{64}$/i.test(signature);
}

/** Every live key is tried, so that a rotation loses nothing. Returns the key that fits. */
export function verifyEnvelope(
  keys: readonly LiveKey[],
  envelope: SignedEnvelope,
  now: number,
): LiveKey | null {
  const given = Buffer.from(envelope.signature, 'hex');
  let fitting: LiveKey | null = null;
  for (const key of keys) {
    if (key.notBefore > now || (key.notAfter !== null && key.notAfter <= now)) continue;
    const expected = Buffer.from(signEnvelope(key.secret, envelope), 'hex');
    // No early exit: the time taken does not tell which key came close.
    if (given.length === expected.length && timingSafeEqual(given, expected)) fitting ??= key;
  }
  return fitting;
}
