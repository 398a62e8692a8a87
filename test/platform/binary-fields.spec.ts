import { openSession, type Session } from '../../src/platform/postgres/copy';
import { BinaryFields } from '../../src/platform/postgres/binary-fields';
import { freshDatabase } from '../support/database';

const LARGEST = Number.MAX_SAFE_INTEGER;
const UUID = '2ed6657d-e927-568b-95e1-2665a8aea6a2';

/** By type: how a value is written, values, and the texts that PostgreSQL makes of them. */
const KINDS: Readonly<Record<string, readonly [(rows: BinaryFields) => void, string][]>> = {
  smallint: [-32768, -1, 0, 32767].map((n) => [(rows) => rows.smallint(n), String(n)]),
  int: [-2147483648, -1, 0, 2147483647].map((n) => [(rows) => rows.int(n), String(n)]),
  bigint: [-LARGEST, -4294967297, -1, 0, 4294967296, LARGEST].map((n) => [
    (rows) => rows.bigint(n),
    String(n),
  ]),
  boolean: [true, false].map((is) => [(rows) => rows.boolean(is), String(is)]),
  uuid: [UUID, UUID.toUpperCase(), UUID.replaceAll('-', '')].map((id) => [(rows) => rows.uuid(id), UUID]),
  date: ['1969-12-31', '2000-01-01', '2024-02-29', '9999-12-31'].map((day) => [
    (rows) => rows.date(day),
    day,
  ]),
  timestamptz: [
    [Date.UTC(2026, 1, 28, 23, 59, 59, 999), '2026-02-28 23:59:59.999+00'],
    [Date.UTC(1999, 11, 31, 23, 59, 59, 1), '1999-12-31 23:59:59.001+00'],
    [-1, '1969-12-31 23:59:59.999+00'],
    [8.64e15, '275760-09-13 00:00:00+00'],
  ].map(([ms, text]) => [(rows) => rows.timestamptz(Number(ms)), String(text)]),
  'text[]': [
    [[], '{}'],
    [['', 'a "b"', '\\', 'жук'], '{"","a \\"b\\"","\\\\",жук}'],
  ].map(([list, text]) => [
    (rows) => rows.array(25, list as string[], (into, one) => into.text(one)),
    String(text),
  ]),
};

describe('values in binary', () => {
  const database = freshDatabase();
  let session: Session;

  beforeAll(async () => {
    session = await openSession({
      url: database.url,
      applicationName: 'test',
      settings: { TimeZone: 'UTC' },
    });
  });
  afterAll(() => session.close());

  it.each(Object.entries(KINDS))(
    '%s arrives as PostgreSQL would have read its text',
    async (type, values) => {
      await session.query({ text: `CREATE TEMP TABLE kind (n int, value ${type})` });
      const rows = new BinaryFields();
      // Many times over, so that it has to grow.
      for (let n = 0; n < 5_000; n += 1) {
        rows.row(2);
        rows.int(n);
        values[n % values.length]?.[0](rows);
      }
      await session.copyIn('kind (n, value)', rows.between(0, rows.end));
      const stored = await session.query<{ text: string; count: number }>({
        text: 'SELECT value::text AS text, count(*)::int AS count FROM kind GROUP BY n % $1::int, 1 ORDER BY n % $1::int',
        values: [values.length],
      });
      await session.query({ text: 'DROP TABLE kind' });
      expect(stored.map(({ text }) => text)).toEqual(values.map(([, text]) => text));
      expect(stored.reduce((sum, { count }) => sum + count, 0)).toBe(5_000);
    },
  );

  it.each<[string, (rows: BinaryFields) => void]>([
    ['a smallint that is too large', (rows) => rows.smallint(32768)],
    ['half an int', (rows) => rows.int(0.5)],
    ['an int that is too large', (rows) => rows.int(2147483648)],
    ['a bigint that is not exact', (rows) => rows.bigint(2 ** 53)],
    ['no number', (rows) => rows.bigint(NaN)],
    ['an instant beyond all calendars', (rows) => rows.timestamptz(8.64e15 + 1)],
    ['no instant', (rows) => rows.timestamptz(NaN)],
    ['a day that is none', (rows) => rows.date('2026-02-30x')],
    ['a day that no month has', (rows) => rows.date('2026-02-30')],
    ['a number for a day', (rows) => rows.date('5')],
    ['a UUID that is too short', (rows) => rows.uuid(UUID.slice(1))],
    ['a UUID that is too long', (rows) => rows.uuid(`${UUID}0`)],
    ['a UUID with another letter', (rows) => rows.uuid(UUID.replace('e', 'g'))],
    ['an empty UUID', (rows) => rows.uuid('')],
    ['hex of an odd length', (rows) => rows.hex('abc')],
    ['a UUID of other characters', (rows) => rows.uuid(UUID.replace('e', 'é'))],
  ])('%s is refused before it is sent', (_, write) => {
    expect(() => write(new BinaryFields())).toThrow(RangeError);
  });

  it('forget what is cut off', async () => {
    await session.query({ text: 'CREATE TEMP TABLE kept (n int)' });
    const rows = new BinaryFields();
    for (const n of [1, 2, 3]) {
      const { end } = rows;
      rows.row(1);
      rows.int(n);
      if (n === 2) rows.cutTo(end);
    }
    await session.copyIn('kept (n)', rows.between(0, rows.end));
    expect(await session.query({ text: 'SELECT n FROM kept ORDER BY n' })).toEqual([{ n: 1 }, { n: 3 }]);
  });
});
