import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ROOT } from '../support/contender';

const LOOK_EVERY_MS = 20;

/** What `casetrail rebuild --json` prints, as far as it is used here. */
export interface RebuildDocument {
  readonly events: number;
  readonly seconds: number;
  readonly parked_tickets: number;
  readonly diff: { readonly changed: number; readonly added: number; readonly missing: number } | null;
}

export interface RebuildRun extends RebuildDocument {
  readonly peakBytes: number;
}

/** The product's command in a process of its own, as it ships. */
export async function runRebuild(
  databaseUrl: string,
  flags: readonly string[],
  projection = 'ticket',
): Promise<RebuildRun> {
  const { PATH = '' } = process.env;
  const child = spawn(
    process.execPath,
    [join(ROOT, 'dist/cli/main.js'), 'rebuild', projection, '--json', ...flags],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH, NODE_ENV: 'production', DATABASE_URL: databaseUrl },
    },
  );
  let peakBytes = 0;
  const looking = setInterval(() => (peakBytes = Math.max(peakBytes, peakOf(child.pid ?? 0))), LOOK_EVERY_MS);
  const [printed, [code]] = await Promise.all([
    text(child.stdout),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  clearInterval(looking);
  if (code !== 0 && code !== 1) throw new Error(`casetrail rebuild ended with ${String(code)}`);
  return { ...(JSON.parse(printed) as RebuildDocument), peakBytes };
}

/** The most memory that a process has had so far; 0 when it is gone. */
function peakOf(pid: number): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
