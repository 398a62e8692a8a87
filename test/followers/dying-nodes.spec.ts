import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { freshDatabase } from '../support/database';
import { message } from '../support/events';
import { eventually } from '../support/eventually';
import { openLedger, type TestLedger } from '../support/ledger';
import { expectEachCountedOnce, makeCountingTable } from './support/counting-follower';
import { holdings, shares } from './support/nodes';
import { killLeftovers, startNodeProcess } from './support/node-process';

const PATIENCE_MS = 20_000;

describe('nodes in processes of their own', () => {
  const database = freshDatabase();
  let db: Database;
  let ledger: TestLedger;
  let events = 0;

  beforeAll(async () => {
    db = openDatabase({ url: database.url, poolMax: 2, applicationName: 'test' });
    ledger = openLedger(database);
    await makeCountingTable(database.url);
  });

  afterEach(() => killLeftovers());

  afterAll(async () => {
    await ledger.close();
    await db.close();
  });

  async function append(count: number): Promise<void> {
    await Promise.all(
      Array.from({ length: count }, () => ledger.stored(message(`T-${(events += 1)}`, 1, 'm'))),
    );
  }

  function untilShares(expected: readonly number[]): Promise<void> {
    return eventually(async () => expect(await shares(db)).toEqual(expected), PATIENCE_MS);
  }

  function untilAllCounted(): Promise<void> {
    return eventually(() => expectEachCountedOnce(db), PATIENCE_MS);
  }

  it('take over from one that was killed in the middle of its work', async () => {
    const first = startNodeProcess(database.url);
    const second = startNodeProcess(database.url);
    await untilShares([4, 4]);
    const appending = append(1000);
    await first.end('SIGKILL');
    await appending;
    await untilAllCounted();
    await untilShares([8]);
    expect([...(await holdings(db)).lanes.keys()]).toEqual([second.node]);
    await second.end('SIGTERM');
  });

  it('take over from one that says good-bye, before its lease has run out', async () => {
    const first = startNodeProcess(database.url);
    const second = startNodeProcess(database.url);
    await untilShares([4, 4]);
    const appending = append(1000);
    await first.end('SIGTERM');
    expect(await db.query({ text: LIVING })).toEqual([{ owner: second.node }]);
    await appending;
    await untilAllCounted();
    await untilShares([8]);
    await second.end('SIGTERM');
  });

  it('take over from one that is frozen, which lets go when it goes on', async () => {
    const frozen = startNodeProcess(database.url);
    await untilShares([8]);
    frozen.signal('SIGSTOP');
    await append(100);
    const other = startNodeProcess(database.url);
    await untilAllCounted();
    await untilShares([8]);
    expect([...(await holdings(db)).lanes.keys()]).toEqual([other.node]);
    frozen.signal('SIGCONT');
    await append(100);
    await untilShares([4, 4]);
    await append(100);
    await untilAllCounted();
    await Promise.all([frozen.end('SIGTERM'), other.end('SIGTERM')]);
  });

  it('take over from one that is frozen in the middle of a batch, which then writes nothing', async () => {
    await append(100);
    const frozen = startNodeProcess(database.url, { freezeInBatch: true });
    await eventually(async () => expect(await db.query({ text: IN_BATCH })).not.toEqual([]), PATIENCE_MS);
    const other = startNodeProcess(database.url);
    await untilAllCounted();
    await untilShares([8]);
    frozen.signal('SIGCONT');
    await untilShares([4, 4]);
    await untilAllCounted();
    await Promise.all([frozen.end('SIGTERM'), other.end('SIGTERM')]);
  });
});

const LIVING = `
  SELECT owner FROM es.follower_node WHERE lease_until > clock_timestamp()`;

const IN_BATCH = `
  SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'test' AND state = 'idle in transaction'
    AND state_change < clock_timestamp() - interval '200 milliseconds'`;
