/** Doubling waits with full jitter: the n-th wait (from 0) lies between half of and the whole of first * 2^n, capped. */
export function backoffMs(attempt: number, firstMs: number, capMs: number, random: () => number): number {
  const full = Math.min(capMs, firstMs * 2 ** Math.min(attempt, 30));
  return Math.round(full / 2 + (random() * full) / 2);
}

/** Resolves after the time or as soon as the signal aborts, whichever is first; never rejects. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
