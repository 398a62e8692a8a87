import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { type Json, SECRETS_KEY, startApp, type TestApp } from '../../support/app';
import { temporaryDataDir } from '../../support/cluster';
import { freshDatabase } from '../../support/database';

const ROOT = join(__dirname, '../../..');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running application, and the built command line beside it in processes of its own. */
export interface Desk {
  readonly app: TestApp;
  /** For the files of this suite. */
  readonly directory: string;
  start(...args: string[]): ChildProcess;
  casetrail(...args: string[]): Promise<Ended>;
  /** With `--json`, of a command that must succeed. */
  json<T = Json>(...args: string[]): Promise<T>;
  /** Of a command that must fail: what it says. */
  refusal(...args: string[]): Promise<string>;
  rows(text: string, ...values: unknown[]): Promise<Json[]>;
}

/** Called at the top of a suite. */
export function desk(env: Readonly<Record<string, string>> = {}): Desk {
  const database = freshDatabase();
  let app: TestApp | undefined;
  let directory = '';
  beforeAll(async () => {
    app = await startApp(database.url, env);
    directory = mkdtempSync(join(temporaryDataDir(), 'files-'));
  });
  afterAll(() => app?.close());

  const running = (): TestApp => {
    if (app === undefined) throw new Error('The application is started in beforeAll.');
    return app;
  };
  const start = (...args: string[]): ChildProcess => {
    const { PATH, HOME } = process.env;
    const own = {
      DATABASE_URL: database.url,
      SECRETS_KEY,
      PORT: new URL(running().url).port,
      CASETRAIL_DATA_DIR: directory,
    };
    return spawn(process.execPath, [join(ROOT, 'dist/cli/main.js'), ...args], {
      env: { PATH, HOME, ...own },
    });
  };
  const casetrail = async (...args: string[]): Promise<Ended> => {
    const child = start(...args);
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream]?.on('data', (chunk: Buffer) => (said[stream] += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, ...said };
  };
  return {
    get app() {
      return running();
    },
    get directory() {
      return directory;
    },
    start,
    casetrail,
    json: async <T = Json>(...args: string[]): Promise<T> => {
      const { code, stdout, stderr } = await casetrail(...args, '--json');
      if (code !== 0) throw new Error(`casetrail ${args.join(' ')} ended with ${String(code)}: ${stderr}`);
      return JSON.parse(stdout) as T;
    },
    refusal: async (...args) => {
      const { code, stdout, stderr } = await casetrail(...args);
      if (code !== 1 || stdout !== '')
        throw new Error(`casetrail ${args.join(' ')}: ${String(code)} ${stdout}`);
      return stderr;
    },
    rows: (text, ...values) => running().services.db.query<Json>({ text, values }),
  };
}
