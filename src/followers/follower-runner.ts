import { randomUUID } from 'node:crypto';
import { asError } from '../kernel/errors';
import { pause } from '../kernel/backoff';
import { type Database } from '../platform/postgres/database';
import { type Checkpoint, reportError } from './checkpoint';
import { claimFreeLanes, enrol, releaseLanes, renewLanes, RENEW_MS } from './lease';
import { type LaneFollower } from './lane-follower';
import { LaneLoop } from './lane-loop';
import { type LaneWakeups } from './lane-wakeups';

export interface FollowerRunnerOptions {
  readonly db: Database;
  readonly wakeups: LaneWakeups;
  readonly log: (message: string) => void;
}

export interface LaneState {
  readonly lane: number;
  readonly position: number;
  readonly error: string | null;
}

/** Holds the lanes of one follower that fall to this node, and runs a loop for each. */
export class FollowerRunner {
  readonly #owner = randomUUID();
  readonly #loops = new Map<number, LaneLoop>();
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #unsubscribe: () => void = () => undefined;

  constructor(
    private readonly follower: LaneFollower,
    private readonly options: FollowerRunnerOptions,
  ) {}

  start(): void {
    this.#unsubscribe = this.options.wakeups.subscribe((lane) => this.#loops.get(lane)?.wake());
    this.#running = this.#keepLeases();
  }

  /** Finishes the running batches, then frees the lanes so that another node goes on at once. */
  async stop(): Promise<void> {
    this.#unsubscribe();
    this.#stopping.abort();
    await this.#running;
    await Promise.all([...this.#loops.values()].map((loop) => loop.stop()));
    this.#loops.clear();
    // A database that is away can't be told; the lease runs out by itself.
    await releaseLanes(this.options.db, this.follower.name, this.#owner).catch(() => undefined);
  }

  states(): LaneState[] {
    return [...this.#loops.entries()].map(([lane, loop]) => ({
      lane,
      position: loop.checkpoint.position,
      error: loop.lastError?.message ?? null,
    }));
  }

  async #keepLeases(): Promise<void> {
    let enrolled = false;
    while (!this.#stopping.signal.aborted) {
      try {
        if (!enrolled) await enrol(this.options.db, this.follower.name);
        enrolled = true;
        await this.#renewAndClaim();
      } catch (thrown) {
        this.options.log(`${this.follower.name}: ${asError(thrown).message}`);
      }
      await pause(RENEW_MS, this.#stopping.signal);
    }
  }

  async #renewAndClaim(): Promise<void> {
    const held = await renewLanes(this.options.db, this.follower.name, this.#owner);
    for (const [lane, loop] of this.#loops) {
      if (held.get(lane) !== loop.checkpoint.epoch) await this.#drop(lane, loop);
    }
    for (const checkpoint of await claimFreeLanes(this.options.db, this.follower.name, this.#owner)) {
      this.#loops.set(checkpoint.lane, this.#loop(checkpoint));
    }
  }

  #loop(checkpoint: Checkpoint): LaneLoop {
    return new LaneLoop({
      follower: this.follower,
      checkpoint,
      onLost: () => this.#loops.delete(checkpoint.lane),
      onError: async (at, error) => {
        this.options.log(`${this.follower.name} lane ${at.lane} at ${at.position}: ${error.message}`);
        await reportError(this.options.db, at, error.message).catch(() => undefined);
      },
    });
  }

  async #drop(lane: number, loop: LaneLoop): Promise<void> {
    this.#loops.delete(lane);
    await loop.stop();
  }
}
