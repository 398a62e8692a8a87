import { randomUUID } from 'node:crypto';
import { enrol, renewLease } from '../../src/followers/lease';
import { SharedWakeups } from '../../src/followers/shared-wakeups';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { listen, type Listener } from '../../src/platform/postgres/listen';
import { freshDatabase } from '../support/database';
import { message } from '../support/events';
import { eventually } from '../support/eventually';
import { openLedger } from '../support/ledger';
import { TEST_LANES } from '../support/template';
import { COUNTING, expectEachCountedOnce, makeCountingTable } from './support/counting-follower';
import { APP_ROLE, startNodeInProcess } from './support/nodes';

const CHANNEL = 'casetrail_wakeups';
/** Longer than any test. */
const NEVER_MS = 600_000;

interface Ear {
  readonly wakeups: SharedWakeups;
  readonly node: string;
  readonly lanes: number[];
  readonly freed: string[];
}

describe('wake-ups between nodes', () => {
  const database = freshDatabase();
  let admin: Database;
  let db: Database;
  let ears: Ear[] = [];
  let heard: string[] = [];
  let eavesdropper: Listener;

  beforeAll(async () => {
    admin = openDatabase({ url: database.url, poolMax: 1, applicationName: 'test' });
    db = openDatabase({ url: database.url, poolMax: 4, applicationName: 'test', role: APP_ROLE });
    await makeCountingTable(database.url);
    await enrol(db, COUNTING);
  });

  beforeEach(async () => {
    heard = [];
    eavesdropper = listenTo((payload) => heard.push(payload));
    await untilListening(1);
  });

  afterEach(async () => {
    await Promise.all(ears.splice(0).map(({ wakeups }) => wakeups.stop()));
    await eavesdropper.stop();
    await db.query({ text: 'DELETE FROM es.follower_node' });
    ears = [];
  });

  afterAll(async () => {
    await db.close();
    await admin.close();
  });

  function listenTo(hear: (payload: string) => void): Listener {
    return listen({ url: database.url, channel: CHANNEL, hear, log: () => undefined });
  }

  function untilListening(count: number): Promise<void> {
    return eventually(async () => {
      const rows = await admin.query({ text: LISTENING });
      expect(rows.length).toBe(count);
    });
  }

  function startEar(): Ear {
    const node = randomUUID();
    const wakeups = new SharedWakeups({
      db,
      node,
      listen: (channel, hear) => listen({ url: database.url, channel, hear, log: () => undefined }),
    });
    const ear: Ear = { wakeups, node, lanes: [], freed: [] };
    wakeups.subscribe((lane) => ear.lanes.push(lane));
    wakeups.subscribeFreed((follower) => ear.freed.push(follower));
    wakeups.start();
    ears.push(ear);
    return ear;
  }

  async function twoEars(): Promise<[Ear, Ear]> {
    const pair: [Ear, Ear] = [startEar(), startEar()];
    await untilListening(3);
    for (const { node } of pair) await renewLease(db, COUNTING, node);
    return pair;
  }

  it('tell other nodes which lanes have grown and which followers have lanes to take, and their own only once', async () => {
    const [here, there] = await twoEars();
    here.wakeups.wake([3, 5]);
    here.wakeups.freed('projections');
    await eventually(() => {
      expect(there.lanes).toEqual([3, 5]);
      expect(there.freed).toEqual(['projections']);
    });
    there.wakeups.wake([1]);
    await eventually(() => expect(here.lanes).toEqual([3, 5, 1]));
    expect(here.freed).toEqual(['projections']);
  });

  it('are sent together when many come at once, and none is forgotten', async () => {
    const [here, there] = await twoEars();
    for (let lane = 0; lane < 64; lane++) {
      for (let time = 0; time < 50; time++) here.wakeups.wake([lane]);
    }
    await eventually(() => expect(new Set(there.lanes).size).toBe(64));
    expect(heard.length).toBe(2);
  });

  it('are not sent by a node that is alone', async () => {
    const here = startEar();
    await renewLease(db, COUNTING, here.node);
    here.wakeups.wake([3]);
    await here.wakeups.stop();
    await db.query({ text: 'SELECT pg_notify($1, $2)', values: [CHANNEL, 'the end'] });
    await eventually(() => expect(heard).toEqual(['the end']));
  });

  it('are sent by a node that follows nothing itself', async () => {
    await renewLease(db, COUNTING, randomUUID());
    const writer = new SharedWakeups({ db, node: randomUUID(), listen: null });
    writer.start();
    writer.wake([7]);
    await writer.stop();
    await eventually(() => expect(heard.length).toBe(1));
  });

  it('are heard again after the connection was lost', async () => {
    const [here, there] = await twoEars();
    const killed = await admin.query({ text: `SELECT pg_terminate_backend(pid) FROM (${LISTENING}) l` });
    expect(killed.length).toBe(3);
    await eventually(() => {
      here.wakeups.wake([2]);
      expect(there.lanes).toContain(2);
    });
  });

  it('survive what others write to their channel', async () => {
    const [here, there] = await twoEars();
    for (const payload of ['', 'null', '{"lanes":3}', '{"node":"x","lanes":["1"],"freed":[]}']) {
      await db.query({ text: 'SELECT pg_notify($1, $2)', values: [CHANNEL, payload] });
    }
    here.wakeups.wake([4]);
    await eventually(() => expect(there.lanes).toEqual([4]));
  });

  it('let a follower that would poll much later handle what another node has appended', async () => {
    const [here, there] = [startEar(), startEar()];
    await untilListening(3);
    const { node, wakeups } = there;
    const follower = startNodeInProcess(database.url, { node, wakeups, pollMs: NEVER_MS });
    await eventually(() => expect(follower.runner.states().length).toBe(TEST_LANES));
    const ledger = openLedger(database, { onAppended: (lanes) => here.wakeups.wake(lanes) });
    // Twice: the second time every lane has been asleep.
    for (const round of [1, 2]) {
      for (let ticket = 0; ticket < 40; ticket++)
        await ledger.stored(message(`T-${ticket}`, round, `m-${round}`));
      await eventually(() => expectEachCountedOnce(db));
    }
    await ledger.close();
    await follower.stop();
  });
});

const LISTENING = `
  SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'casetrail-listen' AND query LIKE 'LISTEN%' AND state = 'idle'`;
