import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { CasetrailError } from '../../kernel/errors';
import { translated } from './database-error';
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
  '0012_escalation_counts_from.sql',
] as const;

/** An advisory lock of the whole database: two nodes that start together migrate one after the other. */
export const MIGRATION_LOCK = 4_714_001;

const CHECK_LANES = `
  SELECT lanes FROM es.log`;

export interface MigrateOptions {
  /** Needs the right to create schemas and roles; not through a transaction-mode pooler. */
  readonly url: string;
  /** Fixed when the database is made; later it is only compared. */
  readonly lanes: number;
}

/** Brings the schema up to date. Returns the names of the files that ran. */
export async function migrate(options: MigrateOptions): Promise<readonly string[]> {
  const lock = new Client({ connectionString: options.url, application_name: 'casetrail-migrate' });
  lock.on('error', () => undefined);
  const source = new DataSource({
    type: 'postgres',
    url: options.url,
    applicationName: 'casetrail-migrate',
    migrations: FILES.map((file, index) => sqlMigration(file, index)),
    migrationsTableName: 'casetrail_migration',
    migrationsTransactionMode: 'each',
    synchronize: false,
    migrationsRun: false,
    installExtensions: false,
  });
  try {
    await lock.connect();
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await source.initialize();
    const ran = await source.runMigrations();
    await fixLanes(lock, options.lanes);
    const names = ran.map((migration) => migration.name);
    return (await readModels(lock)) ? [...names, 'read models'] : names;
  } catch (thrown) {
    throw translated(thrown);
  } finally {
    if (source.isInitialized) await source.destroy();
    await lock.end().catch(() => undefined);
  }
}

/** On the connection that holds the lock. */
async function readModels(client: Client): Promise<boolean> {
  await client.query('BEGIN');
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

function sqlMigration(file: string, index: number): new () => MigrationInterface {
  const sql = readFileSync(join(DIRECTORY, file), 'utf8');
  return class implements MigrationInterface {
    /** TypeORM orders migrations by the 13 digits at the end of their name. */
    readonly name = `${file.replace(/\.sql$/, '')}_${String(1_700_000_000_000 + index)}`;

    up(queryRunner: QueryRunner): Promise<unknown> {
      return queryRunner.query(sql);
    }

    down(): Promise<never> {
      return Promise.reject(new Error('Migrations only go forward: restore a backup to go back.'));
    }
  };
}
