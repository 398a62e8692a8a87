import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const READY_WITHIN_MS = 60_000;
const STOP_GRACE_MS = 15_000;
/** Those of `npm start`, for whoever is measured beside it too. */
const NODE_FLAGS = ['--max-semi-space-size=32'];

export const ROOT = join(__dirname, '../..');
const REGISTER = join(__dirname, 'register.cjs');

/** A server in a process of its own, which says `… ready on http://host:port` once it listens. */
export class ContenderProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: URL,
  ) {}

  /** The product, as `npm start` runs it. */
  static product(env: Readonly<Record<string, string>>): Promise<ContenderProcess> {
    return ContenderProcess.#start([join(ROOT, 'dist/cli/main.js'), 'start'], env);
  }

  /** A file of this directory's parent, given its options as one JSON text. */
  static peer(file: string, options: Readonly<Record<string, unknown>>): Promise<ContenderProcess> {
    return ContenderProcess.#start(
      ['-r', REGISTER, join(__dirname, '..', file), JSON.stringify(options)],
      {},
    );
  }

  static async #start(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<ContenderProcess> {
    const { PATH = '' } = process.env;
    const child = spawn(process.execPath, [...NODE_FLAGS, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH, NODE_ENV: 'production', ...env },
    });
    // A benchmark that fails half-way leaves nothing running.
    process.once('exit', () => child.kill('SIGKILL'));
    try {
      return new ContenderProcess(child, await readyUrl(child));
    } catch (thrown) {
      child.kill('SIGKILL');
      throw thrown;
    }
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_GRACE_MS);
    await gone;
    clearTimeout(timer);
  }
}

function readyUrl(child: ChildProcess): Promise<URL> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('a contender did not get ready')), READY_WITHIN_MS);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`a contender ended before it was ready (${String(code ?? signal)})`));
    });
    if (child.stdout === null) return;
    createInterface(child.stdout).on('line', (line) => {
      const url = /ready on (http:\S+)/.exec(line)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(new URL(url));
    });
  });
}
