import { readLane } from '../../ledger/reading';
import { type Database, type Queryable } from '../../platform/postgres/database';
import { commitBatch } from '../projections/commit-batch';
import { type Batch, LaneProjector } from '../projections/lane-projector';
import { type Projection } from '../projections/projection';

const RENEWED_AT_ONCE = 100;

export interface LaneFeedOptions {
  readonly db: Database;
  readonly lane: number;
  readonly projections: readonly Projection[];
  readonly generation: number;
  readonly position: number;
  /** In the transaction of the rows: how far they have come. */
  readonly note: (tx: Queryable, lane: number, position: number) => Promise<void>;
}

/** Brings the new tables along a lane, as a node brings the live ones. */
export class LaneFeed {
  #position: number;

  private constructor(
    private readonly options: LaneFeedOptions,
    private readonly projector: LaneProjector,
  ) {
    this.#position = options.position;
  }

  static async open(options: LaneFeedOptions): Promise<LaneFeed> {
    const { db, lane, projections, generation } = options;
    const generations = new Map(projections.map(({ name }) => [name, generation]));
    return new LaneFeed(options, await LaneProjector.open({ db, lane, projections, generations }));
  }

  get position(): number {
    return this.#position;
  }

  /** Returns how many events there were. */
  async to(position: number, sliceSize: number): Promise<number> {
    const from = this.#position;
    while (this.#position < position) {
      const wanted = Math.min(sliceSize, position - this.#position);
      const slice = await readLane(this.options.db, this.options.lane, this.#position, wanted);
      const last = slice.at(-1)?.position;
      if (last === undefined) throw new Error(`lane ${this.options.lane} ends before position ${position}`);
      await this.#commit(await this.projector.batchOf(slice), last);
    }
    return position - from;
  }

  /** Configuration that changed meanwhile: rows that were made with what no longer holds are made anew. */
  async renew(): Promise<void> {
    for (;;) {
      const batch = await this.projector.outdated(this.#position, RENEWED_AT_ONCE);
      if (batch === null) return;
      await this.#commit(batch, this.#position);
    }
  }

  async #commit(batch: Batch, position: number): Promise<void> {
    const { db, lane, note } = this.options;
    await commitBatch(this.projector, batch, (write) =>
      db.transaction(async (tx) => {
        await note(tx, lane, position);
        await write(tx);
      }),
    );
    this.#position = position;
  }
}
