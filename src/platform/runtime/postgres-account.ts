import { execFile, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { promisify } from 'node:util';
import { startupError, type Log } from './startup-error';

/** The user that PostgreSQL runs as when we are root, which it refuses to be. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

const USER = 'postgres';
const run = promisify(execFile);

/** Undefined for an ordinary user, who runs the server itself. `cluster` is an existing data directory: its owner goes on with it. */
export async function serverAccount(cluster: string, log: Log): Promise<ServerAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(cluster, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const known = await accountOf(USER);
  if (known !== undefined) return known;
  log(`Making the system user ${USER}, since PostgreSQL does not run as root.`);
  try {
    await run('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      USER,
    ]);
  } catch (error) {
    throw startupError(
      'dependency_unavailable',
      `PostgreSQL does not run as root and the user ${USER} could not be made; start casetrail as an ordinary user.`,
      error,
    );
  }
  const made = await accountOf(USER);
  if (made === undefined)
    throw startupError('dependency_unavailable', `The user ${USER} was made but is not found.`);
  return made;
}

/** Asked of the system itself, which also knows access lists and mount options. */
export function canReach(account: ServerAccount, path: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -x "$0"', path], { cwd: '/', ...account }).status === 0;
}

async function accountOf(user: string): Promise<ServerAccount | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', user]), run('id', ['-g', user])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}
