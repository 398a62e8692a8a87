import { StringDecoder } from 'node:string_decoder';
import { type Readable } from 'node:stream';
import { Client, escapeLiteral } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { type Queryable } from './database';
import { translated } from './database-error';

/** A connection of one's own: locks, settings and COPY belong to it. Its statements wait for each other. */
export interface Session extends Queryable {
  /** Statements inside `work` go to the session itself; a throw rolls back. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /** Lines of COPY's text format, as many at a time as came in at once; null is the empty text. */
  copyOut(select: CopySource): AsyncGenerator<readonly string[]>;
  /** `target` is a table with its columns; the bytes are of `BinaryFields`, and stay as they are until it is done. */
  copyIn(target: string, rows: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** COPY takes no parameters: values are written into the text, each quoted by the driver. */
export interface CopySource {
  readonly text: string;
  readonly values: readonly (string | number)[];
}

export interface SessionOptions {
  /** Not through a transaction-mode pooler. */
  readonly url: string;
  readonly applicationName: string;
  readonly settings?: Readonly<Record<string, string>>;
}

/** Of COPY's binary format: no flags, and nothing behind them. */
const COPY_BEGIN = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const COPY_END = Buffer.from([0xff, 0xff]);

export async function openSession({ url, applicationName, settings = {} }: SessionOptions): Promise<Session> {
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  const client = new Client({
    connectionString: url,
    application_name: applicationName,
    keepAlive: true,
    ...(options.length === 0 ? {} : { options: options.join(' ') }),
  });
  // A connection that dies shows itself at the next statement.
  client.on('error', () => undefined);
  await client.connect().catch((thrown: unknown) => {
    throw translated(thrown);
  });
  return sessionOn(client);
}

function sessionOn(client: Client): Session {
  const query: Session['query'] = async ({ text, values }) => {
    const done = client.query<never>(text, values === undefined ? undefined : [...values]);
    const { rows } = await done.catch((thrown: unknown) => {
      throw translated(thrown);
    });
    return rows;
  };
  return {
    query,
    transaction: async (work) => {
      await query({ text: 'BEGIN' });
      try {
        const result = await work();
        await query({ text: 'COMMIT' });
        return result;
      } catch (thrown) {
        await query({ text: 'ROLLBACK' }).catch(() => undefined);
        throw thrown;
      }
    },
    copyOut: ({ text, values }) =>
      linesOf(client.query(copyTo(`COPY (${filled(text, values)}) TO STDOUT (NULL '')`))),
    copyIn: (target, rows) =>
      new Promise((resolve, reject) => {
        const into = client.query(copyFrom(`COPY ${target} FROM STDIN (FORMAT binary)`));
        into.on('finish', resolve).on('error', (thrown) => reject(translated(thrown)));
        for (const part of [COPY_BEGIN, rows, COPY_END]) into.write(part);
        into.end();
      }),
    close: () => client.end().catch(() => undefined),
  };
}

function filled(text: string, values: CopySource['values']): string {
  return text.replaceAll(/\$(\d+)/g, (_, n: string) => {
    const value = values[Number(n) - 1];
    if (value === undefined) throw new Error(`COPY lacks a value for $${n}`);
    return typeof value === 'number' ? String(value) : escapeLiteral(value);
  });
}

async function* linesOf(stream: Readable): AsyncGenerator<readonly string[]> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      if (lines.length > 0) yield lines;
    }
  } catch (thrown) {
    throw translated(thrown);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** The cells of a line that `copyOut` gave. */
export function cellsOf(line: string): string[] {
  const cells = line.split('\t');
  return line.includes('\\') ? cells.map(unescaped) : cells;
}

function unescaped(cell: string): string {
  return cell.includes('\\') ? cell.replaceAll(/\\(.)/gs, (_, c: string) => ESCAPES[c] ?? c) : cell;
}
