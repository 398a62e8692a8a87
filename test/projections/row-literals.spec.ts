import { table } from '../../src/followers/projections/table';
import { writeTable } from '../../src/followers/projections/write-rows';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { allProjections } from '../../src/projections';
import { SlaConfigStore } from '../../src/sla/sla-config-store';
import { freshDatabase } from '../support/database';

const AWKWARD = ['', ' ', 'NULL', '"', '\\', '\\"', ',', '()', '{a,b}', 'a\nb\tc', "o'clock", '😀'];

describe('rows on their way into a table', () => {
  const database = freshDatabase();
  let db: Database;

  beforeAll(() => {
    db = openDatabase({ url: database.url, poolMax: 1, applicationName: 'test' });
  });
  afterAll(() => db.close());

  it('arrive as they were, whatever is in them', async () => {
    await db.query({ text: 'CREATE SCHEMA odd' });
    await db.query({
      text: `CREATE TABLE odd.row (ticket_key text, seq int, words text, list text[], is_so boolean, at timestamptz,
               PRIMARY KEY (ticket_key, seq))`,
    });
    const odd = table('row', ['ticket_key', 'seq'], {
      ticket_key: 'text',
      seq: 'int',
      words: 'text',
      list: 'text[]',
      is_so: 'boolean',
      at: 'timestamptz',
    });
    const instants = [Date.UTC(2026, 0, 1, 12, 0, 0, 123), Date.UTC(12026, 0, 1), -1];
    const upserts = [null, ...AWKWARD].map((words, seq) => ({
      ticket_key: `acme/${words ?? 'none'}`,
      seq,
      words,
      list: seq % 2 === 0 ? [] : AWKWARD,
      is_so: seq % 3 === 0 ? null : seq % 3 === 1,
      at: instants[seq % 4] ?? null,
    }));
    await writeTable(db, { schema: 'odd', table: odd, upserts, swept: [], keep: [] });
    const rows = await db.query({
      text: `SELECT ticket_key, seq, words, list, is_so, (extract(epoch FROM at) * 1000)::bigint AS at
             FROM odd.row ORDER BY seq`,
    });
    expect(rows).toEqual(upserts);
  });

  it('have their columns in the order of the table, for they travel without names', async () => {
    const rows = await db.query<{ name: string; columns: string[] }>({
      text: `SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
             FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             WHERE c.relnamespace = 'rm_1'::regnamespace AND c.relkind = 'r' GROUP BY 1`,
    });
    const columns = new Map(rows.map((row) => [row.name, row.columns]));
    for (const { tables } of allProjections(new SlaConfigStore(db, () => performance.now()))) {
      for (const one of tables) expect([one.name, columns.get(one.name)]).toEqual([one.name, namesOf(one)]);
    }
  });
});

function namesOf({ columns }: ReturnType<typeof table>): string[] {
  return columns.map(({ name }) => name);
}
