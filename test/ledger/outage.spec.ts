import { migrate } from '../../src/platform/postgres/migrate';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { openDataDir } from '../../src/platform/runtime/data-dir';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/runtime/embedded-postgres';
import { temporaryDataDir } from '../support/cluster';
import { freshDatabase } from '../support/database';
import { created, event, message, status } from '../support/events';
import { openLedger, type TestLedger } from '../support/ledger';
import { TEST_LANES } from '../support/template';
import { CuttingProxy } from './support/cutting-proxy';
import { verified } from './support/tampering';

jest.setTimeout(60_000);

const SECOND = 1000;

async function countOf(db: Database, dedupeKey: string): Promise<number> {
  const text = 'SELECT count(*) AS n FROM es.event WHERE dedupe_key = $1';
  const [row] = await db.query<{ n: number }>({ text, values: [dedupeKey] });
  return row?.n ?? 0;
}

describe('a connection that breaks in the middle of an append', () => {
  const database = freshDatabase();
  let proxy: CuttingProxy;
  let node: TestLedger;
  let direct: Database;

  beforeAll(async () => {
    direct = openDatabase({ url: database.url, poolMax: 2, applicationName: 'test-direct' });
    const through = await CuttingProxy.before(database.url);
    proxy = through.proxy;
    node = openLedger({ url: through.url });
    await node.stored(created('warm-up'));
  });

  afterAll(async () => {
    await node.close();
    await proxy.close();
    await direct.close();
  });

  test('a lost COMMIT answer: the event is stored once and answered as stored, not as a duplicate', async () => {
    const first = created('C-1');
    proxy.cutNext('es_append', 'after the server has answered');
    const outcome = await node.append(first);
    expect(proxy.cuts).toBe(1);
    expect(outcome).toMatchObject({ kind: 'stored', receipt: { type: 'ticket.created', version: 1 } });
    expect(await countOf(direct, first.dedupeKey)).toBe(1);
    expect(await node.append({ ...first })).toMatchObject({ kind: 'duplicate', sameContent: true });
  });

  test('a lost COMMIT answer for a whole batch: every event of it is stored once and answered as stored', async () => {
    const cutsBefore = proxy.cuts;
    proxy.cutNext('es_append', 'after the server has answered');
    const events = Array.from({ length: 30 }, (_, i) => [
      created(`CB-${i}`),
      message(`CB-${i}`, 1, 'm1'),
    ]).flat();
    const outcomes = await Promise.all(events.map((one) => node.append(one)));
    expect(proxy.cuts).toBe(cutsBefore + 1);
    expect(outcomes.map(({ kind }) => kind)).toEqual(events.map(() => 'stored'));
    for (const { dedupeKey } of events) expect(await countOf(direct, dedupeKey)).toBe(1);
  });

  test('a lost COMMIT answer for a late event: its announcements are stored once too', async () => {
    await node.stored(created('CL-1'));
    await node.stored(status('CL-1', 2, 'open', 'resolved'));
    await node.stored(status('CL-1', 10, 'pending', 'on_hold'));
    proxy.cutNext('es_append', 'after the server has answered');
    const late = await node.stored(status('CL-1', 5, 'resolved', 'in_progress'));
    expect(late).toMatchObject({ verdict: 'accepted', version: 3 });
    const text = `SELECT type FROM es.event WHERE ticket_id = 'CL-1' AND source = 'casetrail'`;
    expect(await direct.query({ text })).toEqual([{ type: 'transition.reinstated' }]);
  });

  test('an append that never reached the server is sent again', async () => {
    const first = event('agent.status_changed', null, 0);
    proxy.cutNext('es_append', 'before the server sees it');
    expect(await node.append(first)).toMatchObject({ kind: 'stored' });
    expect(await countOf(direct, first.dedupeKey)).toBe(1);
  });

  test('and the log is consistent after all that', async () => {
    expect(await verified(direct)).toMatchObject({ ok: true });
  });
});

describe('PostgreSQL away and back', () => {
  const dataDir = (): string => openDataDir(temporaryDataDir()).path;
  const start = (path: string): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({ dataDir: path, log: () => undefined, database: 'casetrail' });
  let path: string;
  let postgres: EmbeddedPostgres;
  let node: TestLedger;

  beforeAll(async () => {
    path = dataDir();
    postgres = await start(path);
    await migrate({ url: postgres.url, lanes: TEST_LANES });
    node = openLedger({ url: postgres.url });
  });

  afterAll(async () => {
    await node.close();
    await postgres.stop();
  });

  test('killed with -9 under load: nothing acknowledged is missing, and the same pool goes on by itself', async () => {
    const acknowledged: string[] = [];
    const refused: unknown[] = [];
    let loading = true;
    const writers = Array.from({ length: 16 }, async (_, writer) => {
      for (let i = 0; loading; i += 1) {
        const one = created(`K-${writer}-${i}`);
        const outcome = await node.ledger.append(one, Date.now() + SECOND).catch((thrown: unknown) => thrown);
        if (isStored(outcome)) acknowledged.push(one.dedupeKey);
        else refused.push(outcome);
      }
    });
    await pause(500);
    process.kill(postgres.pid, 'SIGKILL');
    await postgres.unexpectedExit;
    await pause(2.5 * SECOND);
    const whileAway = refused.length;
    postgres = await start(path);
    await pause(SECOND);
    loading = false;
    await Promise.all(writers);
    expect(whileAway).toBeGreaterThan(0);
    for (const thrown of refused) expect(thrown).toMatchObject({ code: 'storage_unavailable' });
    expect(await node.append(created('K-after'))).toMatchObject({ kind: 'stored' });
    const rows = await node.db.query<{ dedupe_key: string }>({ text: 'SELECT dedupe_key FROM es.event' });
    const stored = new Set(rows.map((row) => row.dedupe_key));
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(acknowledged.filter((key) => !stored.has(key))).toEqual([]);
    expect(await verified(node.db)).toMatchObject({ ok: true });
  });

  test('while it is away an append ends with storage_unavailable at its deadline, not before and not much later', async () => {
    await postgres.stop();
    const began = performance.now();
    await expect(node.ledger.append(created('A-1'), Date.now() + SECOND)).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    const took = performance.now() - began;
    expect(took).toBeGreaterThan(0.9 * SECOND);
    expect(took).toBeLessThan(2 * SECOND);
    const waiting = node.ledger.append(created('A-2'), Date.now() + 20 * SECOND);
    await pause(300);
    postgres = await start(path);
    expect(await waiting).toMatchObject({ kind: 'stored' });
  });
});

function isStored(outcome: unknown): boolean {
  return (outcome as { kind?: string }).kind === 'stored';
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
