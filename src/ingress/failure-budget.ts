const WINDOW_MS = 60_000;
const REMEMBERED_MAX = 20_000;

interface Failures {
  count: number;
  readonly until: number;
}

/**
 * How often an address failed to prove itself to a source in the last minute. Only failures count, so a sender that
 * signs well never meets it, however much it sends; and one address can't spend another's.
 */
export class FailureBudget {
  /** In order of first failure: the oldest is forgotten first, which errs on the side of letting traffic in. */
  readonly #failures = new Map<string, Failures>();

  /** Seconds to wait, or null where the budget is not spent. */
  waitS(source: string, address: string, perMinute: number, now: number): number | null {
    if (this.#failures.size === 0) return null;
    const key = keyOf(source, address);
    const failures = this.#failures.get(key);
    if (failures === undefined) return null;
    if (failures.until <= now) {
      this.#failures.delete(key);
      return null;
    }
    return failures.count < perMinute ? null : Math.ceil((failures.until - now) / 1000);
  }

  countFailure(source: string, address: string, now: number): void {
    const key = keyOf(source, address);
    const failures = this.#failures.get(key);
    if (failures !== undefined && failures.until > now) {
      failures.count += 1;
      return;
    }
    this.#failures.delete(key);
    this.#failures.set(key, { count: 1, until: now + WINDOW_MS });
    if (this.#failures.size <= REMEMBERED_MAX) return;
    const oldest = this.#failures.keys().next();
    if (oldest.done !== true) this.#failures.delete(oldest.value);
  }
}

function keyOf(source: string, address: string): string {
  return `${source} ${address}`;
}
