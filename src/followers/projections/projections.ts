import { readLane } from '../../ledger/reading';
import { type Database } from '../../platform/postgres/database';
import { StatementError } from '../../platform/postgres/database-error';
import { advanceCheckpoint, type Checkpoint } from '../checkpoint';
import { type LaneFollower } from '../lane-follower';
import { liveGenerations } from './generations';
import { type Batch, LaneProjector } from './lane-projector';
import { type Projection } from './projection';

/** Also the name that a client waits for when it wants to read its own write. */
export const PROJECTIONS = 'projections';
const SLICE = 500;
const OUTDATED = 100;

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
    await this.#renew(projector, checkpoint, 1);
    const slice = await readLane(this.db, lane, position, SLICE);
    const last = slice.at(-1);
    if (last === undefined) {
      await this.#renew(projector, checkpoint, Infinity);
      return position;
    }
    await this.#commit(projector, checkpoint, last.position, await projector.batchOf(slice));
    return last.position;
  }

  async tick({ lane }: Checkpoint): Promise<void> {
    await this.#lanes.get(lane)?.tick();
  }

  /** Rows that must be made anew: a few between two slices, all of them while no event waits. */
  async #renew(projector: LaneProjector, checkpoint: Checkpoint, steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      const batch = await projector.outdated(checkpoint.position, OUTDATED);
      if (batch === null) return;
      await this.#commit(projector, checkpoint, checkpoint.position, batch);
    }
  }

  async #commit(projector: LaneProjector, checkpoint: Checkpoint, to: number, batch: Batch): Promise<void> {
    try {
      await this.#write(checkpoint, to, (tx) => projector.write(tx, batch)).catch((thrown: unknown) => {
        if (!(thrown instanceof StatementError && thrown.isAboutData)) throw thrown;
        return this.#write(checkpoint, to, (tx) => projector.writeOneByOne(tx, batch));
      });
    } catch (thrown) {
      this.#lanes.delete(checkpoint.lane);
      throw thrown;
    }
    projector.settle(batch);
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
