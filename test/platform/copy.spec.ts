import { cellsOf, openSession, type Session } from '../../src/platform/postgres/copy';
import { BinaryFields } from '../../src/platform/postgres/binary-fields';
import { StatementError } from '../../src/platform/postgres/database-error';
import { freshDatabase } from '../support/database';

const AWKWARD = [
  'plain',
  'tab\there',
  'line\nbreak\r\n',
  'back\\slash \\N \\t',
  'жук 🐞 "quoted"',
  'long, '.repeat(20),
  `${'long, '.repeat(20)}🐞`,
  '',
  '{a,"b"}',
];

describe('a session with COPY', () => {
  const database = freshDatabase();
  let session: Session;

  beforeAll(async () => {
    session = await openSession({ url: database.url, applicationName: 'test' });
    await session.query({ text: 'CREATE TEMP TABLE note (n int, words text)' });
  });
  afterAll(() => session.close());

  async function read(text: string, values: readonly (string | number)[] = []): Promise<string[][]> {
    const rows: string[][] = [];
    for await (const lines of session.copyOut({ text, values })) rows.push(...lines.map(cellsOf));
    return rows;
  }

  it('brings every text in and out as it is, and null as null', async () => {
    const rows = new BinaryFields();
    for (const [n, words] of [...AWKWARD, null].entries()) {
      rows.row(2);
      rows.int(n);
      if (words === null) rows.none();
      else rows.text(words);
    }
    await session.copyIn('note (n, words)', rows.between(0, rows.end));
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
    const rows = new BinaryFields();
    rows.row(1);
    rows.text('no\0thing');
    await expect(session.copyIn('note (words)', rows.between(0, rows.end))).rejects.toThrow(StatementError);
    await expect(read('SELECT 1 / 0')).rejects.toThrow('division by zero');
    expect(await read('SELECT 1')).toEqual([['1']]);
  });
});
