import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { endProcess, identityOf, type ProcessIdentity, type StopStep } from './processes';

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly account?: { readonly uid: number; readonly gid: number };
  /** Asks it to end in order. */
  readonly stopSignal: NodeJS.Signals;
}

const LOG_ROTATE_BYTES = 10 * 1024 * 1024;

/** A parent that ends without having stopped them (in the middle of a start, say) asks them with its last breath. */
const running = new Set<ServerProcess>();
process.on('exit', () => {
  for (const server of running) server.ask();
});

/**
 * A server in its own process group: Ctrl-C reaches the terminal's whole group, and a server that got it would stop
 * before the app has drained. Its output goes straight to a file, so it also outlives a killed parent without a broken
 * pipe, and the next start finds it by its identity.
 */
export class ServerProcess {
  /** Resolves with what ended it; never rejects. */
  readonly exited: Promise<string>;
  readonly identity: ProcessIdentity | undefined;
  private readonly child: ChildProcess;
  private readonly logStart: number;
  private ended = false;

  constructor(private readonly spec: ServerCommand) {
    this.logStart = rotateLog(spec.logFile);
    const output = openSync(spec.logFile, 'a', 0o600);
    try {
      this.child = spawn(spec.command, spec.args, {
        detached: true,
        stdio: ['ignore', output, output],
        cwd: spec.cwd,
        ...(spec.env === undefined ? {} : { env: spec.env }),
        ...spec.account,
      });
    } finally {
      closeSync(output);
    }
    this.child.unref();
    this.exited = new Promise((resolve) => {
      const end = (how: string): void => {
        this.ended = true;
        running.delete(this);
        resolve(how);
      };
      this.child.once('error', (error) => end(error.message));
      this.child.once('exit', (code, signal) =>
        end(signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`),
      );
    });
    this.identity = this.child.pid === undefined ? undefined : identityOf(this.child.pid);
    running.add(this);
  }

  get running(): boolean {
    return !this.ended;
  }

  /** What this run has written so far. */
  output(): string {
    try {
      return readFileSync(this.spec.logFile).subarray(this.logStart).toString('utf8');
    } catch {
      return '';
    }
  }

  ask(): void {
    this.child.kill(this.spec.stopSignal);
  }

  async stop(steps: readonly StopStep[]): Promise<void> {
    if (this.ended || this.identity === undefined) return;
    // The event loop may have nothing else to live for, and must not end before the server has.
    this.child.ref();
    if (await endProcess(this.identity, steps)) await this.exited;
  }
}

/** One old log is kept; returns where this run's lines begin. */
function rotateLog(logFile: string): number {
  mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 });
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size < LOG_ROTATE_BYTES) return size;
  renameSync(logFile, `${logFile}.1`);
  return 0;
}
