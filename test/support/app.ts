import { randomUUID } from 'node:crypto';
import { ORM_ENTITIES, type Surroundings } from '../../src/app-services';
import { TokenService, type NewToken } from '../../src/admin/token-service';
import { type Config, loadConfig } from '../../src/config/config';
import { signEnvelope } from '../../src/ingress/auth/envelope-hmac';
import { type MadeSource, type NewSource, SourceService } from '../../src/ingress/sources/source-service';
import { SecretBox } from '../../src/kernel/secret-box';
import { type RunningApp, runApp } from '../../src/main';
import { openOrm } from '../../src/platform/postgres/orm';

export const ADMIN_TOKEN = 'admin-token-of-the-tests-0001';
export const SECRETS_KEY = SecretBox.newKey();

export interface TestApp extends RunningApp {
  readonly config: Config;
  addSource(wanted: NewSource): Promise<MadeSource>;
  addToken(wanted: NewToken): Promise<string>;
}

/** The whole application in this process, on a free port, with the app's role. */
export async function startApp(
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
  kafkaBrokers: Surroundings['kafkaBrokers'] = null,
): Promise<TestApp> {
  const config = loadConfig({ PORT: '0', LOG_LEVEL: 'error', ...env });
  const app = await runApp(config, {
    databaseUrl,
    databaseRole: 'casetrail_app',
    kafkaBrokers,
    secretsKey: SECRETS_KEY,
    adminToken: ADMIN_TOKEN,
  });
  const orm = await openOrm({ url: databaseUrl, role: undefined, entities: ORM_ENTITIES });
  return {
    ...app,
    config,
    addSource: (wanted) => new SourceService(orm, new SecretBox(SECRETS_KEY)).add(wanted),
    addToken: (wanted) => new TokenService(orm, ADMIN_TOKEN, Date.now).add(wanted),
    close: async () => {
      await orm.destroy();
      await app.close();
    },
  };
}

export type Json = Record<string, unknown>;

/** A signed telegram-crm webhook. */
export function webhook(
  source: Pick<MadeSource, 'secret' | 'integrationId'>,
  type: string,
  data: Json,
  envelope: Json = {},
): Json {
  const head = { event_id: randomUUID(), event_type: type, timestamp: new Date().toISOString(), ...envelope };
  const signature = signEnvelope(source.secret, {
    eventId: head.event_id,
    eventType: head.event_type,
    timestamp: head.timestamp,
  });
  return {
    ...head,
    source: { platform: 'telegram_crm', integration_id: source.integrationId, environment: 'production' },
    version: '1.2',
    data,
    signature,
  };
}
