import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRunningInstance, openDataDir } from '../../src/platform/runtime/data-dir';
import { stopOrphanPostgres } from '../../src/platform/runtime/embedded-postgres';
import { identityOf, ownIdentity } from '../../src/platform/runtime/processes';
import { temporaryDataDir } from '../support/cluster';
import { holdServers, killHard } from './parent-process';

const mode = (path: string): number => statSync(path).mode & 0o777;

describe('the data directory', () => {
  test('is closed to others, and so are its secrets', () => {
    const dataDir = openDataDir(join(temporaryDataDir(), 'deep', 'inside'));
    dataDir.secret('admin-token', () => 'first');
    // Root's PostgreSQL runs as another user, who must pass through; nobody may list it.
    expect(mode(dataDir.path)).toBe(process.getuid?.() === 0 ? 0o711 : 0o700);
    expect(mode(join(dataDir.path, 'admin-token'))).toBe(0o600);
  });

  test('keeps a secret once it is made, and makes an empty one anew', () => {
    const dataDir = openDataDir(temporaryDataDir());
    expect(dataDir.secret('key', () => 'first')).toBe('first');
    expect(dataDir.secret('key', () => 'second')).toBe('first');
    writeFileSync(join(dataDir.path, 'key'), '');
    expect(dataDir.secret('key', () => 'third')).toBe('third');
  });

  test('says in one line when its place is taken by a file', () => {
    const file = join(temporaryDataDir(), 'file');
    writeFileSync(file, '');
    expect(() => openDataDir(file)).toThrow(`${file} is in the way: a directory is needed there.`);
  });
});

describe('the run lock', () => {
  test('tells the command line where the instance runs, until it is released', () => {
    const dataDir = openDataDir(temporaryDataDir());
    const lock = dataDir.acquire();
    lock.publish({ url: 'http://127.0.0.1:3000' });
    lock.publish({ databaseUrl: 'postgres://x', kafkaBrokers: ['127.0.0.1:9092'] });
    expect(findRunningInstance(dataDir.path)).toEqual({
      ...ownIdentity(),
      url: 'http://127.0.0.1:3000',
      databaseUrl: 'postgres://x',
      kafkaBrokers: ['127.0.0.1:9092'],
    });
    expect(mode(join(dataDir.path, 'run.json'))).toBe(0o600);
    lock.release();
    expect(findRunningInstance(dataDir.path)).toBeUndefined();
  });

  test('refuses a second instance in one line that names the first', () => {
    const dataDir = openDataDir(temporaryDataDir());
    dataDir.acquire().publish({ url: 'http://127.0.0.1:3000' });
    expect(() => dataDir.acquire()).toThrow(
      `Already running here on http://127.0.0.1:3000 (process ${process.pid}); ` +
        'stop it first or set CASETRAIL_DATA_DIR to another directory.',
    );
  });

  test('of an instance killed with -9 is taken over', async () => {
    const path = temporaryDataDir();
    const parent = holdServers(path, 'postgres');
    await parent.next();
    expect(findRunningInstance(path)?.pid).toBe(parent.child.pid);
    expect(() => openDataDir(path).acquire()).toThrow('Already running here');
    await killHard(parent);
    await stopOrphanPostgres(path, () => undefined);
    expect(findRunningInstance(path)).toBeUndefined();
    openDataDir(path).acquire();
    expect(findRunningInstance(path)?.pid).toBe(process.pid);
  });

  test('is not held by another process that was given the same pid', () => {
    const dataDir = openDataDir(temporaryDataDir());
    dataDir.acquire();
    const file = join(dataDir.path, 'run.json');
    const earlier = { ...ownIdentity(), startedAt: 'at another time' };
    writeFileSync(file, JSON.stringify(earlier));
    expect(findRunningInstance(dataDir.path)).toBeUndefined();
    dataDir.acquire();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(ownIdentity());
  });

  test('cut off in the middle by a full disk is taken over', () => {
    const dataDir = openDataDir(temporaryDataDir());
    writeFileSync(join(dataDir.path, 'run.json'), '{"pid": 1');
    dataDir.acquire();
    expect(findRunningInstance(dataDir.path)?.pid).toBe(process.pid);
  });
});

test('a zombie counts as dead: pid 1 of a container may never reap it', async () => {
  // The shell becomes `sleep`, which never waits for the child it inherits.
  const shell = spawn('/bin/sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 5'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const [line] = (await once(shell.stdout, 'data')) as [Buffer];
    const zombie = Number(line.toString());
    expect(identityOf(zombie)).toBeDefined();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(() => process.kill(zombie, 0)).not.toThrow();
    expect(identityOf(zombie)).toBeUndefined();
  } finally {
    shell.kill('SIGKILL');
  }
});
