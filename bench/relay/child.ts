import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export interface RunOptions {
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  readonly topic: string;
}

export interface Measured {
  readonly events: number;
  readonly perSecond: number;
  readonly cpuSeconds: number;
  /** Of the process, at its largest. */
  readonly peakMb: number;
}

const BENCH = join(__dirname, '..');

/** Runs a file of the benchmarks in a process of its own, so that nobody else's memory or garbage counts. */
export async function measured(file: string, options: RunOptions): Promise<Measured> {
  const args = ['-r', join(BENCH, 'support/register.cjs'), join(BENCH, file), JSON.stringify(options)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const stop = (): boolean => child.kill('SIGKILL');
  process.once('exit', stop);
  const output = await text(child.stdout);
  await ended;
  process.off('exit', stop);
  if (child.exitCode !== 0) throw new Error(`${file} ended with ${String(child.exitCode)}`);
  return JSON.parse(output) as Measured;
}

/** In the child: what it was told. */
export function givenOptions(): RunOptions {
  return JSON.parse(process.argv[2] ?? '') as RunOptions;
}

/** In the child: adds up the times that count. */
export class Meter {
  #ms = 0;
  #cpu = 0;

  async timed<T>(work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const before = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(before);
    this.#ms += performance.now() - began;
    this.#cpu += (user + system) / 1e6;
    return result;
  }

  tell(events: number): void {
    const figures: Measured = {
      events,
      perSecond: (events * 1000) / this.#ms,
      cpuSeconds: this.#cpu,
      peakMb: process.resourceUsage().maxRSS / 1024,
    };
    process.stdout.write(JSON.stringify(figures));
  }
}
