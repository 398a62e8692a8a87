import { cellOf, cellsOf, openSession, type Session } from '../../src/platform/postgres/copy';
import { StatementError } from '../../src/platform/postgres/database-error';
import { instantOf } from '../../src/platform/postgres/instant-text';
import { freshDatabase } from '../support/database';

const AWKWARD = [
  'plain',
  'tab\there',
  'line\nbreak\r\n',
  'back\\slash \\N \\t',
  'жук 🐞 "quoted"',
  '{a,"b"}',
];

describe('a session with COPY', () => {
  const database = freshDatabase();
  let session: Session;

  beforeAll(async () => {
    const settings = { TimeZone: 'UTC', DateStyle: 'ISO' };
    session = await openSession({ url: database.url, applicationName: 'test', settings });
    await session.query({ text: 'CREATE TEMP TABLE note (n int, words text)' });
  });
  afterAll(() => session.close());

  async function read(text: string, values: readonly (string | number)[] = []): Promise<string[][]> {
    const rows: string[][] = [];
    for await (const lines of session.copyOut({ text, values })) rows.push(...lines.map(cellsOf));
    return rows;
  }

  it('brings every text in and out as it is, and null as null', async () => {
    const lines = [...AWKWARD, null].map((words, n) => `${n}\t${cellOf(words)}\n`);
    await session.copyIn('note (n, words)', lines);
    const stored = await session.query({ text: 'SELECT words FROM note ORDER BY n' });
    expect(stored).toEqual([...AWKWARD, null].map((words) => ({ words })));
    expect(await read('SELECT words FROM note WHERE words IS NOT NULL ORDER BY n')).toEqual(
      AWKWARD.map((words) => [words]),
    );
  });

  it('quotes the values of a statement', async () => {
    const given = `it's \\ $2 "x"`;
    expect(await read('SELECT $1::text, $2::int', [given, 7])).toEqual([[given, '7']]);
  });

  it('tells what PostgreSQL refuses, and goes on', async () => {
    await expect(session.copyIn('note (n)', ['many\n'])).rejects.toThrow(StatementError);
    await expect(read('SELECT 1 / 0')).rejects.toThrow('division by zero');
    expect(await read('SELECT 1')).toEqual([['1']]);
  });

  it.each([
    '2026-03-02 10:00:00+00',
    '2026-03-02 10:00:00.5+00',
    '2026-03-02 10:00:00.123499+00',
    '2026-03-02 10:00:00.123500+00',
    '2026-12-31 23:59:59.9996+00',
    '0099-01-01 00:00:00+00',
    '12345-01-01 00:00:00.01+00',
    '0044-03-15 12:00:00+00 BC',
  ])('reads %s as the ms that PostgreSQL makes of it', async (text) => {
    const statement = `SELECT $1::timestamptz, (extract(epoch FROM $1::timestamptz) * 1000)::bigint`;
    const [row] = await read(statement, [text]);
    expect(instantOf(row?.[0] ?? '')).toBe(Number(row?.[1]));
  });
});
