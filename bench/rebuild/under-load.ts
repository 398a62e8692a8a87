import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { type Contender, startContender, stopContender } from '../ingest/contenders';
import { faultsOf } from '../ingest/oracle';
import { conclude, print, printTable, rounded, say } from '../support/figures';
import { type RoundFigures } from '../support/http-load';
import { type BenchServer } from '../support/server';
import { runRebuild } from './command';
import { caughtUp } from './fill-and-follow';
import { foldFaults } from './pure-fold';

const LEAD_IN_MS = 5_000;
const CONNECTIONS = 64;
const VIEWS = ['ticket', 'ticket_metrics', 'status_interval', 'message_fact', 'sla_instance'];

export interface UnderLoad {
  readonly perSecond: number;
  readonly seconds: number;
}

/** One rebuild after the other while webhooks arrive at a steady rate and analysts read. */
export async function rebuildUnderLoad(
  server: BenchServer,
  { perSecond, seconds }: UnderLoad,
): Promise<void> {
  const node = await startContender(server, 'casetrail', {
    connections: CONNECTIONS,
    roles: 'ingress,projector',
  });
  const url = server.urlOf(node.database);
  const analysts = openDatabase({
    url,
    poolMax: VIEWS.length,
    applicationName: 'analyst',
    role: 'casetrail_analyst',
  });
  const readers = VIEWS.map((view) => new Reader(analysts, view));
  const rebuilds: number[] = [];
  let isOver = false;
  const rebuilding = async (): Promise<void> => {
    while (!isOver) rebuilds.push((await runRebuild(url, [], 'all')).seconds);
  };
  say(`${perSecond} webhooks a second for ${seconds} s, and rebuilds all the while …`);
  let rebuilt: Promise<void> = Promise.resolve();
  const answered = await node.load.run(
    LEAD_IN_MS,
    seconds * 1000,
    () => {
      rebuilt = rebuilding();
    },
    perSecond,
  );
  isOver = true;
  await rebuilt;
  const faults = (await Promise.all(readers.map((reader) => reader.stop()))).flat();
  await analysts.close();
  faults.push(...(await rowFaults(node, url)));
  await stopContender(node);
  tell(answered, rebuilds, readers, faults);
}

/** What is stored is what was acknowledged, and the rows are those of the fold. */
async function rowFaults(node: Contender, url: string): Promise<string[]> {
  await caughtUp(node.db);
  const { diff, parked_tickets: parked } = await runRebuild(url, ['--diff', '--dry-run'], 'all');
  const differing = diff === null ? 0 : diff.changed + diff.added + diff.missing;
  return [
    ...(await faultsOf(node)),
    ...(await foldFaults(node.db)),
    ...(differing > 0 ? [`the rows are not those of a rebuild: ${JSON.stringify(diff)}`] : []),
    ...(parked > 0 ? [`${parked} tickets were parked`] : []),
  ];
}

/** Never an error, and never fewer rows than before. */
class Reader {
  reads = 0;
  readonly #faults: string[] = [];
  #isStopped = false;
  readonly #reading: Promise<void>;

  constructor(
    private readonly db: Database,
    readonly view: string,
  ) {
    this.#reading = this.#read();
  }

  async stop(): Promise<string[]> {
    this.#isStopped = true;
    await this.#reading;
    return this.#faults;
  }

  async #read(): Promise<void> {
    const text = `SELECT count(*)::int AS n FROM rpt.${this.view}`;
    let seen = 0;
    while (!this.#isStopped && this.#faults.length === 0) {
      try {
        const [row] = await this.db.query<{ n: number }>({ name: `count_${this.view}`, text });
        const found = row?.n ?? 0;
        if (found < seen) this.#faults.push(`rpt.${this.view}: ${found} rows after ${seen}`);
        seen = found;
        this.reads += 1;
      } catch (thrown) {
        this.#faults.push(`rpt.${this.view}: ${String(thrown)}`);
      }
      await new Promise((go) => setTimeout(go, 50));
    }
  }
}

function tell(
  answered: RoundFigures,
  rebuilds: readonly number[],
  readers: readonly Reader[],
  faults: readonly string[],
): void {
  const reads = readers.reduce((sum, reader) => sum + reader.reads, 0);
  const rate = Math.round(answered.perSecond);
  print(`\n${rebuilds.length} rebuilds of all projections at ${rate} webhooks/s\n`);
  printTable(
    ['', ''],
    [
      ['webhooks answered a second', rate],
      ['p50 ms', rounded(answered.p50Ms, 1)],
      ['p99 ms', rounded(answered.p99Ms, 1)],
      ['rebuilds, each s', rebuilds.map((seconds) => rounded(seconds, 1)).join(' ')],
      ['reads by analysts', reads],
    ],
  );
  print('');
  const nothing = rebuilds.length === 0 || reads === 0 ? ['nothing was rebuilt or read'] : [];
  conclude({
    bench: 'rebuild',
    figures: {
      rate,
      p50_ms: rounded(answered.p50Ms, 1),
      p99_ms: rounded(answered.p99Ms, 1),
      rebuilds: rebuilds.length,
      reads,
    },
    ratios: {},
    faults: [...faults, ...nothing],
  });
}
