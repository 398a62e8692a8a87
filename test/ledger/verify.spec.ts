import { type Database, openDatabase, type Queryable } from '../../src/platform/postgres/database';
import { freshDatabase } from '../support/database';
import { created, message } from '../support/events';
import { openLedger, type TestLedger } from '../support/ledger';
import { TEST_LANES } from '../support/template';
import { afterTampering, forgeChain, verified } from './support/tampering';
import { HASHED, TAMPERINGS, updateAppend, updateContent, updateEvent } from './support/tamperings';
import { type VariedLog, writeVariedLog } from './support/varied-log';

describe('verify', () => {
  const database = freshDatabase();
  let node: TestLedger;
  let admin: Database;
  let log: VariedLog;

  beforeAll(async () => {
    node = openLedger(database);
    admin = openDatabase({ url: database.url, poolMax: 2, applicationName: 'test-admin' });
    log = await writeVariedLog(node);
  });

  afterAll(async () => {
    await node.close();
    await admin.close();
  });

  async function counted(): Promise<number> {
    const [row] = await admin.query<{ n: number }>({ text: 'SELECT count(*) AS n FROM es.event' });
    return row?.n ?? 0;
  }

  test('finds a log of every kind of event clean, with the rights of the app', async () => {
    const events = await counted();
    expect(events).toBeGreaterThan(170);
    expect(await verified(node.db)).toMatchObject({ ok: true, events, lanes: TEST_LANES, fault: null });
  });

  test.each(TAMPERINGS)('$what: $kind', async ({ at, sql, kind, shownAt }) => {
    const { lane, position } = at(log);
    const result = await afterTampering(admin, (tx) => tx.query({ text: sql, values: [lane, position] }));
    const shown = (shownAt ?? at)(log);
    expect(result).toMatchObject({ ok: false, fault: { kind, lane: shown.lane, position: shown.position } });
  });

  test.each(Object.entries(HASHED))('a changed %s does not fit the hash', async (column, value) => {
    const { lane, position } = log.middle;
    const text = updateEvent(`${column} = ${value}`);
    const result = await afterTampering(admin, (tx) => tx.query({ text, values: [lane, position] }));
    expect(result.fault).toMatchObject({ lane, position, kind: 'event_hash' });
  });

  test('a forged hash breaks the chain of its append', async () => {
    const { lane, position } = log.middle;
    const forge = async (tx: Queryable): Promise<void> => {
      const digest = `SELECT digest FROM es.append WHERE lane = $1 AND last_position = $2`;
      const [before] = await tx.query<{ digest: Buffer }>({ text: digest, values: [lane, position] });
      await tx.query({ text: updateEvent("correlation_id = 'forged'"), values: [lane, position] });
      await forgeChain(tx, lane);
      await tx.query({ text: updateAppend('digest = $3'), values: [lane, position, before?.digest] });
    };
    const result = await afterTampering(admin, forge);
    expect(result.fault).toMatchObject({ lane, position, kind: 'append_digest' });
  });

  test('erased content is no fault', async () => {
    const { lane, position } = log.middle;
    const text = updateContent("salt = '', personal = '{}', raw = ''");
    const result = await afterTampering(admin, (tx) => tx.query({ text, values: [lane, position] }));
    expect(result.ok).toBe(true);
  });

  test('of several faults the lowest is named, and what says most at that place', async () => {
    const { lane, position } = log.middle;
    const result = await afterTampering(admin, async (tx) => {
      await tx.query({ text: updateEvent("verdict_reason = 'x'"), values: [lane, position + 1] });
      await tx.query({ text: updateEvent("verdict_reason = 'x', version = 99"), values: [lane, position] });
    });
    expect(result.fault).toMatchObject({ lane, position, kind: 'version' });
  });

  test('sees one consistent log while others append', async () => {
    let open = true;
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let i = 0; open; i += 1) {
        await node.stored(created(`W-${writer}-${i}`));
        await Promise.all([1, 2, 3].map((n) => node.stored(message('V-1', 10 + i, `w-${writer}-${i}-${n}`))));
      }
    });
    const results = [];
    for (let round = 0; round < 8; round += 1) results.push(await verified(node.db));
    open = false;
    await Promise.all(writers);
    expect(results.map(({ fault }) => fault)).toEqual(results.map(() => null));
    expect(results.at(-1)?.events).toBeGreaterThan(results[0]?.events ?? 0);
  });
});
