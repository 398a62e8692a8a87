import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client, Pool } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/** More backends than this only fight for the two cores; the others wait in the pool as they would in any application. */
const POOL_MAX = 64;

/** One table with all columns and indexes of casetrail's two. */
const TABLE = `
  CREATE SCHEMA IF NOT EXISTS plain;
  DROP TABLE IF EXISTS plain.event;
  CREATE TABLE plain.event (LIKE es.event INCLUDING ALL, personal jsonb NOT NULL, raw bytea NOT NULL, salt bytea NOT NULL)`;

const ROWS = 'SELECT e.*, c.personal, c.raw, c.salt FROM es.event e JOIN es.content c USING (lane, position)';

/** The rows that casetrail has stored, written once more in the usual ways. */
export class PlainTable {
  constructor(private readonly url: string) {}

  async makeAnew(): Promise<void> {
    await this.#connected(async (client) => {
      await client.query(TABLE);
      await client.query('CHECKPOINT');
    });
  }

  /** One INSERT and commit per row, so many at a time, until the time is up. Returns rows per second. */
  async insert(writers: number, ms: number, limit: number): Promise<number> {
    await this.makeAnew();
    const { text, rows } = await this.#connected((client) => this.#rows(client, limit));
    const pool = new Pool({ connectionString: this.url, max: Math.min(writers, POOL_MAX) });
    try {
      await Promise.all(Array.from({ length: Math.min(writers, POOL_MAX) }, () => pool.query('SELECT 1')));
      let next = 0;
      const begin = performance.now();
      const write = async (): Promise<void> => {
        while (next < rows.length && performance.now() - begin < ms) {
          await pool.query({ name: 'insert', text, values: rows[next++] as unknown[] });
        }
      };
      await Promise.all(Array.from({ length: writers }, write));
      await this.#expectRows(next);
      return (next * 1000) / (performance.now() - begin);
    } finally {
      await pool.end();
    }
  }

  /** All rows in one COPY: what this server can take in at most. Returns rows per second. */
  async copy(limit: number): Promise<number> {
    await this.makeAnew();
    return this.#connected(async (client) => {
      const bytes = await buffer(
        client.query(copyTo(`COPY (${ROWS} LIMIT ${limit}) TO STDOUT (FORMAT binary)`)),
      );
      const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, index) =>
        bytes.subarray(index * 65_536, (index + 1) * 65_536),
      );
      const begin = performance.now();
      const into = client.query(copyFrom('COPY plain.event FROM STDIN (FORMAT binary)'));
      await pipeline(Readable.from(chunks, { objectMode: false }), into);
      const seconds = (performance.now() - begin) / 1000;
      const rows = await this.#count(client);
      return rows / seconds;
    });
  }

  async #rows(client: Client, limit: number): Promise<{ text: string; rows: unknown[][] }> {
    const result = await client.query<unknown[]>({
      text: `${ROWS} LIMIT ${limit}`,
      rowMode: 'array',
      // As text, which is what an INSERT sends; bytes stay bytes.
      types: { getTypeParser: (oid: number) => (oid === BYTEA ? bytesOf : String) },
    });
    const columns = result.fields.map((field) => field.name).join(', ');
    const values = result.fields.map((_, index) => `$${index + 1}`).join(', ');
    return { text: `INSERT INTO plain.event (${columns}) VALUES (${values})`, rows: result.rows };
  }

  async #expectRows(expected: number): Promise<void> {
    const found = await this.#connected((client) => this.#count(client));
    if (found !== expected) throw new Error(`${expected} rows were inserted, ${found} are there`);
  }

  async #count(client: Client): Promise<number> {
    const { rows } = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM plain.event');
    return rows[0]?.n ?? 0;
  }

  async #connected<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}

const BYTEA = 17;

function bytesOf(text: string): Buffer {
  return Buffer.from(text.slice(2), 'hex');
}
