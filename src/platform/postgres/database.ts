import { Pool, types, type PoolClient, type QueryResultRow } from 'pg';
import { translated } from './database-error';

const SECOND = 1000;

/** bigint as a number: positions, versions and seconds stay far below 2^53. */
types.setTypeParser(types.builtins.INT8, Number);

export interface Statement {
  /** Names make prepared statements: parsed and planned once per connection. */
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[];
}

export interface Queryable {
  query<Row extends QueryResultRow>(statement: Statement): Promise<Row[]>;
}

export interface Database extends Queryable {
  /** Runs `work` in one transaction; a throw rolls back. Do not use the outer database inside `work`. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Nest's name for the database that serves this process. */
export const DATABASE = Symbol('Database');

export interface DatabaseOptions {
  readonly url: string;
  readonly poolMax: number;
  readonly applicationName: string;
  /** The role whose grants bind every statement; undefined when the login itself is that role. */
  readonly role?: string | undefined;
  readonly statementTimeoutMs?: number;
}

export function openDatabase(options: DatabaseOptions): Database {
  const pool = new Pool({
    connectionString: options.url,
    max: options.poolMax,
    application_name: options.applicationName,
    connectionTimeoutMillis: 5 * SECOND,
    idleTimeoutMillis: 30 * SECOND,
    keepAlive: true,
    // The client's own limit: it also ends the wait for a server that went silent.
    query_timeout: (options.statementTimeoutMs ?? 30 * SECOND) + SECOND,
    ...(options.role === undefined
      ? {}
      : {
          options: `-c role=${options.role} -c statement_timeout=${options.statementTimeoutMs ?? 30 * SECOND}`,
        }),
  });
  // An idle connection that dies is replaced at the next query, which is where a lasting outage shows itself.
  pool.on('error', () => undefined);
  return {
    query: (statement) => run(pool, statement),
    transaction: (work) => transaction(pool, work),
    close: () => pool.end(),
  };
}

async function run<Row extends QueryResultRow>(on: Pool | PoolClient, statement: Statement): Promise<Row[]> {
  try {
    const result = await on.query<Row>({
      text: statement.text,
      ...(statement.name === undefined ? {} : { name: statement.name }),
      ...(statement.values === undefined ? {} : { values: [...statement.values] }),
    });
    return result.rows;
  } catch (thrown) {
    throw translated(thrown);
  }
}

async function transaction<T>(pool: Pool, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((thrown: unknown) => {
    throw translated(thrown);
  });
  let broken: Error | undefined;
  const onError = (error: Error): void => void (broken = error);
  client.on('error', onError);
  try {
    await run(client, { text: 'BEGIN' });
    const result = await work({ query: (statement) => run(client, statement) });
    await run(client, { text: 'COMMIT' });
    return result;
  } catch (thrown) {
    // Where the rollback fails too the connection is unfit for the pool.
    await client.query('ROLLBACK').catch((rollback: unknown) => void (broken = rollback as Error));
    throw thrown;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}
