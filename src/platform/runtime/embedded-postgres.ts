import { existsSync, realpathSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Client, DatabaseError, escapeIdentifier } from 'pg';
import { pause } from '../../kernel/backoff';
import { readTextIfThere, replaceFile } from './files';
import { freePort } from './ports';
import { serverAccount, type ServerAccount } from './postgres-account';
import { postgresBinaries } from './postgres-binaries';
import { ensureCluster, openClusterHome, type ClusterHome } from './postgres-cluster';
import { POSTGRES_SETTINGS } from './postgres-settings';
import { commandLineOf, endProcess, identityOf, type StopStep } from './processes';
import { ServerProcess } from './server-process';
import { diskFullLine, startupError, storageError, type Log } from './startup-error';

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  readonly log: Log;
  /** Made when it is missing; `url` leads to it. */
  readonly database?: string;
  /** Tried first when no earlier run has left a port. */
  readonly port?: number;
  /** Over the settings of postgres-settings.ts. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** As the superuser, to `database`. */
  readonly url: string;
  /** As the superuser, to the database `postgres`. */
  readonly adminUrl: string;
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves with one line when the server ends without having been stopped. */
  readonly unexpectedExit: Promise<string>;
  stop(): Promise<void>;
}

const SECOND = 1000;
const PREFERRED_PORT = 15432;
const READY_POLL_MS = 20;
const RECOVERY_NOTICE_MS = 5 * SECOND;
const START_DEADLINE_MS = 300 * SECOND;
const START_ATTEMPTS = 40;
const RETRY_AFTER_MS = 250;

/** Fast shutdown first: it writes a checkpoint. SIGQUIT skips that, and the next start recovers from the log. */
const STOP_STEPS: readonly StopStep[] = [
  { signal: 'SIGINT', graceMs: 30 * SECOND },
  { signal: 'SIGQUIT', graceMs: 5 * SECOND },
  { signal: 'SIGKILL', graceMs: 5 * SECOND },
];

interface Launch {
  readonly home: ClusterHome;
  readonly account: ServerAccount | undefined;
  readonly postgres: string;
  readonly password: string;
  readonly logFile: string;
  readonly options: EmbeddedPostgresOptions;
}

/** A real PostgreSQL under `<data dir>/postgres`. Whatever an earlier run left behind is put right first. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  try {
    return await start(dataDir, options);
  } catch (error) {
    throw storageError(error, dataDir);
  }
}

async function start(dataDir: string, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log } = options;
  const account = await serverAccount(join(dataDir, 'postgres', 'data'), log);
  const binaries = postgresBinaries(account, log);
  const home = openClusterHome(dataDir, account, log);
  await stopOrphan(home.data, log);
  const password = await ensureCluster(home, binaries, account, log);
  const logFile = join(dataDir, 'logs', 'postgres.log');
  const launch: Launch = { home, account, postgres: binaries.postgres, password, logFile, options };
  const { server, port } = await launchUntilUp(launch);
  const adminUrl = urlOf(password, port, 'postgres');
  try {
    if (options.database !== undefined) await ensureDatabase(adminUrl, options.database);
  } catch (error) {
    await server.stop(STOP_STEPS);
    throw startupError(
      'dependency_unavailable',
      `PostgreSQL could not make the database ${options.database ?? ''}.`,
      error,
    );
  }
  return running(server, {
    adminUrl,
    port,
    logFile,
    url: urlOf(password, port, options.database ?? 'postgres'),
  });
}

function running(
  server: ServerProcess,
  facts: Pick<EmbeddedPostgres, 'adminUrl' | 'port' | 'logFile' | 'url'>,
): EmbeddedPostgres {
  let stopping = false;
  return {
    ...facts,
    pid: server.identity?.pid ?? 0,
    unexpectedExit: new Promise((settle) => {
      void server.exited.then((how) => {
        if (!stopping) settle(`PostgreSQL ended by itself (${how}); see ${facts.logFile}.`);
      });
    }),
    stop: async () => {
      stopping = true;
      await server.stop(STOP_STEPS);
    },
  };
}

/** For a data directory that will not be started again. */
export async function stopOrphanPostgres(dataDir: string, log: Log): Promise<void> {
  const data = join(resolve(dataDir), 'postgres', 'data');
  if (existsSync(data)) await stopOrphan(realpathSync(data), log);
}

/** A server that a killed run left alive is stopped, for its settings and port are that run's; a stale pid file goes. */
async function stopOrphan(data: string, log: Log): Promise<void> {
  const pidFile = join(data, 'postmaster.pid');
  const pid = Number(readTextIfThere(pidFile)?.split('\n')[0]);
  const process = identityOf(pid);
  // Nobody lives under that pid: PostgreSQL itself checks the shared memory and removes the file.
  if (process === undefined) return;
  const command = commandLineOf(pid);
  if (command.includes('postgres') && command.includes(data)) {
    log('Stopping the PostgreSQL that an earlier run left behind.');
    if (!(await endProcess(process, STOP_STEPS))) {
      throw startupError(
        'dependency_unavailable',
        `A PostgreSQL of an earlier run (process ${pid}) cannot be stopped.`,
      );
    }
    return;
  }
  // The pid has gone to some other program; PostgreSQL would take that for a running server.
  rmSync(pidFile, { force: true });
}

async function launchUntilUp(launch: Launch): Promise<{ server: ServerProcess; port: number }> {
  let preferred: number | undefined =
    Number(readTextIfThere(launch.home.portFile)) || (launch.options.port ?? PREFERRED_PORT);
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(preferred);
    replaceFile(launch.home.portFile, `${port}\n`);
    const server = startServer(launch, port);
    const failure = await upOrFailure(server, urlOf(launch.password, port, 'postgres'), launch.options.log);
    if (failure === undefined) return { server, port };
    await server.stop(STOP_STEPS);
    const portLost = /could not bind|Address already in use/.test(failure);
    // After kill -9 of the server its children need a moment to notice and let go of the shared memory.
    const memoryHeld = failure.includes('pre-existing shared memory block');
    if (attempt === START_ATTEMPTS || !(portLost || memoryHeld)) throw startError(failure, launch);
    if (portLost) preferred = undefined;
    else await pause(RETRY_AFTER_MS);
  }
}

function startServer(launch: Launch, port: number): ServerProcess {
  const settings = { ...POSTGRES_SETTINGS, ...launch.options.settings, port: String(port) };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return new ServerProcess({
    command: launch.postgres,
    args: ['-D', launch.home.data, ...flags],
    logFile: launch.logFile,
    cwd: launch.home.path,
    stopSignal: 'SIGINT',
    env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    ...(launch.account === undefined ? {} : { account: launch.account }),
  });
}

/** Ready means that a login works. Recovery after a crash takes its time; a server that ended says why in its output. */
async function upOrFailure(server: ServerProcess, url: string, log: Log): Promise<string | undefined> {
  const startedAt = performance.now();
  let noticeAt = startedAt + RECOVERY_NOTICE_MS;
  while (server.running) {
    const client = new Client({ connectionString: url, ssl: false, connectionTimeoutMillis: 5 * SECOND });
    try {
      await client.connect();
      return undefined;
    } catch (error) {
      // Refused, slow or "starting up" all mean: not yet. A wrong login stays wrong.
      if (error instanceof DatabaseError && error.code?.startsWith('28') === true)
        return `FATAL: ${error.message}`;
    } finally {
      await client.end().catch(() => undefined);
    }
    if (performance.now() > noticeAt) {
      log('PostgreSQL is recovering from an unclean stop …');
      noticeAt += RECOVERY_NOTICE_MS;
    }
    if (performance.now() - startedAt > START_DEADLINE_MS)
      return 'it did not accept connections within 5 minutes';
    await pause(READY_POLL_MS);
  }
  return `${await server.exited}\n${server.output()}`;
}

function startError(failure: string, launch: Launch): Error {
  if (/No space left on device|Disk quota exceeded/.test(failure)) {
    return startupError('storage_unavailable', diskFullLine(launch.home.path));
  }
  const reason = /(?:FATAL|PANIC): *(.*)/.exec(failure)?.[1] ?? failure.split('\n')[0] ?? '';
  return startupError(
    'dependency_unavailable',
    `PostgreSQL did not start: ${reason} (log: ${launch.logFile})`,
    new Error(failure),
  );
}

async function ensureDatabase(adminUrl: string, database: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl, ssl: false });
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

function urlOf(password: string, port: number, database: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}
