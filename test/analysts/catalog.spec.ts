import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { freshDatabase } from '../support/database';

interface Column {
  readonly view: string;
  readonly column: string;
  readonly type: string;
  readonly comment: string | null;
}

/** A mean lies between the durations that there were. */
const DURATION = /^(?!mean_)(.*_)?(seconds|ms)$/;
const INSTANT = /(^|_)(at|since|from|to|until|instant|as_of)$/;

describe('schema rpt', () => {
  const database = freshDatabase();
  let db: Database;
  let columns: readonly Column[];

  beforeAll(async () => {
    db = openDatabase({ url: database.url, poolMax: 1, applicationName: 'test' });
    columns = await db.query<Column>({
      text: `
        SELECT c.relname AS view, a.attname AS column, format_type(a.atttypid, NULL) AS type,
               col_description(c.oid, a.attnum) AS comment
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace = 'rpt'::regnamespace`,
    });
  });
  afterAll(() => db.close());

  function typesOf(pattern: RegExp): Readonly<Record<string, string>> {
    return Object.fromEntries(
      columns
        .filter(({ column }) => pattern.test(column))
        .map(({ view, column, type }) => [`${view}.${column}`, type]),
    );
  }

  it('holds views and functions only', async () => {
    const rows = await db.query({
      text: `SELECT relname FROM pg_class WHERE relnamespace = 'rpt'::regnamespace AND relkind <> 'v'`,
    });
    expect(rows).toEqual([]);
  });

  it('says what every column, view and function is', async () => {
    expect(columns.filter(({ comment }) => comment === null)).toEqual([]);
    const silent = await db.query({
      text: `
        SELECT relname AS name FROM pg_class
        WHERE relnamespace = 'rpt'::regnamespace AND obj_description(oid, 'pg_class') IS NULL
        UNION ALL SELECT proname FROM pg_proc
        WHERE pronamespace = 'rpt'::regnamespace AND obj_description(oid, 'pg_proc') IS NULL`,
    });
    expect(silent).toEqual([]);
  });

  it('has durations as bigint', () => {
    const types = typesOf(DURATION);
    expect(Object.keys(types).length).toBeGreaterThan(40);
    expect(Object.entries(types).filter(([, type]) => type !== 'bigint')).toEqual([]);
  });

  it('has instants as timestamptz', () => {
    const types = typesOf(INSTANT);
    expect(Object.keys(types).length).toBeGreaterThan(40);
    expect(Object.entries(types).filter(([, type]) => type !== 'timestamp with time zone')).toEqual([]);
    const others = columns.filter(
      ({ type, column }) => type.startsWith('timestamp') && !INSTANT.test(column),
    );
    expect(others.map(({ view, column }) => `${view}.${column}`)).toEqual([]);
  });

  it('says of every ticket whose it is', () => {
    const byView = new Map<string, string[]>();
    for (const { view, column } of columns) byView.set(view, [...(byView.get(view) ?? []), column]);
    const ofTickets = [...byView].filter(([, names]) => names.includes('ticket_key'));
    expect(ofTickets.length).toBeGreaterThan(14);
    for (const [view, names] of ofTickets)
      expect({ view, names }).toEqual({
        view,
        names: expect.arrayContaining(['tenant_id', 'ticket_id']) as string[],
      });
  });
});
