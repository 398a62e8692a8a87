export interface Rate {
  readonly perSecond: number;
  /** What may come at once after a quiet time. */
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** A token bucket per source. Charged only for requests that proved their sender: forged traffic can't empty it. */
export class RateLimit {
  readonly #buckets = new Map<string, Bucket>();

  /** Seconds to wait, or null when the request may pass. */
  waitS(source: string, rate: Rate, now: number): number | null {
    let bucket = this.#buckets.get(source);
    if (bucket === undefined) {
      bucket = { tokens: rate.burst, filledAt: now };
      this.#buckets.set(source, bucket);
    }
    const elapsedS = Math.max(0, now - bucket.filledAt) / 1000;
    bucket.tokens = Math.min(rate.burst, bucket.tokens + elapsedS * rate.perSecond);
    bucket.filledAt = now;
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return null;
    }
    return Math.max(1, Math.ceil((1 - bucket.tokens) / rate.perSecond));
  }
}
