import { backoffMs, pause } from '../kernel/backoff';
import { asError } from '../kernel/errors';
import { Alarm } from './alarm';
import { type Checkpoint, FenceLost } from './checkpoint';
import { type LaneFollower } from './lane-follower';

const SECOND = 1000;
const TICK_MS = SECOND;
/**
 * While events keep coming a lane takes what has gathered at most so often: a statement, a send and a commit cost as much as
 * dozens of events. The beat is the same for all lanes of a node, so that they share what they ask for and write.
 */
const BEAT_MS = 20;
/** A lane that is behind does not wait for the beat. */
const BEHIND = 200;

export interface LaneLoopOptions {
  readonly follower: LaneFollower;
  readonly checkpoint: Checkpoint;
  /** The safety net under the wake-ups. */
  readonly pollMs: number;
  /** Says that the lane is stuck, or, with null, that it goes on again. It is tried until it is lost or stopped. */
  readonly onTrouble: (checkpoint: Checkpoint, error: Error | null) => Promise<void>;
  /** Another process has raised the lane's epoch. */
  readonly onLost: () => void;
}

/** Follows one lane while this node holds it: a turn for each wake-up or poll, as many batches as there are. */
export class LaneLoop {
  readonly #stopping = new AbortController();
  readonly #alarm = new Alarm();
  readonly #running: Promise<void>;
  #checkpoint: Checkpoint;
  #opened = false;
  #tickAt = performance.now() + TICK_MS;
  #tickFailed = false;
  /** Set while the lane is stuck. */
  lastError: Error | null = null;

  constructor(private readonly options: LaneLoopOptions) {
    this.#checkpoint = options.checkpoint;
    this.#running = this.#run();
  }

  get checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  wake(): void {
    this.#alarm.ring();
  }

  /** Awaits the running turn: after this nothing of the lane is in flight. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#alarm.ring();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#stopping.signal.aborted;) {
      try {
        const begunAt = performance.now();
        const handled = await this.#turn();
        failures = 0;
        if (!this.#tickFailed) await this.#show(null);
        if (handled === 0) await this.#alarm.sleep(this.#restMs());
        else if (handled < BEHIND) await this.#beat(begunAt);
      } catch (thrown) {
        if (thrown instanceof FenceLost) {
          this.options.onLost();
          return;
        }
        await this.#show(asError(thrown));
        await pause(backoffMs(failures, 50, 5 * SECOND, Math.random), this.#stopping.signal);
        failures += 1;
      }
    }
  }

  /** At most one batch. Says how many positions it had: unless none, there may be more. */
  async #turn(): Promise<number> {
    const { follower } = this.options;
    if (!this.#opened) this.#checkpoint = await follower.opened(this.#checkpoint);
    this.#opened = true;
    await this.#tickWhenDue();
    this.#alarm.clear();
    const position = await follower.advance(this.#checkpoint);
    const handled = Math.abs(position - this.#checkpoint.position);
    this.#checkpoint = { ...this.#checkpoint, position };
    return handled;
  }

  /** Due again in any case: a tick that fails must not keep the lane from going on. */
  async #tickWhenDue(): Promise<void> {
    const { follower } = this.options;
    if (follower.tick === undefined || performance.now() < this.#tickAt) return;
    this.#tickAt = performance.now() + TICK_MS;
    this.#tickFailed = true;
    await follower.tick(this.#checkpoint);
    this.#tickFailed = false;
  }

  /** A turn that took longer than a beat has let enough gather. */
  async #beat(begunAt: number): Promise<void> {
    const now = performance.now();
    if (now - begunAt < BEAT_MS) await pause(BEAT_MS - (now % BEAT_MS), this.#stopping.signal);
  }

  #restMs(): number {
    const { follower, pollMs } = this.options;
    return follower.tick === undefined ? pollMs : Math.min(pollMs, this.#tickAt - performance.now());
  }

  async #show(error: Error | null): Promise<void> {
    if (error === null && this.lastError === null) return;
    this.lastError = error;
    await this.options.onTrouble(this.#checkpoint, error);
  }
}
