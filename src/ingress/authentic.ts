import { type JsonReading } from './json/strict-json';

/** A delivery whose sender is proved: from here on nothing of it may be lost. */
export interface Authentic {
  readonly receiptId: string;
  /** First arrival, ms UTC: kept through hold and quarantine. */
  readonly receivedAt: number;
  /** When the sender stops waiting, less the way back; what is not stored by then is answered 503. */
  readonly deadlineAt: number;
  readonly raw: Buffer;
  /** Read already where the signature stands inside the body. */
  readonly json: JsonReading | null;
  /** Null: not sent over HTTP this time, or sent without; see `isHttp`. */
  readonly contentType: string | null;
  /** A delivery that comes out of hold, quarantine or a file has no headers to be judged by. */
  readonly isHttp: boolean;
  /** Its bytes are in quarantine already: a further mistake is told, not kept again. */
  readonly isKept: boolean;
  /** It came out of a file of history. */
  readonly isImported: boolean;
  readonly keyId: string | null;
  /** The event types its token may send; null: all. */
  readonly scopes: readonly string[] | null;
  readonly traceparent: string | null;
  readonly webhookId: string | null;
}

const PATIENCE_MS = 30_000;

/** A delivery that was proved before and comes without its request: out of hold, quarantine, the log, or a file. */
export function withoutRequest(
  delivery: Pick<Authentic, 'receiptId' | 'receivedAt' | 'raw' | 'keyId' | 'traceparent' | 'webhookId'>,
  isKept: boolean,
  isImported = false,
): Authentic {
  const { receiptId, receivedAt, raw, keyId, traceparent, webhookId } = delivery;
  return {
    receiptId,
    receivedAt,
    raw,
    keyId,
    traceparent,
    webhookId,
    deadlineAt: Date.now() + PATIENCE_MS,
    json: null,
    contentType: null,
    isHttp: false,
    isKept,
    isImported,
    scopes: null,
  };
}
