import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');

export interface Example {
  readonly child: ChildProcess;
  output(): string;
  lines(): string[];
  /** The exit code, or null when the signal itself ended it. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** One of examples/ as a person runs it, against the built product. */
export function runExample(name: string, args: readonly string[]): Example {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [join(ROOT, 'examples', `${name}.mjs`), ...args], {
    cwd: ROOT,
    env: { PATH, HOME },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return {
    child,
    output: () => text,
    lines: () => text.split('\n').filter((line) => line !== ''),
    stop: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const ended = once(child, 'exit') as Promise<[number | null]>;
      child.kill(signal);
      return (await ended)[0];
    },
  };
}
