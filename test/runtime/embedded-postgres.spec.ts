import { existsSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { openDataDir } from '../../src/platform/runtime/data-dir';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/platform/runtime/embedded-postgres';
import { identityOf } from '../../src/platform/runtime/processes';
import { POSTGRES_VERSION } from '../../src/platform/runtime/versions';
import { removeDirectory, temporaryDataDir } from '../support/cluster';
import { holdServers, killHard } from './parent-process';

jest.setTimeout(60_000);

const running: EmbeddedPostgres[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function start(dataDir: string, log: string[] = []): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, database: 'kept', log: (line) => log.push(line) });
  running.push(server);
  return server;
}

function newDataDir(): string {
  return openDataDir(temporaryDataDir()).path;
}

async function ask(url: string, statement: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows.map((row) => Object.values(row)[0]);
  } finally {
    await client.end();
  }
}

const hasEnded = async (pid: number): Promise<void> => {
  while (identityOf(pid) !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe('the embedded PostgreSQL', () => {
  test('is durable, private and the version we name', async () => {
    const { url } = await start(newDataDir());
    expect(await ask(url, 'SHOW server_version')).toEqual([POSTGRES_VERSION]);
    expect(await ask(url, 'SHOW fsync')).toEqual(['on']);
    expect(await ask(url, 'SHOW synchronous_commit')).toEqual(['on']);
    expect(await ask(url, 'SHOW data_checksums')).toEqual(['on']);
    expect(await ask(url, 'SHOW listen_addresses')).toEqual(['127.0.0.1']);
    const stranger = new URL(url);
    stranger.password = 'guessed';
    await expect(ask(stranger.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  });

  test('keeps its data, its port and its password over a restart', async () => {
    const dataDir = newDataDir();
    const first = await start(dataDir);
    await ask(first.url, "CREATE TABLE t AS SELECT 'kept' AS word");
    await first.stop();
    expect(identityOf(first.pid)).toBeUndefined();
    const second = await start(dataDir);
    expect(second.url).toBe(first.url);
    expect(await ask(second.url, 'SELECT word FROM t')).toEqual(['kept']);
  });

  test('comes back with every committed row after kill -9 of the server', async () => {
    const dataDir = newDataDir();
    const first = await start(dataDir);
    await ask(first.url, "CREATE TABLE t AS SELECT 'committed' AS word");
    process.kill(first.pid, 'SIGKILL');
    expect(await first.unexpectedExit).toContain('PostgreSQL ended by itself (signal SIGKILL)');
    const second = await start(dataDir);
    expect(await ask(second.url, 'SELECT word FROM t')).toEqual(['committed']);
  });

  test('outlives kill -9 of its parent, and the next start stops it and goes on with the data', async () => {
    const dataDir = newDataDir();
    const parent = holdServers(dataDir, 'postgres');
    const { pid, url } = (await parent.next()) as { pid: number; url: string };
    await ask(url, "CREATE TABLE t AS SELECT 'committed' AS word");
    await killHard(parent);
    expect(identityOf(pid)).toBeDefined();
    const log: string[] = [];
    const next = await start(dataDir, log);
    expect(log).toEqual(['Stopping the PostgreSQL that an earlier run left behind.']);
    expect(identityOf(pid)).toBeUndefined();
    expect(await ask(next.url, 'SELECT word FROM t')).toEqual(['committed']);
  });

  test('does not get the Ctrl-C of the terminal: the app stops it when it has drained', async () => {
    const parent = holdServers(newDataDir(), 'postgres');
    const { pid } = (await parent.next()) as { pid: number };
    process.kill(-(parent.child.pid ?? 0), 'SIGINT');
    expect(await parent.next()).toEqual({ serverAlive: true });
    expect(await parent.exited()).toBe(0);
    await hasEnded(pid);
  });

  test('takes another port when its own is taken, and says so in its url', async () => {
    const dataDir = newDataDir();
    const first = await start(dataDir);
    await first.stop();
    const other = createServer().listen(first.port, '127.0.0.1');
    try {
      const second = await start(dataDir);
      expect(second.port).not.toBe(first.port);
      expect(await ask(second.url, 'SELECT 1')).toEqual([1]);
    } finally {
      other.close();
    }
  });

  test('is not kept from starting by a pid file whose pid some other program has now', async () => {
    const dataDir = newDataDir();
    const first = await start(dataDir);
    const pidFile = join(dataDir, 'postgres', 'data', 'postmaster.pid');
    const lines = readFileSync(pidFile, 'utf8').split('\n');
    await first.stop();
    writeFileSync(pidFile, [process.pid, ...lines.slice(1)].join('\n'));
    const second = await start(dataDir);
    expect(await ask(second.url, 'SELECT 1')).toEqual([1]);
  });

  test('makes its cluster anew when the first start was cut off in the middle', async () => {
    const dataDir = newDataDir();
    const unfinished = join(dataDir, 'postgres', 'data.unfinished-1');
    mkdirSync(join(unfinished, 'base'), { recursive: true });
    writeFileSync(join(unfinished, 'PG_VERSION'), '18\n');
    const { url } = await start(dataDir);
    expect(await ask(url, 'SELECT 1')).toEqual([1]);
    expect(existsSync(unfinished)).toBe(false);
  });

  test('names the way out when the directory is of another major version', async () => {
    const dataDir = newDataDir();
    const data = join(dataDir, 'postgres', 'data');
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, 'PG_VERSION'), '17\n');
    await expect(start(dataDir)).rejects.toThrow(
      'was made by PostgreSQL 17, this is PostgreSQL 18; migrate it with pg_upgrade or move it away.',
    );
  });

  // Only root has a second user to run the server as.
  if (process.getuid?.() === 0) {
    test('as root below a closed directory keeps its files where its user can reach them', async () => {
      const closed = temporaryDataDir();
      const dataDir = openDataDir(join(closed, '.data')).path;
      const log: string[] = [];
      const first = await start(dataDir, log);
      await ask(first.url, "CREATE TABLE t AS SELECT 'kept' AS word");
      await first.stop();
      expect(statSync(closed).mode & 0o777).toBe(0o700);
      expect(log[0]).toBe(
        `Keeping the database in ${realpathSync(join(dataDir, 'postgres'))}: the user PostgreSQL runs as cannot reach ${dataDir}.`,
      );
      const second = await start(dataDir);
      expect(await ask(second.url, 'SELECT word FROM t')).toEqual(['kept']);
      await second.stop();
      removeDirectory(dataDir);
    });
  }
});
