import { randomBytes } from 'node:crypto';
import { type Database, openDatabase, type Queryable } from '../../src/platform/postgres/database';
import { adminDatabaseUrl } from '../support/cluster';
import { freshDatabase } from '../support/database';
import { created, status } from '../support/events';
import { openLedger } from '../support/ledger';

const INSUFFICIENT_PRIVILEGE = { sqlState: '42501' };
const LOG_TABLES = ['es.event', 'es.append'] as const;

/** Each changes nothing in a log that is as it should be, so that only the refusal can stop it. */
const CHANGES: Readonly<Record<(typeof LOG_TABLES)[number], readonly string[]>> = {
  'es.event': [
    'UPDATE es.event SET verdict = verdict',
    'UPDATE es.event SET verdict = verdict WHERE false',
    'DELETE FROM es.event',
    'DELETE FROM es.event WHERE lane = 0 AND position = 1',
    'TRUNCATE es.event',
    `INSERT INTO es.event SELECT * FROM es.event LIMIT 1 ON CONFLICT (lane, position) DO UPDATE SET verdict = 'noop'`,
    'MERGE INTO es.event e USING es.lane l ON e.lane = l.lane WHEN MATCHED THEN DELETE',
  ],
  'es.append': [
    'UPDATE es.append SET digest = digest',
    'DELETE FROM es.append',
    'TRUNCATE es.append',
    `INSERT INTO es.append SELECT * FROM es.append LIMIT 1
     ON CONFLICT (lane, first_position) DO UPDATE SET digest = ''`,
  ],
};
const EVERY_CHANGE = LOG_TABLES.flatMap((table) => CHANGES[table]);

/** All that the app's role may do, table by table: whatever a later migration grants beyond this must be meant. */
const GRANTS: Readonly<Record<string, string>> = {
  append: 'INSERT, SELECT',
  content: 'INSERT, SELECT',
  event: 'INSERT, SELECT',
  follower: 'INSERT, SELECT, UPDATE',
  follower_node: 'DELETE, INSERT, SELECT, UPDATE',
  lane: 'SELECT, UPDATE',
  log: 'SELECT',
  ticket_head: 'INSERT, SELECT, UPDATE',
};

describe('the log is append-only', () => {
  const database = freshDatabase();
  const login = `test_login_${randomBytes(4).toString('hex')}`;
  let superuser: Database;
  /** A login with no other right than the app's role: it can't fall back on a superuser behind it. */
  let app: Database;

  beforeAll(async () => {
    superuser = openDatabase({ url: database.url, poolMax: 2, applicationName: 'test-admin' });
    await superuser.query({ text: `CREATE ROLE ${login} LOGIN PASSWORD 'test' IN ROLE casetrail_app` });
    const url = new URL(database.url);
    url.username = login;
    url.password = 'test';
    app = openDatabase({ url: url.href, poolMax: 2, applicationName: 'test', role: 'casetrail_app' });
    const node = openLedger({ url: url.href });
    await node.stored(created('I-1'));
    await node.stored(status('I-1', 1, 'open', 'resolved'));
    await node.close();
  });

  afterAll(async () => {
    await app.close();
    await superuser.close();
    // The database is gone by now, and with it all that the role had rights in.
    const cluster = openDatabase({ url: adminDatabaseUrl(), poolMax: 1, applicationName: 'test-admin' });
    await cluster.query({ text: `DROP ROLE ${login}` });
    await cluster.close();
  });

  const run = (db: Queryable, text: string): Promise<unknown> => db.query({ text });

  test.each(EVERY_CHANGE)('the app has no right to: %s', async (statement) => {
    await expect(run(app, statement)).rejects.toMatchObject({
      ...INSUFFICIENT_PRIVILEGE,
      message: expect.stringMatching(/^permission denied for table/) as unknown,
    });
  });

  test.each(EVERY_CHANGE)('even a superuser is refused: %s', async (statement) => {
    await expect(run(superuser, statement)).rejects.toMatchObject({
      ...INSUFFICIENT_PRIVILEGE,
      message: expect.stringMatching(/is refused: the log is append-only$/) as unknown,
    });
  });

  test('and the log stays verifiable through all of that', async () => {
    const rows = await superuser.query({ text: 'SELECT count(*) AS n FROM es.event' });
    expect(rows).toEqual([{ n: 2 }]);
  });

  test.each([
    ...LOG_TABLES.map((table) => `ALTER TABLE ${table} DISABLE TRIGGER append_only`),
    'ALTER TABLE es.event DISABLE TRIGGER ALL',
    'DROP TRIGGER append_only ON es.event',
    'CREATE OR REPLACE FUNCTION es.refuse_change() RETURNS trigger LANGUAGE sql AS $$ SELECT NULL $$',
    'SET session_replication_role = replica',
    'ALTER TABLE es.event DROP COLUMN hash',
    'DROP TABLE es.event',
    'DROP SCHEMA es CASCADE',
    `CREATE RULE r AS ON INSERT TO es.event DO INSTEAD NOTHING`,
  ])('the app can not open the way to it: %s', async (statement) => {
    await expect(run(app, statement)).rejects.toMatchObject(INSUFFICIENT_PRIVILEGE);
  });

  test.each([
    'INSERT INTO es.lane VALUES (63)',
    'DELETE FROM es.lane',
    'INSERT INTO es.log (lanes) VALUES (4)',
    'UPDATE es.log SET log_id = gen_random_uuid()',
    'SELECT es.make_lanes(9)',
    'DELETE FROM es.content',
    "UPDATE es.content SET raw = ''",
    'DELETE FROM es.ticket_head',
    'DELETE FROM es.follower',
  ])('nor has it the right to: %s', async (statement) => {
    await expect(run(app, statement)).rejects.toMatchObject(INSUFFICIENT_PRIVILEGE);
  });

  test('the app holds exactly the grants it needs', async () => {
    const grants = await superuser.query<{ table: string; rights: string }>({
      text: `
        SELECT table_name AS "table", string_agg(privilege_type, ', ' ORDER BY privilege_type) AS rights
        FROM information_schema.role_table_grants
        WHERE table_schema = 'es' AND grantee = 'casetrail_app' GROUP BY table_name`,
    });
    expect(Object.fromEntries(grants.map(({ table, rights }) => [table, rights]))).toEqual(GRANTS);
  });

  test('the triggers are those of the migrations, and enabled', async () => {
    const triggers = await superuser.query({
      text: `
        SELECT tgrelid::regclass::text AS "table", tgname AS name, tgenabled AS enabled
        FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
        WHERE tgfoid = 'es.refuse_change'::regproc AND c.relnamespace = 'es'::regnamespace ORDER BY 1`,
    });
    expect(triggers).toEqual([
      { table: 'es.append', name: 'append_only', enabled: 'O' },
      { table: 'es.event', name: 'append_only', enabled: 'O' },
      { table: 'es.log', name: 'made_once', enabled: 'O' },
    ]);
  });
});
