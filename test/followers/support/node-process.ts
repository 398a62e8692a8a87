import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';

export interface NodeOrder {
  readonly url: string;
  readonly node: string;
  readonly pollMs: number;
  /** Stops itself, as SIGSTOP does, in the middle of its first batch. */
  readonly freezeInBatch: boolean;
}

export interface NodeProcess {
  readonly node: string;
  signal(signal: NodeJS.Signals): void;
  /** Sends it and waits for the end. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

const children: ChildProcess[] = [];

/** What a test that failed has left behind. */
export function killLeftovers(): void {
  for (const child of children.splice(0)) child.kill('SIGKILL');
}

export function startNodeProcess(url: string, options: Partial<NodeOrder> = {}): NodeProcess {
  const order: NodeOrder = { url, node: randomUUID(), pollMs: 100, freezeInBatch: false, ...options };
  const runner = join(__dirname, '../../runtime/run-typescript.cjs');
  const args = [runner, require.resolve('./follow-on-order'), JSON.stringify(order)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  children.push(child);
  return {
    node: order.node,
    signal: (signal) => void child.kill(signal),
    end: async (signal) => {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}
