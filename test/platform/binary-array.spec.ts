import { openDatabase, type Database } from '../../src/platform/postgres/database';
import {
  byteaArray,
  int2Array,
  int4Array,
  int8Array,
  textArray,
  timestamptzArray,
  uuidArray,
} from '../../src/platform/postgres/binary-array';
import { freshDatabase } from '../support/database';

describe('arrays sent in binary', () => {
  const database = freshDatabase();
  let db: Database;

  beforeAll(() => {
    db = openDatabase({ url: database.url, poolMax: 1, applicationName: 'test' });
  });

  afterAll(() => db.close());

  test('arrive as PostgreSQL would have read them from text', async () => {
    const [row] = await db.query({
      text: `SELECT $1::text[] AS texts, $2::int8[]::text AS longs, $3::int4[] AS ints, $4::int2[] AS shorts,
                    $5::bytea[] AS bytes, $6::uuid[] AS uuids,
                    (SELECT array_agg((extract(epoch FROM t) * 1000)::bigint) FROM unnest($7::timestamptz[]) t)::text AS at`,
      values: [
        textArray(['plain', 'with "quotes", \\ and {braces}', 'müßig 🙂', '', null]),
        int8Array([
          0,
          1,
          -1,
          Number.MAX_SAFE_INTEGER,
          Number.MIN_SAFE_INTEGER,
          4294967296,
          -4294967297,
          null,
        ]),
        int4Array([1, -2, null]),
        int2Array([7, -7, null]),
        byteaArray([Buffer.from([0, 255, 10]), Buffer.alloc(0), null]),
        uuidArray(['2ed6657d-e927-568b-95e1-2665a8aea6a2', null]),
        timestamptzArray([0, 1795192119166, 946684799999, null]),
      ],
    });
    expect(row).toEqual({
      texts: ['plain', 'with "quotes", \\ and {braces}', 'müßig 🙂', '', null],
      longs: '{0,1,-1,9007199254740991,-9007199254740991,4294967296,-4294967297,NULL}',
      ints: [1, -2, null],
      shorts: [7, -7, null],
      bytes: [Buffer.from([0, 255, 10]), Buffer.alloc(0), null],
      uuids: ['2ed6657d-e927-568b-95e1-2665a8aea6a2', null],
      at: '{0,1795192119166,946684799999,NULL}',
    });
  });

  test('may be empty', async () => {
    const [row] = await db.query({ text: 'SELECT $1::text[] AS texts', values: [textArray([])] });
    expect(row).toEqual({ texts: [] });
  });
});
