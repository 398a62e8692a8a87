import { advanceCheckpoint, type Checkpoint } from '../../../src/followers/checkpoint';
import { type LaneFollower } from '../../../src/followers/lane-follower';
import { type Database, openDatabase, type Queryable } from '../../../src/platform/postgres/database';

export const COUNTING = 'counting';
const BATCH = 5;

/** No unique key: what is counted twice shows. */
const COUNTED = `
  CREATE TABLE counted (lane smallint NOT NULL, position bigint NOT NULL, node text NOT NULL);
  GRANT SELECT, INSERT ON counted TO casetrail_app`;

const COUNT = `
  INSERT INTO counted (lane, position, node)
  SELECT e.lane, e.position, $4 FROM es.event e WHERE e.lane = $1 AND e.position > $2 AND e.position <= $3`;

const LAST = `
  SELECT max(b.position) AS position FROM (
    SELECT e.position FROM es.event e WHERE e.lane = $1 AND e.position > $2 ORDER BY e.position LIMIT $3) b`;

export async function makeCountingTable(url: string): Promise<void> {
  const admin = openDatabase({ url, poolMax: 1, applicationName: 'test' });
  await admin.query({ text: COUNTED });
  await admin.close();
}

/** Writes down every event that it is given, in the transaction of its checkpoint. */
export class CountingFollower implements LaneFollower {
  readonly name = COUNTING;
  opened = (checkpoint: Checkpoint): Promise<Checkpoint> => Promise.resolve(checkpoint);
  /** Awaited in the middle of each batch, when its rows are written and not yet committed. */
  inBatch: (checkpoint: Checkpoint) => Promise<void> = () => Promise.resolve();

  constructor(
    private readonly db: Pick<Database, 'query' | 'transaction'>,
    private readonly node: string,
  ) {}

  async advance(checkpoint: Checkpoint): Promise<number> {
    const { lane, position } = checkpoint;
    const [row] = await this.db.query<{ position: number | null }>({
      text: LAST,
      values: [lane, position, BATCH],
    });
    const last = row?.position ?? position;
    if (last === position) return position;
    await this.db.transaction(async (tx) => {
      await advanceCheckpoint(tx, checkpoint, last);
      await tx.query({ text: COUNT, values: [lane, position, last, this.node] });
      await this.inBatch(checkpoint);
    });
    return last;
  }
}

/** Throws unless each event of the log was counted once. */
export async function expectEachCountedOnce(db: Queryable): Promise<void> {
  const wrong = await db.query({
    text: `
      SELECT e.lane, e.position, count(c.lane)::int AS times
      FROM es.event e LEFT JOIN counted c ON c.lane = e.lane AND c.position = e.position
      GROUP BY e.lane, e.position HAVING count(c.lane) <> 1 ORDER BY 1, 2 LIMIT 5`,
  });
  expect(wrong).toEqual([]);
}
