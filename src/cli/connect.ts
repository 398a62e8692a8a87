import { type DataSource } from 'typeorm';
import { ORM_ENTITIES } from '../app-services';
import { type Config, loadConfig } from '../config/config';
import { CasetrailError } from '../kernel/errors';
import { SecretBox } from '../kernel/secret-box';
import { openOrm } from '../platform/postgres/orm';
import { findRunningInstance } from '../platform/runtime/data-dir';
import { givenSecretsKey } from './secrets-key';

/** What a command works with: the running instance of this folder, or what the environment names. */
export interface Connection {
  readonly config: Config;
  readonly orm: DataSource;
  readonly databaseUrl: string;
  /** Where the instance listens, as a sender reaches it. */
  readonly url: string;
  readonly secrets: SecretBox;
}

export async function connected<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
  const config = loadConfig();
  const running = findRunningInstance(config.dataDir);
  const databaseUrl = config.database.url ?? running?.databaseUrl;
  if (databaseUrl === undefined) {
    throw new CasetrailError(
      'dependency_unavailable',
      `No casetrail runs here (${config.dataDir}): start it with npm start, or set DATABASE_URL and SECRETS_KEY.`,
    );
  }
  const orm = await openOrm({ url: databaseUrl, role: undefined, entities: ORM_ENTITIES });
  try {
    const url = running?.url ?? `http://${config.http.host}:${config.http.port}`;
    const secrets = new SecretBox(await givenSecretsKey(config, databaseUrl));
    return await work({ config, orm, databaseUrl, url, secrets });
  } finally {
    await orm.destroy();
  }
}
