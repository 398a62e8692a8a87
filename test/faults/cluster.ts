import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pause } from '../../src/kernel/backoff';
import { asError } from '../../src/kernel/errors';
import { SecretBox } from '../../src/kernel/secret-box';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/runtime/embedded-postgres';
import { openDataDir } from '../../src/platform/runtime/data-dir';
import { freePort } from '../../src/platform/runtime/ports';
import { removeDirectory } from '../support/cluster';
import { type Ended, type Node, runCommand, startNode } from '../support/node';

const AGAIN_AFTER_MS = 200;

/** One node's place: its port, its data directory, and the process that runs there at the moment. */
interface Place {
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
  running: Node | undefined;
}

export interface FaultyClusterOptions {
  readonly directory: string;
  readonly log: (line: string) => void;
  /** 2 unless told otherwise. */
  readonly nodes?: number;
  /** What a node is told beside the addresses of its own; no Kafka unless this says so. */
  readonly envOf?: (node: number, databaseUrl: string) => Promise<Readonly<Record<string, string>>>;
}

/** PostgreSQL and some nodes of casetrail, each brought back whenever it is gone. Loopback only. */
export class FaultyCluster {
  readonly #stopping = new AbortController();
  readonly #loops: Promise<void>[] = [];

  private constructor(
    private readonly directory: string,
    private postgres: EmbeddedPostgres,
    private readonly places: readonly Place[],
    private readonly log: (line: string) => void,
  ) {}

  static async start({
    directory,
    log,
    nodes = 2,
    envOf = () => Promise.resolve({ KAFKA: 'off' }),
  }: FaultyClusterOptions): Promise<FaultyCluster> {
    openDataDir(directory);
    const postgres = await startDatabase(directory).catch((thrown: unknown) => {
      removeDirectory(directory);
      throw thrown;
    });
    const shared = {
      DATABASE_URL: postgres.url,
      SECRETS_KEY: SecretBox.newKey(),
      ADMIN_TOKEN: randomBytes(24).toString('hex'),
      LOG_LEVEL: 'error',
    };
    const places: Place[] = [];
    for (let i = 0; i < nodes; i += 1) {
      const port = await freePort(undefined);
      const own = { PORT: String(port), CASETRAIL_DATA_DIR: join(directory, `node-${i}`) };
      const env = { ...shared, ...own, ...(await envOf(i, postgres.url)) };
      places.push({ url: `http://127.0.0.1:${port}`, env, running: undefined });
    }
    const cluster = new FaultyCluster(directory, postgres, places, log);
    cluster.#loops.push(cluster.#keepDatabase(), ...places.map((place) => cluster.#keepNode(place)));
    return cluster;
  }

  get urls(): readonly string[] {
    return this.places.map(({ url }) => url);
  }

  get databaseUrl(): string {
    return this.postgres.url;
  }

  /** Resolves once every node has said that it is ready. */
  async ready(): Promise<void> {
    while (this.places.some(({ running }) => running === undefined)) await pause(AGAIN_AFTER_MS);
  }

  command(...args: string[]): Promise<Ended> {
    return runCommand(args, this.places[0]?.env ?? {});
  }

  /** Undefined while that node is down. */
  processId(index: number): number | undefined {
    return this.places[index]?.running?.child.pid;
  }

  /** False when that node is down already. */
  killNode(index: number): boolean {
    const node = this.places[index]?.running;
    return node?.child.kill('SIGKILL') ?? false;
  }

  /** Holds a node still; false when it is down. What goes on meanwhile it learns only when it is let go on. */
  pauseNode(index: number): boolean {
    return this.places[index]?.running?.child.kill('SIGSTOP') ?? false;
  }

  resumeNode(index: number): void {
    this.places[index]?.running?.child.kill('SIGCONT');
  }

  killPostgres(): boolean {
    try {
      return process.kill(this.postgres.pid, 'SIGKILL');
    } catch {
      return false;
    }
  }

  async stopNodes(signal: NodeJS.Signals): Promise<void> {
    this.#stopping.abort();
    for (const { running } of this.places) running?.child.kill(signal);
    await Promise.all(this.#loops);
  }

  async stop(): Promise<void> {
    await this.stopNodes('SIGKILL');
    await this.postgres.stop();
    removeDirectory(this.directory);
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #keepNode(place: Place): Promise<void> {
    while (!this.#isStopping()) {
      try {
        const node = await startNode(place.env);
        const exit = new Promise((resolve) => node.child.once('exit', resolve));
        place.running = node;
        if (this.#isStopping()) node.child.kill('SIGKILL');
        await exit;
        place.running = undefined;
        // Killed by us it says nothing; what it says when it ends by itself is worth reading.
        if (!this.#isStopping() && node.child.signalCode !== 'SIGKILL')
          this.log(`a node ended by itself:\n${node.output()}`);
      } catch {
        // It did not come up: PostgreSQL is away.
        await pause(AGAIN_AFTER_MS);
      }
    }
  }

  async #keepDatabase(): Promise<void> {
    while (!this.#isStopping()) {
      const gone = this.postgres.unexpectedExit.then(() => true);
      if (!(await Promise.race([gone, pause(AGAIN_AFTER_MS).then(() => false)]))) continue;
      await pause(Math.random() * 1000);
      try {
        this.postgres = await startDatabase(this.directory);
      } catch (thrown) {
        this.log(`PostgreSQL did not come back: ${asError(thrown).message}`);
      }
    }
  }
}

function startDatabase(directory: string): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir: directory, log: () => undefined, database: 'casetrail' });
}
