import { pause } from './backoff';

export interface ChoreOptions {
  /** From the end of one turn to the beginning of the next. */
  readonly everyMs: number;
  readonly firstMs: number;
  /** Until the next turn after one that failed. */
  readonly retryMs: number;
  /** A long turn looks at the signal and ends early when it aborts. */
  readonly turn: (stopping: AbortSignal) => Promise<void>;
  /** Told of the first of several failures in a row. */
  readonly onFailing: (thrown: unknown) => void;
}

/** Work that comes round again and again, whatever becomes of a turn. One turn at a time; `stop` awaits the running one. */
export class Chore {
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #isFailing = false;

  constructor(private readonly options: ChoreOptions) {}

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { everyMs, firstMs, retryMs } = this.options;
    const { signal } = this.#stopping;
    await pause(firstMs, signal);
    while (!signal.aborted) {
      await this.#turn(signal);
      await pause(this.#isFailing ? retryMs : everyMs, signal);
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    try {
      await this.options.turn(signal);
      this.#isFailing = false;
    } catch (thrown) {
      if (!this.#isFailing) this.options.onFailing(thrown);
      this.#isFailing = true;
    }
  }
}
