import { type Database, type Queryable } from '../../platform/postgres/database';
import { PROJECTIONS } from '../projections/projections';
import { type Build, notePosition } from './build';
import { LaneFeed } from './lane-feed';

const SLICE = 500;
/** What may be left for the moment in which followers wait. */
const FEW = 500;
/** Of one lane, once it stands still. */
const LEFT_MAX = 2_000;
const ROUNDS_MAX = 1_000;

interface LanePosition {
  readonly lane: number;
  readonly position: number;
}

const POSITIONS = 'SELECT lane, position FROM es.follower WHERE name = $1 ORDER BY lane';
const LOCK = 'SELECT lane, position FROM es.follower WHERE name = $1 AND lane = $2 FOR UPDATE';

/** Leads indexed new tables behind the live ones, never past them: all projections share the followers' checkpoints. */
export class CatchUp {
  private constructor(
    private readonly db: Database,
    private readonly feeds: ReadonlyMap<number, LaneFeed>,
  ) {}

  /** `build` as it stands now in the database. */
  static async open(db: Database, build: Build): Promise<CatchUp> {
    const { projections, generation } = build;
    const feeds = new Map<number, LaneFeed>();
    for (const { lane, position } of build.lanes) {
      const options = { db, lane, projections, generation, position, note: notePosition };
      feeds.set(lane, await LaneFeed.open(options));
    }
    return new CatchUp(db, feeds);
  }

  /** Until it is as good as there. */
  async follow(): Promise<void> {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      if ((await this.#to(await this.#live())) <= FEW) break;
    }
    for (const feed of this.feeds.values()) await feed.renew();
  }

  /**
   * Exactly to where the live ones are, and keeps them there: each lane is locked until the end of the transaction that `tx`
   * is in, and then brought level. False where more is left of one than followers should wait for.
   */
  async level(tx: Queryable): Promise<boolean> {
    for (const lane of this.feeds.keys()) {
      await this.#to((await this.#live()).filter((one) => one.lane >= lane));
      const [locked] = await tx.query<LanePosition & Record<string, unknown>>({
        text: LOCK,
        values: [PROJECTIONS, lane],
      });
      if (locked === undefined) throw new Error(`the followers have no lane ${lane}`);
      if (locked.position - this.#feed(lane).position > LEFT_MAX) return false;
      await this.#to([locked]);
    }
    return true;
  }

  #live(): Promise<LanePosition[]> {
    return this.db.query<LanePosition & Record<string, unknown>>({ text: POSITIONS, values: [PROJECTIONS] });
  }

  /** Returns how many events there were. */
  async #to(positions: readonly LanePosition[]): Promise<number> {
    const counts = await Promise.all(
      positions.map(({ lane, position }) => this.#feed(lane).to(position, SLICE)),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  #feed(lane: number): LaneFeed {
    const feed = this.feeds.get(lane);
    if (feed === undefined) throw new Error(`lane ${lane} is not part of the build`);
    return feed;
  }
}
