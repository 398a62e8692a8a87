const EVERY_MS = 50;

/** How late the event loop is: a timer that should fire every 50 ms tells, without a look at any single request. */
export class LoopDelay {
  #lastAt = performance.now();
  #delayMs = 0;
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now();
      // The worse of the last two: one quick turn amid slow ones is no recovery.
      const late = Math.max(0, now - this.#lastAt - EVERY_MS);
      this.#delayMs = Math.max(late, this.#delayMs / 2);
      this.#lastAt = now;
    }, EVERY_MS);
    this.#timer.unref();
  }

  get ms(): number {
    return this.#delayMs;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
