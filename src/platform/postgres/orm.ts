import { DataSource, type DataSourceOptions, type EntityManager } from 'typeorm';
import { CasetrailError } from '../../kernel/errors';
import { StatementError, translated } from './database-error';

export interface OrmOptions {
  readonly url: string;
  readonly role: string | undefined;
  readonly entities: NonNullable<DataSourceOptions['entities']>;
}

/** TypeORM for the few rows that are edited: sources, keys, tokens. A small pool of its own, off the hot path. */
export async function openOrm(options: OrmOptions): Promise<DataSource> {
  const source = new DataSource({
    type: 'postgres',
    url: options.url,
    applicationName: 'casetrail-orm',
    entities: options.entities,
    synchronize: false,
    migrationsRun: false,
    installExtensions: false,
    poolSize: 2,
    connectTimeoutMS: 5000,
    ...(options.role === undefined ? {} : { extra: { options: `-c role=${options.role}` } }),
  });
  try {
    return await source.initialize();
  } catch (thrown) {
    throw translated(thrown);
  }
}

/** Outside a transaction. */
export async function reading<T>(orm: DataSource, work: (from: EntityManager) => Promise<T>): Promise<T> {
  try {
    return await work(orm.manager);
  } catch (thrown) {
    throw translated(thrown);
  }
}

export async function inTransaction<T>(orm: DataSource, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  try {
    return await orm.transaction(work);
  } catch (thrown) {
    const error = translated(thrown);
    if (!(error instanceof StatementError && error.isTaken)) throw error;
    // Looked for and not found, and taken by another transaction since then; or too secret to be looked for.
    throw new CasetrailError('conflict', 'Something with this name, key or token is there already.', {
      cause: error,
    });
  }
}
