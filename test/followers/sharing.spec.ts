import { claimFreeLanes, enrol, renewLease } from '../../src/followers/lease';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { freshDatabase } from '../support/database';
import { message } from '../support/events';
import { eventually } from '../support/eventually';
import { openLedger, type TestLedger } from '../support/ledger';
import { TEST_LANES } from '../support/template';
import { COUNTING, expectEachCountedOnce, makeCountingTable } from './support/counting-follower';
import {
  APP_ROLE,
  holdings,
  type NodeInProcess,
  type NodeOptions,
  shares,
  startNodeInProcess,
} from './support/nodes';

const PATIENCE_MS = 20_000;

describe('the lanes of a follower', () => {
  const database = freshDatabase();
  const nodes: NodeInProcess[] = [];
  let db: Database;
  let ledger: TestLedger;
  let events = 0;

  beforeAll(async () => {
    db = openDatabase({ url: database.url, poolMax: 2, applicationName: 'test' });
    ledger = openLedger(database);
    await makeCountingTable(database.url);
  });

  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.stop()));
  });

  afterAll(async () => {
    await ledger.close();
    await db.close();
  });

  function startNode(options: NodeOptions = {}): NodeInProcess {
    const node = startNodeInProcess(database.url, { pollMs: 100, ...options });
    nodes.push(node);
    return node;
  }

  function stopNode(): Promise<void> {
    const node = nodes.shift();
    if (node === undefined) throw new Error('no node runs');
    return node.stop();
  }

  /** To as many tickets, so that every lane gets some. */
  async function append(count: number): Promise<void> {
    await Promise.all(
      Array.from({ length: count }, () => ledger.stored(message(`T-${(events += 1)}`, 1, 'm'))),
    );
  }

  function untilShares(expected: readonly number[]): Promise<void> {
    return eventually(async () => expect(await shares(db)).toEqual(expected), PATIENCE_MS);
  }

  it('go to every node that joins and come back from every node that leaves, and each event is handled once', async () => {
    startNode();
    await append(100);
    await untilShares([8]);
    startNode();
    await append(100);
    await untilShares([4, 4]);
    startNode();
    await append(100);
    await untilShares([3, 3, 2]);
    await Promise.all([append(100), stopNode()]);
    await untilShares([4, 4]);
    await Promise.all([append(100), stopNode()]);
    await untilShares([8]);
    await eventually(() => expectEachCountedOnce(db));
  });

  it('stay where they are while the nodes stay the same', async () => {
    for (let count = 0; count < 3; count++) startNode();
    await untilShares([3, 3, 2]);
    const { epochs } = await holdings(db);
    const beats = (): Promise<unknown> =>
      db.query({ text: 'SELECT max(lease_until) AS until FROM es.follower_node' });
    for (let seen = 0; seen < 3; seen++) {
      const before = await beats();
      await eventually(async () => expect(await beats()).not.toEqual(before));
    }
    expect((await holdings(db)).epochs).toEqual(epochs);
  });

  it('leave nothing to the youngest of more nodes than lanes, who step in when one leaves', async () => {
    for (let count = 0; count < TEST_LANES + 1; count++) startNode();
    await untilShares([1, 1, 1, 1, 1, 1, 1, 1]);
    await eventually(async () =>
      expect(await db.query({ text: LIVING })).toEqual([{ nodes: TEST_LANES + 1 }]),
    );
    await stopNode();
    await untilShares([1, 1, 1, 1, 1, 1, 1, 1]);
  });

  it('are not given up in the middle of a batch', async () => {
    const first = startNode();
    await untilShares([8]);
    let finish: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (finish = resolve));
    first.follower.inBatch = () => held;
    await append(100);
    const second = startNode();
    await eventually(() => expect(first.runner.states().length).toBe(4), PATIENCE_MS);
    expect(second.runner.states()).toEqual([]);
    expect((await holdings(db)).lanes.get(first.node)).toBe(TEST_LANES);
    finish();
    await untilShares([4, 4]);
    await eventually(() => expectEachCountedOnce(db));
  });

  it('are taken again by their node when another process has raised their epochs', async () => {
    const node = startNode();
    await untilShares([8]);
    await eventually(() => expect(node.runner.states().length).toBe(TEST_LANES));
    await db.query({
      text: 'UPDATE es.follower SET epoch = epoch + 1000 WHERE name = $1',
      values: [COUNTING],
    });
    await append(50);
    await eventually(() => expectEachCountedOnce(db));
    await eventually(() => expect(node.runner.states().length).toBe(TEST_LANES), PATIENCE_MS);
    const { epochs } = await holdings(db);
    expect(Math.min(...epochs)).toBeGreaterThan(1000);
  });

  it('are shared by nodes that have no session: a new connection for every statement', async () => {
    const pooled = pooler(database.url);
    startNode({ db: pooled, batches: pooled });
    startNode({ db: pooled, batches: pooled });
    await append(50);
    await untilShares([4, 4]);
    await eventually(() => expectEachCountedOnce(db), PATIENCE_MS);
  });

  it('are claimed by one of two nodes that claim at the same moment', async () => {
    const follower = 'claimed-at-once';
    const owners = ['a', 'b', 'c', 'd'].map((letter) => `00000000-0000-4000-8000-00000000000${letter}`);
    await enrol(db, follower);
    await Promise.all(owners.map((owner) => renewLease(db, follower, owner)));
    const claims = await Promise.all(owners.map((owner) => claimFreeLanes(db, follower, owner)));
    const lanes = claims.flat().map(({ lane }) => lane);
    expect(lanes.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

const LIVING = `
  SELECT count(*)::int AS nodes FROM es.follower_node WHERE lease_until > clock_timestamp()`;

/** What a transaction-mode pooler is at its worst: nothing of a session outlives a statement or a transaction. */
function pooler(url: string): Pick<Database, 'query' | 'transaction'> {
  const once = async <T>(use: (db: Database) => Promise<T>): Promise<T> => {
    const db = openDatabase({
      url,
      poolMax: 1,
      applicationName: 'test',
      role: APP_ROLE,
      frozenAfterMs: 5000,
    });
    try {
      return await use(db);
    } finally {
      await db.close();
    }
  };
  return {
    query: (statement) => once((db) => db.query(statement)),
    transaction: (work) => once((db) => db.transaction(work)),
  };
}
