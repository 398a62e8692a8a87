/** One row of the delivery journal. */
export interface Delivery {
  readonly receiptId: string;
  /** The source's name. */
  readonly source: string;
  readonly receivedAt: number;
  readonly status: number;
  readonly code: string;
  readonly detail: string | null;
  readonly latencyMs: number;
  /** As it was understood, after any decompression; 0 where it was not read. */
  readonly bodyBytes: number;
  /** As it came over the wire. */
  readonly wireBytes: number;
  readonly body: Buffer | null;
  readonly keyId: string | null;
  readonly clientIp: string;
  readonly eventId: string | null;
  /** Whether the sender had proved itself by then. */
  readonly isAuthentic: boolean;
  /** What would have matched, in words; called while the body is still at hand, and not for every delivery of a flood. */
  readonly examine: (() => readonly string[]) | null;
}
