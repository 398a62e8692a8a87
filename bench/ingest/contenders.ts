import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { ContenderProcess, ROOT } from '../support/contender';
import { HttpLoad } from '../support/http-load';
import { type BenchServer } from '../support/server';
import { cpuSeconds } from '../support/usage';

const run = promisify(execFile);

/** A query for column `id`: the ids of the stored events. */
const EVENT_IDS = {
  casetrail: 'SELECT event_id::text AS id FROM es.event',
  emmett: `SELECT message_data ->> 'eventId' AS id FROM emt_messages`,
  typeorm: 'SELECT event_id::text AS id FROM crm_event',
  typeorm_same_front: 'SELECT event_id::text AS id FROM crm_event',
  /** It stores nothing. */
  ceiling: null,
} as const;

export type ContenderName = keyof typeof EVENT_IDS;

const FILES = {
  emmett: 'ingest/emmett.ts',
  typeorm: 'ingest/typeorm.ts',
  typeorm_same_front: 'ingest/typeorm-behind-front.ts',
  ceiling: 'ingest/ceiling.ts',
} as const;

/** What an application with one source and no front of ours is told. */
export interface PlainOptions {
  readonly databaseUrl: string;
  readonly secret: string;
}

/** One server under load, or several nodes of the product, with a database of its own. */
export interface Contender {
  readonly name: ContenderName;
  readonly processes: readonly ContenderProcess[];
  readonly load: HttpLoad;
  readonly database: string;
  readonly db: Database;
  readonly eventIds: string | null;
}

export interface Setting {
  readonly connections: number;
  readonly roles?: string;
  readonly nodes?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export async function startContender(
  server: BenchServer,
  name: ContenderName,
  { connections, roles = 'ingress', nodes = 1, env: more = {} }: Setting,
): Promise<Contender> {
  const database = `${name}_${roles.replaceAll(',', '_')}_${nodes}`;
  const url = await server.createDatabase(database);
  const secretsKey = randomBytes(32).toString('base64');
  const envOf = (node: number) => ({
    DATABASE_URL: url,
    SECRETS_KEY: secretsKey,
    KAFKA: 'off',
    ROLES: roles,
    PORT: '0',
    CASETRAIL_DATA_DIR: join(server.directory, `${database}_${node}`),
    LOG_LEVEL: 'warn',
    ...more,
  });
  const plain: PlainOptions = { databaseUrl: url, secret: randomBytes(24).toString('hex') };
  const processes: ContenderProcess[] = [];
  for (let node = 1; node <= nodes; node += 1) {
    processes.push(
      name === 'casetrail'
        ? await ContenderProcess.product(envOf(node))
        : await ContenderProcess.peer(FILES[name], { ...plain, secretsKey }),
    );
  }
  const source =
    name === 'typeorm'
      ? { key: 'crm', secret: plain.secret, integration_id: 'crm' }
      : await addSource(envOf(1));
  const sender = { integrationId: source.integration_id, secret: source.secret };
  const targets = processes.map(({ url: { hostname: host, port } }) => {
    return { host, port: Number(port), path: `/v1/ingress/${source.key}`, sender };
  });
  return {
    name,
    processes,
    load: await HttpLoad.open(targets, connections),
    database,
    db: openDatabase({ url, poolMax: 1, applicationName: 'bench' }),
    eventIds: EVENT_IDS[name],
  };
}

export async function stopContender({ load, processes, db }: Contender): Promise<void> {
  load.close();
  await Promise.all(processes.map((process) => process.stop()));
  await db.close();
}

/** CPU seconds so far of all its nodes. */
export function nodeSeconds({ processes }: Contender): number {
  return processes.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
}

/** As a user makes one. */
async function addSource(
  env: Readonly<Record<string, string>>,
): Promise<{ key: string; secret: string; integration_id: string }> {
  const command = ['source', 'add', 'crm', '--profile', 'telegram-crm', '--json'];
  const { stdout } = await run(process.execPath, [join(ROOT, 'dist/cli/main.js'), ...command], { env });
  return JSON.parse(stdout) as { key: string; secret: string; integration_id: string };
}
