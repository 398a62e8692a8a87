import { Gather } from '../../kernel/gather';
import { readLanes, type SlicedEvent } from '../../ledger/reading';
import { type Database } from '../../platform/postgres/database';
import { type Checkpoint } from '../checkpoint';
import { type LaneFollower } from '../lane-follower';
import { liveGenerations } from './generations';
import { GroupCommit } from './group-commit';
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
  /** What follows in each lane. An append wakes many lanes at once. */
  readonly #slices: Gather<Checkpoint, readonly SlicedEvent[]>;
  readonly #group: GroupCommit;

  constructor(
    private readonly db: Database,
    private readonly projections: readonly Projection[],
  ) {
    this.#slices = new Gather({ answer: (checkpoints) => slicesOf(db, checkpoints) });
    this.#group = new GroupCommit(db);
  }

  async opened(checkpoint: Checkpoint): Promise<Checkpoint> {
    await this.#open(checkpoint.lane);
    return checkpoint;
  }

  async advance(checkpoint: Checkpoint): Promise<number> {
    const { lane, position } = checkpoint;
    const projector = this.#lanes.get(lane) ?? (await this.#open(lane));
    // Before the slice: once a batch is committed nothing more may fail, or the loop would not know where it stands.
    await this.#renew(projector, checkpoint, 0);
    const slice = await this.#slices.ask(checkpoint);
    const last = slice.at(-1);
    if (last === undefined) {
      await this.#renew(projector, checkpoint, RENEW_MS);
      return position;
    }
    await this.#commit(projector, checkpoint, last.position, await projector.batchOf(slice));
    return last.position;
  }

  async tick({ lane, position }: Checkpoint): Promise<void> {
    await this.#lanes.get(lane)?.tick(position);
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
      await this.#group.commit({ checkpoint, to, projector, batch });
    } catch (thrown) {
      this.#lanes.delete(checkpoint.lane);
      throw thrown;
    }
  }

  async #open(lane: number): Promise<LaneProjector> {
    const { db, projections } = this;
    const generations = await liveGenerations(db, projections);
    const projector = await LaneProjector.open({ db, lane, projections, generations });
    this.#lanes.set(lane, projector);
    return projector;
  }
}

/** A lane asks again only after its answer. */
async function slicesOf(db: Database, checkpoints: readonly Checkpoint[]): Promise<SlicedEvent[][]> {
  const after = new Map(checkpoints.map(({ lane, position }) => [lane, position]));
  const slices = new Map<number, SlicedEvent[]>();
  for (const { lane } of checkpoints) slices.set(lane, []);
  for (const event of await readLanes(db, after, SLICE)) slices.get(event.lane)?.push(event);
  return checkpoints.map(({ lane }) => slices.get(lane) ?? []);
}
