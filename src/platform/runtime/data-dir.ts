import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createFileOnce, readJsonIfThere, readTextIfThere, replaceFile } from './files';
import { isAlive, ownIdentity, type ProcessIdentity } from './processes';
import { startupError, storageError, errnoOf } from './startup-error';

/** What a running instance tells the command line of the same data directory. The file holds a password: mode 0600. */
export interface RunningInstance extends ProcessIdentity {
  readonly url?: string;
  readonly databaseUrl?: string;
  readonly kafkaBrokers?: readonly string[];
}

export interface RunLock {
  /** Adds what is known by now; the file changes in one step. */
  publish(known: Omit<Partial<RunningInstance>, keyof ProcessIdentity>): void;
  release(): void;
}

const RUN_FILE = 'run.json';

/** Makes the data directory when it is missing and closes it to others. */
export function openDataDir(path: string): DataDir {
  const root = resolve(path);
  try {
    mkdirSync(root, { recursive: true });
    // Root's PostgreSQL runs as another user, who must be able to pass through; the secrets in it are 0600 by themselves.
    chmodSync(root, process.getuid?.() === 0 ? 0o711 : 0o700);
    return new DataDir(root);
  } catch (error) {
    throw storageError(error, root);
  }
}

/** The living instance that holds this data directory, if any; never makes the directory. */
export function findRunningInstance(path: string): RunningInstance | undefined {
  const instance = readInstance(join(resolve(path), RUN_FILE));
  return instance !== undefined && isAlive(instance) ? instance : undefined;
}

export class DataDir {
  constructor(readonly path: string) {}

  /** A small secret, where there is one. */
  kept(name: string): string | undefined {
    const file = join(this.path, name);
    try {
      return readTextIfThere(file)?.trim() || undefined;
    } catch (error) {
      throw storageError(error, file);
    }
  }

  /** A small secret, made once and then kept: `make` runs only when the file is missing or empty. */
  secret(name: string, make: () => string): string {
    const file = join(this.path, name);
    try {
      const kept = readTextIfThere(file)?.trim();
      if (kept !== undefined && kept !== '') return kept;
      if (kept === '') rmSync(file);
      createFileOnce(file, `${make()}\n`);
      return readTextIfThere(file)?.trim() ?? '';
    } catch (error) {
      throw storageError(error, file);
    }
  }

  /** One instance per data directory. The lock of a dead process is taken over; a living one is named and refused. */
  acquire(): RunLock {
    const file = join(this.path, RUN_FILE);
    const own: RunningInstance = ownIdentity();
    try {
      while (!createFileOnce(file, JSON.stringify(own))) this.setStaleLockAside(file);
    } catch (error) {
      throw storageError(error, file);
    }
    return new HeldLock(file, own);
  }

  private setStaleLockAside(file: string): void {
    this.refuseIfAlive(readInstance(file));
    const aside = `${file}.${process.pid}.stale`;
    try {
      renameSync(file, aside);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return;
      throw error;
    }
    // Another start may have taken over between the read and the rename: what moved aside is then its lock, not the stale one.
    const moved = readInstance(aside);
    if (moved !== undefined && isAlive(moved) && !existsSync(file)) renameSync(aside, file);
    else rmSync(aside, { force: true });
    this.refuseIfAlive(moved);
  }

  private refuseIfAlive(holder: RunningInstance | undefined): void {
    if (holder === undefined || !isAlive(holder)) return;
    const where = holder.url === undefined ? '' : ` on ${holder.url}`;
    throw startupError(
      'already_running',
      `Already running here${where} (process ${holder.pid}); stop it first or set CASETRAIL_DATA_DIR to another directory.`,
    );
  }
}

class HeldLock implements RunLock {
  constructor(
    private readonly file: string,
    private instance: RunningInstance,
  ) {}

  publish(known: Omit<Partial<RunningInstance>, keyof ProcessIdentity>): void {
    this.instance = { ...this.instance, ...known };
    replaceFile(this.file, JSON.stringify(this.instance));
  }

  release(): void {
    const holder = readInstance(this.file);
    if (holder?.pid === this.instance.pid && holder.startedAt === this.instance.startedAt)
      rmSync(this.file, { force: true });
  }
}

function readInstance(file: string): RunningInstance | undefined {
  const found = readJsonIfThere(file);
  if (typeof found !== 'object' || found === null) return undefined;
  const { pid, startedAt } = found as Partial<RunningInstance>;
  return typeof pid === 'number' && typeof startedAt === 'string' ? (found as RunningInstance) : undefined;
}
