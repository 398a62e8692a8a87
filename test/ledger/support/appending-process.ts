import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Incoming } from '../../../src/ledger/incoming';
import { type Outcome } from '../../../src/ledger/outcome';

export interface Order {
  readonly id: number;
  readonly afterMs: number;
  readonly incoming: Incoming;
}

export type Report =
  { readonly id: number; readonly outcome: Outcome } | { readonly id: number; readonly error: string };

/** A node's ledger in a process of its own: its caches and queues are no one else's. */
export interface AppendingProcess {
  append(incoming: Incoming, afterMs: number): Promise<Outcome>;
  stop(): Promise<void>;
}

export function startAppending(url: string): AppendingProcess {
  const runner = join(__dirname, '../../runtime/run-typescript.cjs');
  const script = require.resolve('./append-on-order');
  // Structured clones: raw bytes travel as bytes.
  const child = fork(runner, [script, url], { serialization: 'advanced', stdio: 'inherit' });
  const waiting = new Map<number, (report: Report) => void>();
  let orders = 0;
  child.on('message', (report: Report) => {
    waiting.get(report.id)?.(report);
    waiting.delete(report.id);
  });
  return {
    append: (incoming, afterMs) =>
      new Promise((resolve, reject) => {
        const order: Order = { id: (orders += 1), afterMs, incoming };
        waiting.set(order.id, (report) => {
          if ('outcome' in report) resolve(report.outcome);
          else reject(new Error(report.error));
        });
        child.send(order);
      }),
    stop: () => stopped(child),
  };
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.disconnect();
  await exit;
}
