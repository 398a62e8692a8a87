import { randomUUID } from 'node:crypto';
import { asError } from '../kernel/errors';
import { pause } from '../kernel/backoff';
import { type Queryable } from '../platform/postgres/database';
import { Alarm } from './alarm';
import { type Checkpoint, reportError } from './checkpoint';
import { fairShare } from './fair-share';
import { claimFreeLanes, enrol, leave, releaseLanes, renewLease, RENEW_MS, survey } from './lease';
import { type LaneFollower } from './lane-follower';
import { LaneLoop } from './lane-loop';
import { type LaneWakeups } from './lane-wakeups';

const POLL_MS = 1000;
/** What rings at about the same time is looked at once. */
const GATHER_MS = 20;

export interface FollowerRunnerOptions {
  /** For leases and reports: never a pool that batches can exhaust, or a busy node would pass for a dead one. */
  readonly db: Queryable;
  readonly wakeups: LaneWakeups;
  readonly log: (message: string) => void;
  /** The same for all followers of a node. */
  readonly node?: string;
  readonly pollMs?: number;
}

export interface LaneState {
  readonly lane: number;
  readonly position: number;
  readonly error: string | null;
}

/** Holds this node's fair share of one follower's lanes, and runs a loop for each. */
export class FollowerRunner {
  readonly #node: string;
  readonly #loops = new Map<number, LaneLoop>();
  /** Loops that finish their last batch: until then the lane is not given up. */
  readonly #ending = new Map<number, Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #alarm = new Alarm();
  #running: Promise<void> = Promise.resolve();
  #unsubscribe: readonly (() => void)[] = [];

  constructor(
    private readonly follower: LaneFollower,
    private readonly options: FollowerRunnerOptions,
  ) {
    this.#node = options.node ?? randomUUID();
  }

  start(): void {
    const { wakeups } = this.options;
    this.#unsubscribe = [
      wakeups.subscribe((lane, hasRefusals) => {
        if (hasRefusals || this.follower.onlyRefusals !== true) this.#loops.get(lane)?.wake();
      }),
      wakeups.subscribeFreed((name) => {
        if (name === this.follower.name) this.#alarm.ring();
      }),
    ];
    this.#running = this.#keepShare();
  }

  /** Finishes the running batches, then frees the lanes so that other nodes go on at once. */
  async stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#stopping.abort();
    this.#alarm.ring();
    await this.#running;
    for (const [lane, loop] of this.#loops) this.#end(lane, loop);
    await Promise.all(this.#ending.values());
    // A database that is away can't be told; the lease runs out by itself.
    const left = leave(this.options.db, this.follower.name, this.#node);
    await left.then(() => this.options.wakeups.freed(this.follower.name)).catch(() => undefined);
  }

  states(): LaneState[] {
    return [...this.#loops.entries()].map(([lane, loop]) => ({
      lane,
      position: loop.checkpoint.position,
      error: loop.lastError?.message ?? null,
    }));
  }

  async #keepShare(): Promise<void> {
    let enrolled = false;
    let failing = false;
    while (!this.#stopping.signal.aborted) {
      try {
        if (!enrolled) await enrol(this.options.db, this.follower.name);
        enrolled = true;
        await this.#balance();
        failing = false;
      } catch (thrown) {
        if (!failing) this.options.log(`${this.follower.name}: ${asError(thrown).message}`);
        failing = true;
      }
      await pause(GATHER_MS, this.#stopping.signal);
      await this.#alarm.sleep(RENEW_MS);
    }
  }

  async #balance(): Promise<void> {
    const { db } = this.options;
    const { name } = this.follower;
    this.#alarm.clear();
    await renewLease(db, name, this.#node);
    const { lanes, nodes, held } = await survey(db, name, this.#node);
    for (const [lane, loop] of this.#loops) {
      if (held.get(lane) !== loop.checkpoint.epoch) this.#end(lane, loop);
    }
    const share = fairShare(lanes, nodes, this.#node);
    for (const [lane, loop] of [...this.#loops].slice(share)) this.#end(lane, loop);
    if (this.#loops.size < share) await this.#claim(share - this.#loops.size);
    await this.#giveBack([...held.keys()].filter((lane) => !this.#isBusy(lane)));
  }

  async #claim(most: number): Promise<void> {
    const except = [...this.#loops.keys(), ...this.#ending.keys()];
    const claimed = await claimFreeLanes(this.options.db, this.follower.name, this.#node, { most, except });
    for (const checkpoint of claimed) this.#loops.set(checkpoint.lane, this.#loop(checkpoint));
  }

  async #giveBack(lanes: readonly number[]): Promise<void> {
    if (lanes.length === 0) return;
    await releaseLanes(this.options.db, this.follower.name, this.#node, lanes);
    this.options.wakeups.freed(this.follower.name);
  }

  #isBusy(lane: number): boolean {
    return this.#loops.has(lane) || this.#ending.has(lane);
  }

  #loop(checkpoint: Checkpoint): LaneLoop {
    const { db, log, pollMs = POLL_MS } = this.options;
    return new LaneLoop({
      follower: this.follower,
      checkpoint,
      pollMs,
      onLost: () => {
        this.#loops.delete(checkpoint.lane);
        this.#alarm.ring();
      },
      onTrouble: async (at, error) => {
        if (error !== null) log(`${this.follower.name} lane ${at.lane} at ${at.position}: ${error.message}`);
        await reportError(db, at, error?.message ?? null).catch(() => undefined);
      },
    });
  }

  /** Does not wait: the lease must be renewed meanwhile. The lane itself is given back in the turn after the last batch. */
  #end(lane: number, loop: LaneLoop): void {
    this.#loops.delete(lane);
    const ended = loop.stop().finally(() => {
      this.#ending.delete(lane);
      this.#alarm.ring();
    });
    this.#ending.set(lane, ended);
  }
}
