import { randomBytes } from 'node:crypto';
import { join, relative } from 'node:path';
import { ORM_ENTITIES } from '../app-services';
import { type Config } from '../config/config';
import { policyOf } from '../ingress/sources/policy';
import { SourceService } from '../ingress/sources/source-service';
import { SecretBox } from '../kernel/secret-box';
import { openDatabase } from '../platform/postgres/database';
import { openOrm } from '../platform/postgres/orm';
import { type DataDir } from '../platform/runtime/data-dir';
import { curlLine, sampleWebhook, type SampleWebhook } from './sample';
import { print } from './terminal';

const DEMO = 'demo';

export interface Greeting {
  readonly config: Config;
  readonly dataDir: DataDir;
  readonly url: string;
  readonly databaseUrl: string;
  readonly secretsKey: string;
  readonly analystUrl: string;
  readonly kafkaBrokers: readonly string[] | null;
}

/** What a newcomer can paste: a webhook, and the three ways to see what became of it. */
export async function greet(greeting: Greeting): Promise<void> {
  const { config, url, analystUrl, kafkaBrokers } = greeting;
  const { key, sample } = await demoWebhook(greeting);
  const tokenFile = relative(process.cwd(), join(greeting.dataDir.path, 'admin-token'));
  const token = config.adminToken === undefined ? `$(cat ${tokenFile})` : '$ADMIN_TOKEN';
  print(`\n1. Send a webhook:\n  ${curlLine(`${url}/v1/ingress/${key}`, sample)}`);
  print(
    `\n2. See the ticket over REST:\n  curl -sS ${url}/v1/tickets/${sample.ticketId} -H "Authorization: Bearer ${token}"`,
  );
  print(
    `\n3. In SQL, as a read-only analyst:\n  psql '${analystUrl}' -c 'select ticket_id, status, created_at from rpt.ticket'`,
  );
  if (kafkaBrokers !== null) {
    print(`\n4. In a Kafka consumer:\n  node examples/follow-tickets.mjs ${kafkaBrokers.join(',')}`);
  }
  print(
    '\nCtrl-C stops everything. The data stays in ' + relative(process.cwd(), greeting.dataDir.path) + '.',
  );
}

async function demoWebhook({
  databaseUrl,
  secretsKey,
}: Greeting): Promise<{ key: string; sample: SampleWebhook }> {
  const orm = await openOrm({ url: databaseUrl, role: undefined, entities: ORM_ENTITIES });
  try {
    const sources = new SourceService(orm, new SecretBox(secretsKey));
    const there = (await sources.find(DEMO)) ?? (await sources.add({ name: DEMO, profile: 'telegram-crm' }));
    const secret = (await sources.revealSecret(DEMO)) ?? '';
    return { key: there.key, sample: demoSample(there.integrationId, secret) };
  } finally {
    await orm.destroy();
  }
}

function demoSample(integrationId: string, secret: string): SampleWebhook {
  const policy = policyOf('telegram-crm', {});
  const sample = typeof policy === 'string' ? null : sampleWebhook(policy, integrationId, secret);
  if (sample === null) throw new Error('the profile of the demo has no sample');
  return sample;
}

/**
 * A login of the analysts' role in the embedded database: it can read schema rpt and nothing else. It has settings of its
 * own, since a login is given the rights of a role and not its settings. docs/analysts.md says the same for other logins.
 */
export async function analystUrl(databaseUrl: string, dataDir: DataDir): Promise<string> {
  const password = dataDir.secret('analyst-password', () => randomBytes(12).toString('hex'));
  const db = openDatabase({ url: databaseUrl, poolMax: 1, applicationName: 'casetrail-start' });
  try {
    // A utility statement takes no parameters; the password is our own hexadecimal.
    await db.query({
      text: `
        DO $$ BEGIN
          CREATE ROLE analyst LOGIN IN ROLE casetrail_analyst;
        EXCEPTION WHEN duplicate_object THEN NULL;
        END $$;
        ALTER ROLE analyst PASSWORD '${password}';
        ALTER ROLE analyst SET default_transaction_read_only = on;
        ALTER ROLE analyst SET statement_timeout = '60s';
        ALTER ROLE analyst SET idle_in_transaction_session_timeout = '5min';
        ALTER ROLE analyst SET search_path = rpt, public`,
    });
  } finally {
    await db.close();
  }
  const url = new URL(databaseUrl);
  url.username = 'analyst';
  url.password = password;
  return url.href;
}
