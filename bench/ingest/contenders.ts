import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { ContenderProcess, ROOT } from '../support/contender';
import { HttpLoad } from '../support/http-load';
import { type BenchServer } from '../support/server';
import { type Sender } from '../support/ticket-lives';

const run = promisify(execFile);

/** The peers know no `source add`. */
const PEER_SENDER: Sender = { integrationId: 'crm', secret: randomBytes(24).toString('base64url') };

/** One server under load, with a database of its own. */
export interface Contender {
  readonly name: string;
  readonly process: ContenderProcess;
  readonly load: HttpLoad;
  /** Null: it stores nothing. */
  readonly store: Store | null;
}

export interface Store {
  readonly database: string;
  readonly db: Database;
  readonly eventIds: string;
}

export async function casetrail(server: BenchServer, connections: number, roles: string): Promise<Contender> {
  const name = `casetrail_${roles.replaceAll(',', '_')}`;
  const url = await server.createDatabase(name);
  const env = {
    DATABASE_URL: url,
    KAFKA: 'off',
    ROLES: roles,
    PORT: '0',
    CASETRAIL_DATA_DIR: join(server.directory, name),
    LOG_LEVEL: 'warn',
  };
  const process = await ContenderProcess.product(env);
  const add = ['source', 'add', 'crm', '--profile', 'telegram-crm', '--json'];
  const { stdout } = await run(globalThis.process.execPath, [join(ROOT, 'dist/cli/main.js'), ...add], {
    env,
  });
  const made = JSON.parse(stdout) as { key: string; secret: string; integration_id: string };
  const load = await openLoad(process, connections, made.key, {
    secret: made.secret,
    integrationId: made.integration_id,
  });
  return {
    name: 'casetrail',
    process,
    load,
    store: storeOf(name, url, 'SELECT event_id::text AS id FROM es.event'),
  };
}

export async function ceiling(_server: BenchServer, connections: number): Promise<Contender> {
  const process = await ContenderProcess.peer('ingest/ceiling.ts', { databaseUrl: '', sender: PEER_SENDER });
  return {
    name: 'ceiling',
    process,
    load: await openLoad(process, connections, 'bench', PEER_SENDER),
    store: null,
  };
}

export function typeorm(server: BenchServer, connections: number): Promise<Contender> {
  return peer(server, connections, 'typeorm', 'SELECT event_id::text AS id FROM crm_event');
}

export function emmett(server: BenchServer, connections: number): Promise<Contender> {
  return peer(server, connections, 'emmett', `SELECT message_data ->> 'eventId' AS id FROM emt_messages`);
}

async function peer(
  server: BenchServer,
  connections: number,
  name: string,
  eventIds: string,
): Promise<Contender> {
  const url = await server.createDatabase(name);
  const process = await ContenderProcess.peer(`ingest/${name}.ts`, { databaseUrl: url, sender: PEER_SENDER });
  const load = await openLoad(process, connections, 'bench', PEER_SENDER);
  return { name, process, load, store: storeOf(name, url, eventIds) };
}

export async function stopContender({ load, process, store }: Contender): Promise<void> {
  load.close();
  await process.stop();
  await store?.db.close();
}

function storeOf(database: string, url: string, eventIds: string): Store {
  return { database, db: openDatabase({ url, poolMax: 1, applicationName: 'bench' }), eventIds };
}

function openLoad(
  process: ContenderProcess,
  connections: number,
  key: string,
  sender: Sender,
): Promise<HttpLoad> {
  const { hostname: host, port } = process.url;
  return HttpLoad.open({ host, port: Number(port), path: `/v1/ingress/${key}`, sender }, connections);
}
