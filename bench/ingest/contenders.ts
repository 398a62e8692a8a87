import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { ContenderProcess, ROOT } from '../support/contender';
import { HttpLoad } from '../support/http-load';
import { type BenchServer } from '../support/server';

const run = promisify(execFile);

/** A query for column `id`: the ids of the stored events. */
const EVENT_IDS = {
  casetrail: 'SELECT event_id::text AS id FROM es.event',
  emmett: `SELECT message_data ->> 'eventId' AS id FROM emt_messages`,
  typeorm: 'SELECT event_id::text AS id FROM crm_event',
  /** It stores nothing. */
  ceiling: null,
} as const;

export type ContenderName = keyof typeof EVENT_IDS;

/** One server under load, with a database of its own. */
export interface Contender {
  readonly name: ContenderName;
  readonly process: ContenderProcess;
  readonly load: HttpLoad;
  readonly database: string;
  readonly db: Database;
  readonly eventIds: string | null;
}

export async function startContender(
  server: BenchServer,
  name: ContenderName,
  connections: number,
  roles = 'ingress',
  more: Readonly<Record<string, string>> = {},
): Promise<Contender> {
  const database = `${name}_${roles.replaceAll(',', '_')}`;
  const url = await server.createDatabase(database);
  const secretsKey = randomBytes(32).toString('base64');
  const env = {
    DATABASE_URL: url,
    SECRETS_KEY: secretsKey,
    KAFKA: 'off',
    ROLES: roles,
    PORT: '0',
    CASETRAIL_DATA_DIR: join(server.directory, database),
    LOG_LEVEL: 'warn',
    ...more,
  };
  const process =
    name === 'casetrail'
      ? await ContenderProcess.product(env)
      : await ContenderProcess.peer(`ingest/${name}.ts`, { databaseUrl: url, secretsKey });
  const { hostname: host, port } = process.url;
  const source = await addSource(env);
  const target = { host, port: Number(port), path: `/v1/ingress/${source.key}` };
  const sender = { integrationId: source.integration_id, secret: source.secret };
  return {
    name,
    process,
    load: await HttpLoad.open({ ...target, sender }, connections),
    database,
    db: openDatabase({ url, poolMax: 1, applicationName: 'bench' }),
    eventIds: EVENT_IDS[name],
  };
}

export async function stopContender({ load, process, db }: Contender): Promise<void> {
  load.close();
  await process.stop();
  await db.close();
}

/** As a user makes one. */
async function addSource(
  env: Readonly<Record<string, string>>,
): Promise<{ key: string; secret: string; integration_id: string }> {
  const command = ['source', 'add', 'crm', '--profile', 'telegram-crm', '--json'];
  const { stdout } = await run(process.execPath, [join(ROOT, 'dist/cli/main.js'), ...command], { env });
  return JSON.parse(stdout) as { key: string; secret: string; integration_id: string };
}
