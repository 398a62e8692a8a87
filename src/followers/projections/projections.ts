import { readLane } from '../../ledger/reading';
import { type Database } from '../../platform/postgres/database';
import { advanceCheckpoint, type Checkpoint } from '../checkpoint';
import { type LaneFollower } from '../lane-follower';
import { commitBatch } from './commit-batch';
import { liveGenerations } from './generations';
import { type Batch, LaneProjector } from './lane-projector';
import { type Projection } from './projection';

/** Also the name that a client waits for when it wants to read its own write. */
export const PROJECTIONS = 'projections';
const SLICE = 500;
const OUTDATED = 100;
const RENEW_MS = 500;

/**
 * All projections of a node behind one lease a lane: the rows of every read model and the checkpoint move in one transaction, so
 * tables agree with each other, and no event is counted twice or skipped.
 */
export class Projections implements LaneFollower {
  readonly name = PROJECTIONS;
  readonly #lanes = new Map<number, LaneProjector>();

  constructor(
    private readonly db: Database,
    private readonly projections: readonly Projection[],
  ) {}

  async opened(checkpoint: Checkpoint): Promise<Checkpoint> {
    await this.#open(checkpoint.lane);
    return checkpoint;
  }

  async advance(checkpoint: Checkpoint): Promise<number> {
    const { lane, position } = checkpoint;
    const projector = this.#lanes.get(lane) ?? (await this.#open(lane));
    // Before the slice: once a batch is committed nothing more may fail, or the loop would not know where it stands.
    await this.#renew(projector, checkpoint, 0);
    const slice = await readLane(this.db, lane, position, SLICE);
    const last = slice.at(-1);
    if (last === undefined) {
      await this.#renew(projector, checkpoint, RENEW_MS);
      return position;
    }
    await this.#commit(projector, checkpoint, last.position, await projector.batchOf(slice));
    return last.position;
  }

  async tick({ lane }: Checkpoint): Promise<void> {
    await this.#lanes.get(lane)?.tick();
  }

  /** Rows that must be made anew: a few between two slices, more while no event waits, but never for long: one may come. */
  async #renew(projector: LaneProjector, checkpoint: Checkpoint, forMs: number): Promise<void> {
    const until = performance.now() + forMs;
    do {
      const batch = await projector.outdated(checkpoint.position, OUTDATED);
      if (batch === null) return;
      await this.#commit(projector, checkpoint, checkpoint.position, batch);
    } while (performance.now() < until);
  }

  async #commit(projector: LaneProjector, checkpoint: Checkpoint, to: number, batch: Batch): Promise<void> {
    try {
      await commitBatch(projector, batch, (write) => this.#write(checkpoint, to, write));
    } catch (thrown) {
      this.#lanes.delete(checkpoint.lane);
      throw thrown;
    }
  }

  #write(
    checkpoint: Checkpoint,
    to: number,
    write: Parameters<Database['transaction']>[0],
  ): Promise<unknown> {
    return this.db.transaction(async (tx) => {
      await advanceCheckpoint(tx, checkpoint, to);
      await write(tx);
    });
  }

  async #open(lane: number): Promise<LaneProjector> {
    const { db, projections } = this;
    const generations = await liveGenerations(db, projections);
    const projector = await LaneProjector.open({ db, lane, projections, generations });
    this.#lanes.set(lane, projector);
    return projector;
  }
}
