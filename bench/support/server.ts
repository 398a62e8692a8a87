import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { openDataDir } from '../../src/platform/runtime/data-dir';
import { startEmbeddedPostgres } from '../../src/platform/runtime/embedded-postgres';
import { say } from './figures';

export interface BenchServer {
  readonly directory: string;
  readonly pid: number;
  /** Superuser's SQL, in the database `postgres`. */
  readonly admin: Database;
  /** Makes an empty database; returns its URL as the superuser. */
  createDatabase(name: string): Promise<string>;
  /** Of a database that is there. */
  urlOf(name: string): string;
  stop(): Promise<void>;
}

/** A PostgreSQL of the run's own with the product's settings, fsync included, in a directory that goes with it. */
export async function startServer(): Promise<BenchServer> {
  const directory = mkdtempSync(join(tmpdir(), 'casetrail-bench-'));
  openDataDir(directory).acquire();
  const postgres = await startEmbeddedPostgres({
    dataDir: directory,
    log: say,
    settings: { max_connections: '400' },
  });
  const admin = openDatabase({ url: postgres.adminUrl, poolMax: 2, applicationName: 'bench' });
  const urlOf = (name: string): string => {
    const url = new URL(postgres.adminUrl);
    url.pathname = `/${name}`;
    return url.href;
  };
  return {
    directory,
    pid: postgres.pid,
    admin,
    createDatabase: async (name) => {
      await admin.query({ text: `CREATE DATABASE ${name}` });
      return urlOf(name);
    },
    urlOf,
    stop: async () => {
      await admin.close();
      await postgres.stop();
      rmSync(realpathSync(join(directory, 'postgres')), { recursive: true, force: true });
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Runs the benchmark and stops the server whatever happens, Ctrl-C included. */
export async function withServer(work: (server: BenchServer) => Promise<void>): Promise<void> {
  const server = await startServer();
  const stopped = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => reject(new Error('interrupted')));
    }
  });
  try {
    await Promise.race([work(server), stopped]);
  } finally {
    await server.stop();
  }
}

/** Bytes of write-ahead log so far: of the whole server, so whoever counts runs alone. */
export async function walBytes(server: BenchServer): Promise<number> {
  const [row] = await server.admin.query<{ bytes: number }>({
    text: `SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint AS bytes`,
  });
  return row?.bytes ?? 0;
}

export async function databaseBytes(server: BenchServer, name: string): Promise<number> {
  const [row] = await server.admin.query<{ bytes: number }>({
    text: 'SELECT pg_database_size($1) AS bytes',
    values: [name],
  });
  return row?.bytes ?? 0;
}
