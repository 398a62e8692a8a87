import { type Writable } from 'node:stream';
import { Pool, types, type PoolClient, type QueryResultRow } from 'pg';
import { settled } from '../../kernel/settled';
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
  /** Its connections at this moment, and who waits for one. */
  connections(): { readonly active: number; readonly idle: number; readonly waiting: number };
  close(): Promise<void>;
}

/** Nest's name for the database that serves this process. */
export const DATABASE = Symbol('Database');
/** And for the one that answers who only reads: a replica of the other, where there is one. */
export const READ_DATABASE = Symbol('ReadDatabase');

export interface DatabaseOptions {
  readonly url: string;
  readonly poolMax: number;
  readonly applicationName: string;
  /** The role whose grants bind every statement; undefined when the login itself is that role. */
  readonly role?: string | undefined;
  readonly statementTimeoutMs?: number;
  /** How long a statement waits for a connection; 5 s unless told otherwise. */
  readonly connectWithinMs?: number;
  /** PostgreSQL ends a transaction whose process says nothing for so long: it may be frozen and holds row locks. */
  readonly frozenAfterMs?: number;
  /** What is written can be made again from the log: a commit is as whole as ever, and need not wait for the disk. */
  readonly isDerived?: boolean;
}

export function openDatabase(options: DatabaseOptions): Database {
  const pool = new Pool({
    connectionString: options.url,
    max: options.poolMax,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectWithinMs ?? 5 * SECOND,
    idleTimeoutMillis: 30 * SECOND,
    keepAlive: true,
    // Statements that do not wait for each other leave together; PostgreSQL takes them in their order.
    pipeline: true,
    // The client's own limit: it also ends the wait for a server that went silent.
    query_timeout: (options.statementTimeoutMs ?? 30 * SECOND) + SECOND,
    ...(options.role === undefined
      ? {}
      : {
          options:
            `-c role=${options.role} -c statement_timeout=${options.statementTimeoutMs ?? 30 * SECOND}` +
            (options.isDerived === true ? ' -c synchronous_commit=off' : ''),
        }),
  });
  // An idle connection that dies is replaced at the next query, which is where a lasting outage shows itself.
  pool.on('error', () => undefined);
  const begin = beginning(options.frozenAfterMs);
  return {
    query: (statement) => run(pool, statement),
    transaction: (work) => transaction(pool, begin, work),
    connections: () => ({
      active: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
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

/** Set with each transaction, not with the session: behind a transaction-mode pooler there is none. */
function beginning(frozenAfterMs: number | undefined): Statement {
  const limit = `SET LOCAL idle_in_transaction_session_timeout = ${String(frozenAfterMs)}`;
  return { text: frozenAfterMs === undefined ? 'BEGIN' : `BEGIN; ${limit}` };
}

/** What is sent in the same turn leaves in one write: waking PostgreSQL costs as much as a small statement. */
function sent<Row extends QueryResultRow>(client: PoolClient, statement: Statement): Promise<Row[]> {
  const { stream } = (client as PoolClient & { readonly connection: { readonly stream: Writable } })
    .connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
  return run(client, statement);
}

async function transaction<T>(pool: Pool, begin: Statement, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((thrown: unknown) => {
    throw translated(thrown);
  });
  let broken: Error | undefined;
  const onError = (error: Error): void => void (broken = error);
  client.on('error', onError);
  try {
    // Leaves with the first statement of the work, and is answered before it.
    const begun = sent(client, begin);
    const worked = work({ query: (statement) => sent(client, statement) });
    const [result] = await settled(worked, begun);
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
