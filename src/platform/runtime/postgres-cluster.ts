import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createFileOnce, readTextIfThere } from './files';
import { canReach, type ServerAccount } from './postgres-account';
import { ROOT_HOME, type PostgresBinaries } from './postgres-binaries';
import { diskFullLine, startupError, storageError, type Log } from './startup-error';
import { POSTGRES_MAJOR } from './versions';

/** The cluster's own directory: the server's files, the superuser's password, the port of the last run. */
export interface ClusterHome {
  readonly path: string;
  readonly data: string;
  readonly passwordFile: string;
  readonly portFile: string;
}

const UNFINISHED = '.unfinished-';

/**
 * `<data dir>/postgres`, or a link there to a place that the server's user can reach: as root below a closed directory
 * such as /root no chmod of ours would be right.
 */
export function openClusterHome(dataDir: string, account: ServerAccount | undefined, log: Log): ClusterHome {
  const place = join(dataDir, 'postgres');
  try {
    if (account !== undefined && !existsSync(place) && !canReach(account, dataDir)) moveAway(place, log);
    mkdirSync(place, { recursive: true, mode: 0o700 });
    // Past the link: the server's user could not follow it.
    const path = realpathSync(place);
    chmodSync(path, 0o700);
    if (account !== undefined) chownSync(path, account.uid, account.gid);
    return {
      path,
      data: join(path, 'data'),
      passwordFile: join(path, 'superuser-password'),
      portFile: join(path, 'port'),
    };
  } catch (error) {
    throw storageError(error, place);
  }
}

function moveAway(path: string, log: Log): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    // The link's target was deleted: the database is gone with it and is made anew in the same place.
    mkdirSync(readlinkSync(path), { recursive: true, mode: 0o700 });
    return;
  }
  // A random name: a copied or renamed data directory keeps its own database, a fresh one never meets another's.
  const target = join(ROOT_HOME, `data-${randomBytes(6).toString('hex')}`);
  log(`Keeping the database in ${target}: the user PostgreSQL runs as cannot reach ${dirname(path)}.`);
  mkdirSync(ROOT_HOME, { recursive: true, mode: 0o755 });
  mkdirSync(target, { mode: 0o700 });
  symlinkSync(target, path);
}

/** Runs initdb when there is no cluster yet. It becomes `data` by a rename at its end, so a crash in the middle leaves none. */
export async function ensureCluster(
  home: ClusterHome,
  binaries: PostgresBinaries,
  account: ServerAccount | undefined,
  log: Log,
): Promise<string> {
  if (existsSync(home.data)) {
    refuseOtherMajor(home);
    return passwordOf(home);
  }
  log('Making the database cluster (initdb).');
  // A name of its own: the initdb of a killed start may still be writing into the last one.
  const unfinished = `${home.data}${UNFINISHED}${process.pid}`;
  try {
    removeUnfinished(home);
    rmSync(home.passwordFile, { force: true });
    createFileOnce(home.passwordFile, `${randomBytes(24).toString('base64url')}\n`);
    if (account !== undefined) chownSync(home.passwordFile, account.uid, account.gid);
    await initdb(unfinished, home, binaries, account);
    renameSync(unfinished, home.data);
  } catch (error) {
    removeUnfinished(home);
    throw storageError(error, home.path);
  }
  return passwordOf(home);
}

function removeUnfinished(home: ClusterHome): void {
  for (const name of readdirSync(home.path)) {
    if (name.includes(UNFINISHED))
      rmSync(join(home.path, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

function passwordOf(home: ClusterHome): string {
  const password = readTextIfThere(home.passwordFile)?.trim();
  if (password !== undefined && password !== '') return password;
  throw startupError(
    'storage_unavailable',
    `The file ${home.passwordFile} is missing; without it nobody can log in to the database beside it.`,
  );
}

function refuseOtherMajor(home: ClusterHome): void {
  const major = readTextIfThere(join(home.data, 'PG_VERSION'))?.trim();
  if (major === POSTGRES_MAJOR) return;
  throw startupError(
    'storage_unavailable',
    major === undefined
      ? `${home.data} is not a database cluster; move it away and start again.`
      : `${home.data} was made by PostgreSQL ${major}, this is PostgreSQL ${POSTGRES_MAJOR}; migrate it with pg_upgrade or move it away.`,
  );
}

async function initdb(
  directory: string,
  home: ClusterHome,
  binaries: PostgresBinaries,
  account: ServerAccount | undefined,
): Promise<void> {
  const args = [
    `--pgdata=${directory}`,
    '--username=postgres',
    `--pwfile=${home.passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Not the machine's locale: sort order and indexes must be the same wherever the directory is opened.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ];
  const failure = await new Promise<string | undefined>((resolve) => {
    let errors = '';
    // A group of its own, so that Ctrl-C stops the start and not this in the middle with a second message.
    const child = spawn(binaries.initdb, args, {
      detached: true,
      cwd: home.path,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
      ...account,
    });
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? undefined : errors));
  });
  if (failure !== undefined) throw initdbError(failure, home);
}

function initdbError(output: string, home: ClusterHome): Error {
  if (/No space left on device|Disk quota exceeded/.test(output))
    return startupError('storage_unavailable', diskFullLine(home.path));
  const reason =
    /(?:error|FATAL): *(.*)/.exec(output)?.[1] ?? output.trim().split('\n').at(-1) ?? 'no reason given';
  return startupError(
    'dependency_unavailable',
    `initdb failed under ${home.path}: ${reason}`,
    new Error(output),
  );
}
