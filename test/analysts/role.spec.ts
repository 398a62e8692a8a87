import { randomBytes } from 'node:crypto';
import { analystUrl } from '../../src/cli/greeting';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { openDataDir } from '../../src/platform/runtime/data-dir';
import { adminDatabaseUrl, temporaryDataDir } from '../support/cluster';
import { freshDatabase } from '../support/database';
import { type AnalystsDesk, openAnalystsDesk } from './support/desk';
import { section, sqlIn } from './support/questions';

const REFUSED = { sqlState: '42501' };

jest.setTimeout(120_000);

interface Relation {
  readonly name: string;
  readonly kind: string;
}

describe('who was granted casetrail_analyst', () => {
  const database = freshDatabase();
  let desk: AnalystsDesk;
  /** A login with the role's rights and none of the settings: what it is refused, its rights refuse. */
  let bare: Database;
  /** Roles are the whole cluster's, and outlive the database. */
  let admin: Database;
  const opened: Database[] = [];
  const roles: string[] = [];

  beforeAll(async () => {
    desk = await openAnalystsDesk(database);
    await desk.superuser.query({
      text: `
        INSERT INTO app.parked_ticket (projection, generation, ticket_key, lane, position, error, code_version)
        VALUES ('sla', 1, 'acme/TKT-1', 0, 1, 'unknown status', 1)`,
    });
    admin = openDatabase({ url: adminDatabaseUrl(), poolMax: 1, applicationName: 'test-admin' });
    const role = newRole('bare');
    bare = await login(
      `create role ${role} login password 'secret'; grant casetrail_analyst to ${role}`,
      role,
    );
  });
  afterAll(async () => {
    await Promise.all(opened.map((db) => db.close()));
    for (const role of roles) await admin.query({ text: `DROP ROLE IF EXISTS ${role}` });
    await Promise.all([admin.close(), desk.close()]);
  });

  function newRole(prefix: string): string {
    const role = `${prefix}_${randomBytes(4).toString('hex')}`;
    roles.push(role);
    return role;
  }

  async function login(statements: string, user: string): Promise<Database> {
    await admin.query({ text: statements });
    const url = new URL(database.url);
    Object.assign(url, { username: user, password: 'secret' });
    return open(url.href);
  }

  function open(url: string): Database {
    const db = openDatabase({ url, poolMax: 1, applicationName: 'test-analyst' });
    opened.push(db);
    return db;
  }

  async function relations(schemas: string): Promise<readonly string[]> {
    const rows = await desk.superuser.query<Relation>({
      text: `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname ~ $1 AND c.relkind IN ('r', 'v', 'm', 'p') ORDER BY 1`,
      values: [schemas],
    });
    return rows.map(({ name: found }) => found);
  }

  it('reads every row of every view', async () => {
    const views = await relations('^rpt$');
    expect(views.length).toBeGreaterThan(25);
    for (const view of views) {
      const rows = await bare.query({ text: `SELECT * FROM ${view} LIMIT 5000` });
      expect({ view, isEmpty: rows.length === 0 }).toEqual({ view, isEmpty: false });
    }
  });

  it('calls every function of the schema', async () => {
    const refused = await bare.query({
      text: `SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'rpt'::regnamespace
             AND NOT has_function_privilege(p.oid, 'EXECUTE')`,
    });
    expect(refused).toEqual([]);
  });

  it('reads nothing else', async () => {
    const tables = await relations('^(es|app|rm_[0-9]+)$');
    expect(tables.length).toBeGreaterThan(25);
    for (const table of tables)
      await expect(bare.query({ text: `SELECT FROM ${table} LIMIT 1` })).rejects.toMatchObject(REFUSED);
    const callable = `SELECT has_schema_privilege(nspname, 'USAGE') AS allowed FROM pg_namespace
                      WHERE nspname ~ '^(es|app|rm_[0-9]+)$' GROUP BY 1`;
    expect(await bare.query({ text: callable })).toEqual([{ allowed: false }]);
  });

  it('writes nothing', async () => {
    const statements = [
      ...(await relations('^rpt$')).map((view) => `DELETE FROM ${view}`),
      `UPDATE rpt.message_fact SET agent_id = NULL`,
      `INSERT INTO rpt.sla_event (ticket_key) VALUES ('acme/x')`,
      `CREATE VIEW rpt.mine AS SELECT 1`,
      `CREATE TABLE public.mine (n int)`,
      `CREATE SCHEMA mine`,
      `DROP VIEW rpt.ticket`,
    ];
    for (const text of statements) {
      // 55000: a view over several tables can't be written by anybody.
      const sqlState = expect.stringMatching(/^(42501|55000)$/) as string;
      await expect(bare.query({ text })).rejects.toMatchObject({ sqlState });
    }
  });

  it('has no time limit until the login is given one', async () => {
    expect(await settings(bare)).toMatchObject({
      statement_timeout: '0',
      default_transaction_read_only: 'off',
    });
  });

  it('has its limits as the guide sets them, and is cut short', async () => {
    const user = newRole('guide');
    const made = sqlIn(section('Connect')).replaceAll('jane', user).replace('choose one', 'secret');
    const limited = await login(made, user);
    expect(await settings(limited)).toEqual(LIMITS);
    expect(await limited.query({ text: MANY })).toEqual([{ many: true }]);
    await expect(limited.query({ text: 'CREATE TEMP TABLE mine (n int)' })).rejects.toThrow(/read-only/);
    const short = await login(`ALTER ROLE ${user} SET statement_timeout = '200ms'`, user);
    await expect(short.query({ text: 'SELECT pg_sleep(20)' })).rejects.toThrow(/statement timeout/);
  });

  it('is the login that the start prints, with the same limits', async () => {
    roles.push('analyst');
    const printed = open(await analystUrl(database.url, openDataDir(temporaryDataDir())));
    expect(await settings(printed)).toEqual(LIMITS);
    expect(await printed.query({ text: MANY })).toEqual([{ many: true }]);
    await expect(printed.query({ text: 'SELECT FROM es.event' })).rejects.toMatchObject(REFUSED);
  });
});

const MANY = 'SELECT count(*) > 100 AS many FROM ticket';
const LIMITS = {
  statement_timeout: '1min',
  default_transaction_read_only: 'on',
  idle_in_transaction_session_timeout: '5min',
  search_path: 'rpt, public',
};

async function settings(db: Database): Promise<Record<string, string>> {
  const rows = await db.query<{ name: string; value: string }>({
    text: `SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name`,
    values: [Object.keys(LIMITS)],
  });
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}
