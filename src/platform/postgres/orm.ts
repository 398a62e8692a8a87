import { DataSource, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { translated } from './database-error';

export interface OrmOptions {
  readonly url: string;
  readonly role: string | undefined;
  readonly entities: readonly EntityTarget<ObjectLiteral>[];
}

/** TypeORM for the few rows that are edited: sources, keys, tokens. A small pool of its own, off the hot path. */
export async function openOrm(options: OrmOptions): Promise<DataSource> {
  const source = new DataSource({
    type: 'postgres',
    url: options.url,
    applicationName: 'casetrail-orm',
    entities: [...options.entities] as Function[],
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
