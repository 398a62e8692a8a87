import { backoffMs, pause } from '../kernel/backoff';
import { asError } from '../kernel/errors';
import { type Checkpoint, FenceLost } from './checkpoint';
import { type LaneFollower } from './lane-follower';

const SECOND = 1000;
/** The safety net under the wake-ups. */
const POLL_MS = SECOND;

export interface LaneLoopOptions {
  readonly follower: LaneFollower;
  readonly checkpoint: Checkpoint;
  /** Says that the lane is stuck; it is tried again until it is lost or stopped. */
  readonly onError: (checkpoint: Checkpoint, error: Error) => Promise<void>;
  /** Another node has the lane now. */
  readonly onLost: () => void;
}

/** Follows one lane while this node holds it: a turn for each wake-up or poll, as many batches as there are. */
export class LaneLoop {
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #checkpoint: Checkpoint;
  #woken = true;
  #wakeUp: () => void = () => undefined;
  /** Set while the last turn failed. */
  lastError: Error | null = null;

  constructor(private readonly options: LaneLoopOptions) {
    this.#checkpoint = options.checkpoint;
    this.#running = this.#run();
  }

  get checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  wake(): void {
    this.#woken = true;
    this.#wakeUp();
  }

  /** Awaits the running turn: after this nothing of the lane is in flight. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    let opened = false;
    for (let failures = 0; !this.#stopping.signal.aborted;) {
      try {
        if (!opened) this.#checkpoint = await this.options.follower.opened(this.#checkpoint);
        opened = true;
        await this.#catchUp();
        failures = 0;
        this.lastError = null;
      } catch (thrown) {
        if (thrown instanceof FenceLost) {
          this.options.onLost();
          return;
        }
        this.lastError = asError(thrown);
        await this.options.onError(this.#checkpoint, this.lastError);
        await pause(backoffMs(failures, 50, 5 * SECOND, Math.random), this.#stopping.signal);
        failures += 1;
        continue;
      }
      await this.#sleep();
    }
  }

  async #catchUp(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#woken = false;
      const position = await this.options.follower.advance(this.#checkpoint);
      if (position === this.#checkpoint.position) return;
      this.#checkpoint = { ...this.#checkpoint, position };
    }
  }

  #sleep(): Promise<void> {
    if (this.#woken) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
