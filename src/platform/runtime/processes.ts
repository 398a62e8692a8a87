import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pause } from '../../kernel/backoff';

/** A pid alone says little, it is used again; with the start time it names one process for good. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

export interface StopStep {
  readonly signal: NodeJS.Signals;
  readonly graceMs: number;
}

const POLL_MS = 25;

/** The identity of a living process; a zombie counts as dead, since pid 1 of a container may never reap it. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  const startedAt = process.platform === 'linux' ? startedOnLinux(pid) : startedByPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function isAlive(process: ProcessIdentity): boolean {
  return identityOf(process.pid)?.startedAt === process.startedAt;
}

/** Own identity; a process that runs this line is alive. */
export function ownIdentity(): ProcessIdentity {
  return identityOf(process.pid) ?? { pid: process.pid, startedAt: 'unknown' };
}

/** Command and arguments, to tell whose process a pid is; empty when it cannot be read. */
export function commandLineOf(pid: number): string {
  if (process.platform !== 'linux') return ps(pid, 'command=') ?? '';
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** Asks a process to end, harder with every step; false when it outlived them all. Never signals a reused pid. */
export async function endProcess(target: ProcessIdentity, steps: readonly StopStep[]): Promise<boolean> {
  for (const { signal, graceMs } of steps) {
    if (!isAlive(target)) return true;
    try {
      process.kill(target.pid, signal);
    } catch {
      return !isAlive(target);
    }
    const deadline = performance.now() + graceMs;
    while (isAlive(target) && performance.now() < deadline) await pause(POLL_MS);
  }
  return !isAlive(target);
}

function startedOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name stands in parentheses and may hold anything, so count fields from the last one on.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTicks] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X' || startTicks === undefined) return undefined;
    // Ticks count from boot; the boot's id keeps a pid of before a reboot from looking alive.
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${startTicks}`;
  } catch {
    return undefined;
  }
}

function startedByPs(pid: number): string | undefined {
  const [state, ...started] = (ps(pid, 'stat=,lstart=') ?? '').split(/\s+/);
  return state === undefined || state === '' || state.startsWith('Z') ? undefined : started.join(' ');
}

function ps(pid: number, columns: string): string | undefined {
  const answer = spawnSync('ps', ['-o', columns, '-p', String(pid)], {
    encoding: 'utf8',
    env: { LC_ALL: 'C', PATH: '/bin:/usr/bin' },
  });
  return answer.status === 0 ? answer.stdout.trim() : undefined;
}
