import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { pause } from '../../kernel/backoff';
import { CasetrailError } from '../../kernel/errors';
import { StatementError, translated } from './database-error';
import { ensureReadModels } from './read-models';

const DIRECTORY = join(__dirname, '../../../migrations');

/** In the order they run. A released file never changes: mend it with a later one. */
const FILES = [
  '0001_event_store.sql',
  '0002_append.sql',
  '0003_app.sql',
  '0004_read_models.sql',
  '0005_ingress.sql',
  '0006_sla.sql',
  '0007_read_side.sql',
  '0008_rebuild_without_feed.sql',
  '0009_quarantine_imported.sql',
  '0010_quarantine_webhook_id.sql',
  '0011_secrets_key.sql',
  '0012_escalation_counts_from.sql',
] as const;

/** An advisory lock of the whole database: two nodes that start together migrate one after the other. */
export const MIGRATION_LOCK = 4_714_001;

const SECOND = 1000;
const CONNECT_WITHIN_MS = 5 * SECOND;
/** For each lock. Below PostgreSQL's deadlock_timeout (1 s); while we wait, whoever wants the same waits behind us. */
const LOCK_WAIT_MS = 500;
const PAUSE_MS = 200;
const PATIENCE_MS = 300 * SECOND;

const CHECK_LANES = `
  SELECT lanes FROM es.log`;

export interface MigrateOptions {
  /** Needs the right to create schemas and roles; not through a transaction-mode pooler. */
  readonly url: string;
  /** Fixed when the database is made; later it is only compared. */
  readonly lanes: number;
  /** Somebody is in the way, and it is tried again. */
  readonly onWait?: (reason: string) => void;
  /** Ends the waiting, not a file that is under way. */
  readonly signal?: AbortSignal;
}

/** Brings the schema up to date. Returns the names of the files that ran. */
export async function migrate(options: MigrateOptions): Promise<readonly string[]> {
  const lock = new Client({
    connectionString: options.url,
    application_name: 'casetrail-migrate',
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    keepAlive: true,
  });
  lock.on('error', () => undefined);
  const ran: string[] = [];
  const source = new DataSource({
    type: 'postgres',
    url: options.url,
    applicationName: 'casetrail-migrate',
    connectTimeoutMS: CONNECT_WITHIN_MS,
    migrations: FILES.map((file, index) => sqlMigration(file, index, ran)),
    migrationsTableName: 'casetrail_migration',
    migrationsTransactionMode: 'each',
    synchronize: false,
    migrationsRun: false,
    installExtensions: false,
  });
  try {
    await lock.connect();
    await lock.query(`SET lock_timeout = ${LOCK_WAIT_MS}`);
    await patiently(options, ANOTHER_MIGRATES, () =>
      lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]),
    );
    await source.initialize();
    return await patiently(options, SOMEBODY_READS, async () => {
      await source.runMigrations();
      await fixLanes(lock, options.lanes);
      return (await readModels(lock)) ? [...ran, 'read models'] : ran;
    });
  } catch (thrown) {
    options.signal?.throwIfAborted();
    throw translated(thrown);
  } finally {
    if (source.isInitialized) await source.destroy();
    await lock.end().catch(() => undefined);
  }
}

interface Obstacle {
  readonly reason: string;
  readonly patienceMs: number;
}

/** How long a migration of many rows takes is not for those to say who wait for it. */
const ANOTHER_MIGRATES: Obstacle = {
  reason: 'another process migrates this database or puts rebuilt tables in place',
  patienceMs: Infinity,
};
const SOMEBODY_READS: Obstacle = {
  reason: 'a session has used what changes, and its transaction is still open (pg_stat_activity shows it)',
  patienceMs: PATIENCE_MS,
};

/** Whatever lock the work does not get in time, it lets go of all and is done once more. */
async function patiently<T>(
  { onWait, signal }: MigrateOptions,
  { reason, patienceMs }: Obstacle,
  work: () => Promise<T>,
): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (thrown) {
      const error = translated(thrown);
      if (!(error instanceof StatementError && error.isTransient)) throw error;
      if (performance.now() > giveUpAt) {
        const message = `The schema could not be brought up to date: ${reason}. Try again later: it goes on from here.`;
        throw new CasetrailError('conflict', message, { cause: error });
      }
    }
    if (attempt === 1) onWait?.(reason);
    await pause(PAUSE_MS, signal);
  }
}

/** On the connection that holds the lock. */
async function readModels(client: Client): Promise<boolean> {
  await client.query('BEGIN');
  try {
    const made = await ensureReadModels({
      query: async ({ text, values }) => {
        const done = await client
          .query<never>(text, values === undefined ? undefined : [...values])
          .catch((thrown: unknown) => {
            throw translated(thrown);
          });
        return done.rows;
      },
    });
    await client.query('COMMIT');
    return made;
  } catch (thrown) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw thrown;
  }
}

async function fixLanes(client: Client, lanes: number): Promise<void> {
  await client.query('SELECT es.make_lanes($1)', [lanes]);
  const found = await client.query<{ lanes: number }>(CHECK_LANES);
  const made = found.rows[0]?.lanes;
  if (made !== lanes) {
    throw new CasetrailError(
      'config_invalid',
      `LANES=${lanes}, but this database was made with ${String(made)} lanes, which can't change. Set LANES=${String(made)}.`,
    );
  }
}

function sqlMigration(file: string, index: number, ran: string[]): new () => MigrationInterface {
  const sql = readFileSync(join(DIRECTORY, file), 'utf8');
  return class implements MigrationInterface {
    /** TypeORM orders migrations by the 13 digits at the end of their name. */
    readonly name = `${file.replace(/\.sql$/, '')}_${String(1_700_000_000_000 + index)}`;

    async up(queryRunner: QueryRunner): Promise<void> {
      await queryRunner.query(`SET LOCAL lock_timeout = ${LOCK_WAIT_MS}`);
      await queryRunner.query(sql);
      ran.push(this.name);
    }

    down(): Promise<never> {
      return Promise.reject(new Error('Migrations only go forward: restore a backup to go back.'));
    }
  };
}
