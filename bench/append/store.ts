import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { migrate } from '../../src/platform/postgres/migrate';
import { Ledger } from '../../src/ledger/ledger';
import { IncomingLives, patterns } from '../support/appends';

const LANES = 8;
const BATCH_MAX = 256;
const PATIENCE_MS = 60_000;

export interface AppendRun {
  readonly perSecond: number;
}

/** The product's Ledger in this process, with the app's role and grants. */
export class LedgerUnderLoad {
  readonly acknowledged = new Set<string>();
  readonly #ledger: Ledger;
  readonly #patterns = patterns();
  readonly #writers: IncomingLives[] = [];

  private constructor(readonly db: Database) {
    this.#ledger = new Ledger(db, {
      lanes: LANES,
      batchMax: BATCH_MAX,
      queueMax: 4096,
      queueBytesMax: 64 * 1024 * 1024,
      clock: Date.now,
      log: (message) => void process.stderr.write(`${message}\n`),
      onAppended: () => undefined,
    });
  }

  static async open(url: string): Promise<LedgerUnderLoad> {
    await migrate({ url, lanes: LANES });
    const db = openDatabase({ url, poolMax: 8, applicationName: 'bench', role: 'casetrail_app' });
    return new LedgerUnderLoad(db);
  }

  /** So many writers, each waiting for the commit of its event before it appends the next. */
  async run(writers: number, ms: number): Promise<AppendRun> {
    while (this.#writers.length < writers)
      this.#writers.push(new IncomingLives(`T${this.#writers.length}`, this.#patterns));
    const begin = performance.now();
    let events = 0;
    const write = async (lives: IncomingLives): Promise<void> => {
      while (performance.now() - begin < ms) {
        const incoming = lives.next();
        const outcome = await this.#ledger.append(incoming, Date.now() + PATIENCE_MS);
        if (outcome.kind !== 'stored')
          throw new Error(`expected a new event, got ${JSON.stringify(outcome)}`);
        this.acknowledged.add(incoming.eventId);
        events += 1;
      }
    };
    await Promise.all(this.#writers.slice(0, writers).map(write));
    return { perSecond: (events * 1000) / (performance.now() - begin) };
  }

  async close(): Promise<void> {
    await this.#ledger.close(PATIENCE_MS);
    await this.db.close();
  }
}
