import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { Ledger } from '../../src/ledger/ledger';
import { readLane, streamLane, type StoredEvent } from '../../src/ledger/reading';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { laneOf } from '../../src/kernel/ticket-key';
import { adminDatabaseUrl } from '../support/cluster';
import { freshDatabase } from '../support/database';
import { created, message } from '../support/events';
import { openLedger, type TestLedger } from '../support/ledger';
import { TEST_LANES } from '../support/template';

const SOON_MS = 1000;

function ticketIn(lane: number): string {
  for (;;) {
    const ticketId = `T-${randomUUID()}`;
    if (laneOf(`acme/${ticketId}`, TEST_LANES) === lane) return ticketId;
  }
}

describe('a reader of lanes', () => {
  const database = freshDatabase();
  const open: Client[] = [];
  let node: TestLedger;

  beforeAll(() => {
    node = openLedger(database);
  });

  afterEach(async () => {
    for (const client of open.splice(0)) await client.end();
  });

  afterAll(() => node.close());

  /** A transaction that stays open, with a snapshot and a transaction id of its own. */
  async function holdTransaction(url: string): Promise<void> {
    const client = new Client({ connectionString: url });
    await client.connect();
    open.push(client);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await client.query('CREATE TABLE public.held (n int)');
    await client.query('SELECT pg_current_xact_id()');
  }

  async function readAll(lane: number): Promise<StoredEvent[]> {
    const all: StoredEvent[] = [];
    for await (const slice of streamLane(node.db, lane, 0, 7)) all.push(...slice);
    return all;
  }

  test('sees each event as soon as it is answered, whatever transactions are held open in the cluster', async () => {
    await holdTransaction(adminDatabaseUrl());
    await holdTransaction(database.url);
    const reached = new Map<number, number>();
    for (let i = 0; i < 40; i += 1) {
      const { lane, position } = await node.stored(created(`H-${i}`));
      const before = reached.get(lane) ?? 0;
      const began = performance.now();
      const seen = await readLane(node.db, lane, before, 100);
      expect(performance.now() - began).toBeLessThan(SOON_MS);
      expect(seen.map((event) => event.position)).toEqual([position]);
      expect(position).toBe(before + 1);
      reached.set(lane, position);
    }
  });

  test('neither waits for an append that is not committed nor ever passes it by', async () => {
    const lane = 3;
    const ticketId = ticketIn(lane);
    await node.stored(created(ticketId));
    const before = (await readAll(lane)).length;
    const held = holdAppends(database.url);
    const slow = slowLedger(held.db);
    try {
      const appendedSlowly = slow.append(message(ticketId, 1, 'slow'), Date.now() + 15_000);
      await held.executed;
      const appendedBehind = node.stored(created(ticketIn(lane)));
      const elsewhere = ticketIn(4);
      await openLedgerOnce(database.url, elsewhere);
      // Neither is committed: the reader has all there is, at once.
      const began = performance.now();
      expect(await readAll(lane)).toHaveLength(before);
      expect((await readAll(4)).at(-1)?.ticketId).toBe(elsewhere);
      expect(performance.now() - began).toBeLessThan(SOON_MS);
      held.commit();
      expect(await appendedSlowly).toMatchObject({ kind: 'stored', receipt: { position: before + 1 } });
      expect((await appendedBehind).position).toBe(before + 2);
      const seen = await readAll(lane);
      expect(seen.map(({ position }) => position)).toEqual(seen.map((_, index) => index + 1));
    } finally {
      held.commit();
      await slow.close(SOON_MS);
      await held.db.close();
    }
  });

  async function openLedgerOnce(url: string, ticketId: string): Promise<void> {
    const other = openLedger({ url });
    await other.stored(created(ticketId));
    await other.close();
  }

  test('that follows several writers sees every lane without a gap at every moment', async () => {
    const other = openLedger(database);
    const state = { writing: true };
    const writers = [node, other].map(async (writer, w) => {
      for (let i = 0; i < 60; i += 1) {
        await Promise.all([0, 1, 2, 3].map((n) => writer.stored(created(`F-${w}-${i}-${n}`))));
      }
    });
    const done = Promise.all(writers).then(() => (state.writing = false));
    const reached = Array.from({ length: TEST_LANES }, () => 0);
    const gaps: string[] = [];
    const follow = async (): Promise<void> => {
      for (let lane = 0; lane < TEST_LANES; lane += 1) {
        for (const { position } of await readLane(node.db, lane, reached[lane] ?? 0, 1000)) {
          if (position !== (reached[lane] ?? 0) + 1) gaps.push(`${lane}:${position}`);
          reached[lane] = position;
        }
      }
    };
    while (state.writing) await follow();
    await done;
    await follow();
    await other.close();
    expect(gaps).toEqual([]);
    const [stored] = await node.db.query<{ n: number }>({ text: 'SELECT count(*) AS n FROM es.event' });
    expect(reached.reduce((sum, position) => sum + position, 0)).toBe(stored?.n);
  });
});

function slowLedger(db: Database): Ledger {
  return new Ledger(db, {
    lanes: TEST_LANES,
    batchMax: 256,
    queueMax: 4096,
    queueBytesMax: 1024 * 1024,
    clock: Date.now,
    log: () => undefined,
    onAppended: () => undefined,
  });
}

/** A node's database whose appends execute at once and commit when they are told to. */
function holdAppends(url: string): { db: Database; executed: Promise<void>; commit: () => void } {
  const inner = openDatabase({ url, poolMax: 4, applicationName: 'test-slow', role: 'casetrail_app' });
  let commit = (): void => undefined;
  const released = new Promise<void>((resolve) => (commit = resolve));
  let onExecuted = (): void => undefined;
  const executed = new Promise<void>((resolve) => (onExecuted = resolve));
  const db: Database = {
    ...inner,
    query: (statement) =>
      statement.name === 'es_append'
        ? inner.transaction(async (tx) => {
            const rows = await tx.query(statement);
            onExecuted();
            await released;
            return rows as never[];
          })
        : inner.query(statement),
  };
  return { db, executed, commit };
}
