import { type Checkpoint } from '../../src/followers/checkpoint';
import { type LaneFollower } from '../../src/followers/lane-follower';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { freshDatabase } from '../support/database';
import { message } from '../support/events';
import { eventually } from '../support/eventually';
import { openLedger, type TestLedger } from '../support/ledger';
import { TEST_LANES } from '../support/template';
import {
  COUNTING,
  type CountingFollower,
  expectEachCountedOnce,
  makeCountingTable,
} from './support/counting-follower';
import { type NodeInProcess, startNodeInProcess } from './support/nodes';

describe('a lane', () => {
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

  function follow(wrap: (follower: CountingFollower) => LaneFollower): NodeInProcess {
    const node = startNodeInProcess(database.url, { pollMs: 50, wrap });
    nodes.push(node);
    return node;
  }

  async function append(count: number): Promise<void> {
    await Promise.all(
      Array.from({ length: count }, () => ledger.stored(message(`T-${(events += 1)}`, 1, 'm'))),
    );
  }

  async function storedErrors(): Promise<(string | null)[]> {
    const rows = await db.query<{ error: string | null }>({
      text: 'SELECT DISTINCT error FROM es.follower WHERE name = $1',
      values: [COUNTING],
    });
    return rows.map(({ error }) => error);
  }

  it('ticks while it is held, never while it is opened or a batch of it runs', async () => {
    const busy = new Set<number>();
    const overlaps: number[] = [];
    const ticked = new Map<number, number>();
    const alone = async <T>({ lane }: Checkpoint, work: () => Promise<T>): Promise<T> => {
      if (busy.has(lane)) overlaps.push(lane);
      busy.add(lane);
      return work().finally(() => busy.delete(lane));
    };
    const node = follow((follower) => ({
      name: COUNTING,
      opened: (at) => alone(at, () => follower.opened(at)),
      advance: (at) => alone(at, () => follower.advance(at)),
      tick: (at) =>
        alone(at, async () => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          ticked.set(at.lane, (ticked.get(at.lane) ?? 0) + 1);
        }),
    }));
    await eventually(async () => {
      await append(10);
      expect(ticked.size).toBe(TEST_LANES);
      expect(Math.min(...ticked.values())).toBeGreaterThan(1);
    });
    await eventually(() => expectEachCountedOnce(db));
    expect(overlaps).toEqual([]);
    await node.runner.stop();
    const before = [...ticked];
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect([...ticked]).toEqual(before);
  });

  it('goes on while its ticks fail, and shows the error until one succeeds', async () => {
    let failing = true;
    const node = follow((follower) => ({
      name: COUNTING,
      opened: follower.opened,
      advance: (at) => follower.advance(at),
      tick: () => (failing ? Promise.reject(new Error('the clock is broken')) : Promise.resolve()),
    }));
    const shown = (): (string | null)[] => node.runner.states().map(({ error }) => error);
    await eventually(() => expect(shown()).toEqual(Array(TEST_LANES).fill('the clock is broken')));
    await eventually(async () => expect(await storedErrors()).toEqual(['the clock is broken']));
    await append(50);
    await eventually(() => expectEachCountedOnce(db));
    failing = false;
    await eventually(() => expect(shown()).toEqual(Array(TEST_LANES).fill(null)));
    await eventually(async () => expect(await storedErrors()).toEqual([null]));
  });

  it('is tried again while it fails, and forgets the error when it goes on without an event', async () => {
    let failing = true;
    follow((follower) => ({
      name: COUNTING,
      opened: (at) => (failing ? Promise.reject(new Error('not yet')) : follower.opened(at)),
      advance: (at) => follower.advance(at),
    }));
    await eventually(async () => expect(await storedErrors()).toEqual(['not yet']));
    failing = false;
    await eventually(async () => expect(await storedErrors()).toEqual([null]));
  });

  it('does not wait for a row lock to leave word of an error', async () => {
    const failing = follow(() => ({
      name: COUNTING,
      opened: (at) => Promise.resolve(at),
      advance: () => Promise.reject(new Error('broken')),
    }));
    await eventually(() => expect(failing.runner.states().length).toBe(TEST_LANES));
    await db.transaction(async (tx) => {
      await tx.query({ text: 'SELECT FROM es.follower WHERE name = $1 FOR UPDATE', values: [COUNTING] });
      const until = async (): Promise<unknown> =>
        tx.query({ text: 'SELECT max(lease_until) FROM es.follower_node' });
      const before = await until();
      await eventually(async () => expect(await until()).not.toEqual(before));
    });
  });
});
