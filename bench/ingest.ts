import { cpus } from 'node:os';
import { casetrail, ceiling, type Contender, emmett, stopContender, typeorm } from './ingest/contenders';
import { faultsOf } from './ingest/oracle';
import { conclude, median, print, printTable, rounded, say } from './support/figures';
import { type RoundFigures } from './support/http-load';
import { type Options, readOptions } from './support/options';
import { type BenchServer, databaseBytes, walBytes, withServer } from './support/server';
import { cpuSeconds, cpuSecondsWithChildren } from './support/usage';

const WARM_UP_MS = 4_000;
/** After the checkpoint before each round: the first change of each page writes all of it into the log. */
const LEAD_IN_MS = 1_000;

const CONTENDERS = {
  casetrail: (server: BenchServer, connections: number) => casetrail(server, connections, 'ingress'),
  ceiling,
  emmett,
  typeorm,
} as const;

interface Cost {
  readonly wallS: number;
  readonly nodeS: number;
  readonly postgresS: number;
  readonly generatorS: number;
  readonly walBytes: number;
  readonly tableBytes: number;
  readonly appends: number;
  readonly events: number;
}

interface Round extends RoundFigures, Cost {}

interface Standing {
  readonly contender: Contender;
  readonly rounds: Round[];
}

const ratioTo = (own: number, other: number | undefined): number =>
  other === undefined || other === 0 ? 0 : rounded(own / other, 2);

async function main(): Promise<void> {
  const options = readOptions({ seconds: 6, rounds: 3, connections: 64 });
  await withServer(async (server) => {
    const standings = await measureAll(server, options);
    const withAllRoles = options.without.has('all-roles')
      ? undefined
      : await measureAllRoles(server, options);
    const faults: string[] = [];
    for (const { contender } of [...standings, ...(withAllRoles === undefined ? [] : [withAllRoles])]) {
      say(`Checking what ${contender.name} stored …`);
      faults.push(...(await faultsOf(contender)));
      await stopContender(contender);
    }
    report(standings, withAllRoles, faults, options);
  });
}

async function measureAll(server: BenchServer, options: Options): Promise<Standing[]> {
  const standings: Standing[] = [];
  for (const [name, start] of Object.entries(CONTENDERS)) {
    if (options.without.has(name)) continue;
    say(`Starting and warming up ${name} …`);
    const contender = await start(server, options.connections);
    await contender.load.run(0, WARM_UP_MS);
    standings.push({ contender, rounds: [] });
  }
  for (let round = 0; round < options.rounds; round++) {
    // Another one begins each round: what the machine does meanwhile hits all of them.
    const order = [
      ...standings.slice(round % standings.length),
      ...standings.slice(0, round % standings.length),
    ];
    for (const standing of order) await measureRound(server, standing, options, round);
  }
  return standings;
}

/** For information: the projector works beside the ingress. Alone, since it has work left when a round is over. */
async function measureAllRoles(server: BenchServer, options: Options): Promise<Standing> {
  say('Once more with all roles …');
  const contender = {
    ...(await casetrail(server, options.connections, 'ingress,projector,relay')),
    name: 'casetrail',
  };
  await contender.load.run(0, WARM_UP_MS);
  const standing: Standing = { contender, rounds: [] };
  await measureRound(server, standing, options, 0);
  return standing;
}

async function measureRound(
  server: BenchServer,
  standing: Standing,
  options: Options,
  round: number,
): Promise<void> {
  const { contender, rounds } = standing;
  await server.admin.query({ text: 'CHECKPOINT' });
  const before = await usageOf(server, contender);
  let cpuBefore = cpuOf(server, contender);
  const figures = await contender.load.run(LEAD_IN_MS, options.seconds * 1000, () => {
    cpuBefore = cpuOf(server, contender);
  });
  const cpuAfter = cpuOf(server, contender);
  const after = await usageOf(server, contender);
  rounds.push({
    ...figures,
    wallS: cpuAfter.at - cpuBefore.at,
    nodeS: cpuAfter.node - cpuBefore.node,
    postgresS: cpuAfter.postgres - cpuBefore.postgres,
    generatorS: cpuAfter.generator - cpuBefore.generator,
    walBytes: after.wal - before.wal,
    tableBytes: after.table - before.table,
    appends: after.appends - before.appends,
    events: after.events - before.events,
  });
  say(`round ${round + 1}  ${contender.name.padEnd(10)} ${figures.perSecond.toFixed(0).padStart(6)}/s`);
}

interface Cpu {
  readonly at: number;
  readonly node: number;
  readonly postgres: number;
  readonly generator: number;
}

function cpuOf(server: BenchServer, contender: Contender): Cpu {
  return {
    at: performance.now() / 1000,
    node: cpuSeconds(contender.process.pid),
    postgres: cpuSecondsWithChildren(server.pid),
    generator: cpuSeconds(process.pid),
  };
}

async function usageOf(
  server: BenchServer,
  { name, load, store }: Contender,
): Promise<{ wal: number; table: number; appends: number; events: number }> {
  const appends = name === 'casetrail' ? await appendsOf(store) : 0;
  return {
    wal: await walBytes(server),
    table: store === null ? 0 : await databaseBytes(server, store.database),
    appends,
    events: load.acknowledged.size,
  };
}

async function appendsOf(store: Contender['store']): Promise<number> {
  const text = 'SELECT count(DISTINCT attempt_id) AS n FROM es.append';
  const rows = await store?.db.query<{ n: number }>({ text });
  return rows?.[0]?.n ?? 0;
}

/** The middle round of each figure. */
function summary({ rounds }: Standing): Record<string, number> {
  const of = (figure: (round: Round) => number): number => median(rounds.map(figure));
  const per1000 = (seconds: (round: Round) => number): number =>
    rounded(
      of((round) => (seconds(round) * 1000) / (round.perSecond * round.wallS)),
      3,
    );
  const perEvent = (bytes: (round: Round) => number): number =>
    Math.round(of((round) => bytes(round) / round.events));
  return {
    per_s: Math.round(of((round) => round.perSecond)),
    p50_ms: rounded(
      of((round) => round.p50Ms),
      2,
    ),
    p99_ms: rounded(
      of((round) => round.p99Ms),
      2,
    ),
    node_cpu_s_per_1000: per1000((round) => round.nodeS),
    postgres_cpu_s_per_1000: per1000((round) => round.postgresS),
    generator_cpu_s_per_1000: per1000((round) => round.generatorS),
    wal_bytes_per_event: perEvent((round) => round.walBytes),
    table_bytes_per_event: perEvent((round) => round.tableBytes),
    events_per_append: rounded(
      of((round) => (round.appends === 0 ? 0 : round.events / round.appends)),
      1,
    ),
  };
}

function report(
  standings: readonly Standing[],
  withAllRoles: Standing | undefined,
  faults: readonly string[],
  options: Options,
): void {
  const figures = Object.fromEntries(
    standings.map((standing) => [standing.contender.name, summary(standing)]),
  );
  if (withAllRoles !== undefined) figures['casetrail_all_roles'] = summary(withAllRoles);
  const head = [
    '',
    '/s',
    'p50 ms',
    'p99 ms',
    'node',
    'postgres',
    'generator',
    'WAL B',
    'table B',
    'per append',
  ];
  print(
    `\nAccepted webhooks over HTTP, ${options.connections} connections, ${options.rounds} rounds of ${options.seconds} s, medians`,
  );
  print('CPU in seconds per 1000 webhooks; bytes per event\n');
  printTable(
    head,
    Object.entries(figures).map(([name, figure]) => [name, ...Object.values(figure)]),
  );
  const perSecond = (name: string): number | undefined => figures[name]?.['per_s'];
  const own = perSecond('casetrail') ?? 0;
  const ratios = Object.fromEntries(
    ['ceiling', 'emmett', 'typeorm'].map((peer) => [peer, ratioTo(own, perSecond(peer))]),
  );
  print('');
  for (const [peer, ratio] of Object.entries(ratios)) print(`casetrail / ${peer.padEnd(8)} ${ratio}`);
  const casetrailRounds = standings.find(({ contender }) => contender.name === 'casetrail')?.rounds ?? [];
  if (casetrailRounds.length > 0) print(`\n${limitOf(casetrailRounds)}\n`);
  conclude({ bench: 'ingest', figures, ratios, faults });
}

/** Where the next gain lies. */
function limitOf(rounds: readonly Round[]): string {
  const cores = cpus().length;
  const share = (seconds: (round: Round) => number): number =>
    median(rounds.map((r) => seconds(r) / r.wallS));
  const node = share((round) => round.nodeS);
  const postgres = share((round) => round.postgresS);
  const generator = share((round) => round.generatorS);
  const busy = node + postgres + generator;
  const of = (value: number): string => `${(value * 100).toFixed(0)} %`;
  const split = `Node ${of(node)} of a core, PostgreSQL ${of(postgres)}, load generator ${of(generator)}`;
  const roundTrips = 'One round trip to PostgreSQL per append.';
  if (busy > cores * 0.9)
    return `Limit now: CPU. ${split}: ${of(busy / cores)} of ${cores} cores. ${roundTrips}`;
  if (node > 0.9) return `Limit now: the one thread of Node. ${split}. ${roundTrips}`;
  return `Limit now: waiting (fsync, or other work on this machine). ${split}: ${of(busy / cores)} of ${cores} cores. ${roundTrips}`;
}

void main();
