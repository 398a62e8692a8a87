import { randomUUID } from 'node:crypto';
import { planBatch } from '../../src/ledger/plan';
import { appendGroups } from '../../src/ledger/append-statement';
import { answerStored, naturallyKnown } from '../../src/ledger/first-answers';
import { Pending } from '../../src/ledger/pending';
import { readHeads, readLane, readLanes, readTicket, readTickets } from '../../src/ledger/reading';
import { type Incoming } from '../../src/ledger/incoming';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { readSlices } from '../../src/relay/lane-slice';
import { topicKinds } from '../../src/relay/relay-topic';
import { freshDatabase } from '../support/database';
import { created, event, message, status } from '../support/events';
import { openLedger } from '../support/ledger';
import { TEST_LANES } from '../support/template';
import { verified } from './support/tampering';
import { watchPlans, type WatchedSession } from './support/plans';

/** Past the fifth execution PostgreSQL may take a plan made without knowing the parameters. */
const EXECUTIONS = 8;
const MANY = 30_000;
const BY_INDEX = ['Index Scan', 'Index Only Scan'];

const TABLES = ['event', 'append', 'content', 'ticket_head', 'lane', 'follower'];

/** Copies of one real event, in lane 0 behind it: many enough that reading them all would be the wrong plan. */
const FILL = `
  WITH one AS MATERIALIZED (SELECT to_jsonb(e) AS event FROM es.event e WHERE lane = 0 AND position = 1),
  many AS (
    INSERT INTO es.event SELECT r.* FROM one o, generate_series(2, ${MANY}) n,
      jsonb_populate_record(NULL::es.event, o.event || jsonb_build_object(
        'position', n, 'dedupe_key', 'fill-' || n, 'ticket_id', 'fill-' || n / 10, 'version', 1 + n % 10)) r),
  contents AS (
    INSERT INTO es.content SELECT 0, n, '{}', 'x', 'x' FROM generate_series(2, ${MANY}) n),
  heads AS (
    INSERT INTO es.ticket_head SELECT 'acme', 'fill-' || n, 0, 1, '{}' FROM generate_series(1, ${MANY / 10}) n)
  INSERT INTO es.append SELECT 0, n, n, NULL, NULL, now(), gen_random_uuid(), '' FROM generate_series(2, ${MANY}) n`;

describe('whatever PostgreSQL knows of the tables, they are read by index', () => {
  const database = freshDatabase();
  let admin: Database;
  let session: WatchedSession;

  beforeAll(async () => {
    admin = openDatabase({ url: database.url, poolMax: 1, applicationName: 'test-admin' });
    // No statistics but those that a test makes itself.
    for (const table of TABLES) {
      await admin.query({ text: `ALTER TABLE es.${table} SET (autovacuum_enabled = off)` });
    }
  });

  beforeEach(async () => {
    session = await watchPlans(database.url);
  });

  afterEach(() => session.close());

  afterAll(() => admin.close());

  function pending(incoming: Incoming): Pending {
    return new Pending(
      incoming,
      TEST_LANES,
      Infinity,
      () => undefined,
      () => undefined,
    );
  }

  async function append(events: readonly Incoming[]): Promise<void> {
    const { groups } = planBatch(events.map(pending), () => null);
    await appendGroups(
      session,
      randomUUID(),
      groups.map(({ group }) => group),
    );
  }

  /** Each statement of the hot path, with one event and with many, with something to find and with nothing. */
  async function runEverything(): Promise<void> {
    for (let i = 0; i < EXECUTIONS; i += 1) {
      const id = randomUUID();
      const [first, again, said] = [created(id), created(id), message(id, 1, 'm1')];
      await append([first, said, event('agent.status_changed', null, i)]);
      await append([first]);
      await append([again, ...Array.from({ length: 60 }, (_, n) => created(`${id}-${n}`))]);
      await append([status(id, 2, 'open', 'archived')]);
      await readHeads(session, [
        { tenant: 'acme', ticketId: id },
        { tenant: 'acme', ticketId: 'none' },
      ]);
      await readHeads(
        session,
        Array.from({ length: 200 }, (_, n) => ({ tenant: 'acme', ticketId: `${id}-${n}` })),
      );
      await readLane(session, i % TEST_LANES, 0, 500);
      await readLane(session, i % TEST_LANES, 20, 1);
      await readTicket(session, 'acme', id);
      await follow(i, id);
      await answerStored(session, [pending(first), pending(created('new'))]);
      await answerStored(
        session,
        Array.from({ length: 200 }, (_, n) => pending(created(`new-${n}`))),
      );
      await naturallyKnown(session, [pending(message(id, 1, 'm1')), pending(message(id, 1, 'm2'))]);
    }
  }

  /** What projections and relay ask for, from one lane and from all. */
  async function follow(i: number, id: string): Promise<void> {
    const all = Array.from({ length: TEST_LANES }, (_, lane) => ({ lane, after: i * 10 }));
    for (const lanes of [all, all.slice(0, 1)]) {
      await readLanes(session, new Map(lanes.map(({ lane, after }) => [lane, after])), 500);
      for (const kind of topicKinds) {
        await readSlices(session, { kind, personalData: i % 2 === 0 ? 'include' : 'omit' }, lanes);
      }
    }
    for (const count of [1, 200]) {
      const tickets = Array.from({ length: count }, (_, n) => ({ tenant: 'acme', ticketId: `${id}-${n}` }));
      await readTickets(session, tickets, MANY);
    }
  }

  /** Each kind of access once, with its statement. */
  function notByIndex(): string[] {
    const accesses = session.accesses();
    // Otherwise nothing was watched at all.
    const watched = new Set(accesses.map(({ table }) => table));
    expect(watched).toEqual(new Set(['event', 'append', 'content', 'ticket_head', 'lane']));
    const others = accesses.filter(({ node }) => !BY_INDEX.includes(node));
    return [...new Set(others.map(({ table, node, query }) => `${node} of ${table}: ${query}`))];
  }

  test('while they are empty and without statistics', async () => {
    await runEverything();
    expect(notByIndex()).toEqual([]);
  });

  test('with many rows and no statistics', async () => {
    await seedLaneZero();
    await admin.query({ text: FILL });
    await runEverything();
    expect(notByIndex()).toEqual([]);
  });

  test('with statistics of many rows', async () => {
    for (const table of TABLES) await admin.query({ text: `ANALYZE es.${table}` });
    await runEverything();
    expect(notByIndex()).toEqual([]);
  });

  async function seedLaneZero(): Promise<void> {
    await admin.query({ text: 'TRUNCATE es.content, es.ticket_head' });
    for (const table of ['es.event', 'es.append']) {
      await admin.query({ text: `ALTER TABLE ${table} DISABLE TRIGGER append_only` });
      await admin.query({ text: `TRUNCATE ${table}` });
      await admin.query({ text: `ALTER TABLE ${table} ENABLE TRIGGER append_only` });
    }
    const node = openLedger(database);
    for (let i = 0; ; i += 1) if ((await node.stored(created(`Z-${i}`))).lane === 0) break;
    await node.close();
  }

  test('and verify reads every event by index too', async () => {
    await verified(session);
    const scanned = session
      .accesses()
      .filter(({ table, node }) => table === 'event' && !BY_INDEX.includes(node));
    expect(scanned).toEqual([]);
  });
});
