import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ParentProcess {
  readonly child: ChildProcess;
  /** The next line that it prints, parsed. */
  next(): Promise<Record<string, unknown>>;
  exited(): Promise<number | null>;
}

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Runs hold-servers.ts as the leader of a process group, as a terminal would. */
export function holdServers(dataDir: string, what: 'postgres' | 'kafka'): ParentProcess {
  const script = [require.resolve('./run-typescript.cjs'), require.resolve('./hold-servers')];
  const child = spawn(process.execPath, [...script, dataDir, what], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exit = once(child, 'exit') as Promise<[number | null]>;
  return {
    child,
    next: async () => {
      const line = await lines.next();
      if (line.done === true) throw new Error('The parent process ended without a further line.');
      return JSON.parse(line.value) as Record<string, unknown>;
    },
    exited: async () => (await exit)[0],
  };
}

export async function killHard(parent: ParentProcess): Promise<void> {
  parent.child.kill('SIGKILL');
  await parent.exited();
}
