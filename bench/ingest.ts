import { type ContenderName, type Setting, startContender, stopContender } from './ingest/contenders';
import { faultsOf } from './ingest/oracle';
import { measureRound, type Standing } from './ingest/rounds';
import { limitOf, summary } from './ingest/summary';
import { conclude, print, printTable, rounded, say } from './support/figures';
import { type Options, readOptions } from './support/options';
import { type BenchServer, withServer } from './support/server';

const WARM_UP_MS = 4_000;
const CONTENDERS: readonly ContenderName[] = [
  'casetrail',
  'ceiling',
  'emmett',
  'typeorm',
  'typeorm_same_front',
];

const ratioTo = (own: number, other: number | undefined): number =>
  other === undefined || other === 0 ? 0 : rounded(own / other, 2);

async function main(): Promise<void> {
  const options = readOptions({ seconds: 6, rounds: 3, connections: 64 });
  await withServer(async (server) => {
    const standings = await measureAll(server, options);
    const beside = await measureBeside(server, options);
    const faults: string[] = [];
    for (const { contender } of [...standings, ...beside.values()]) {
      say(`Checking what ${contender.name} stored …`);
      faults.push(...(await faultsOf(contender)));
      await stopContender(contender);
    }
    report(standings, beside, faults, options);
  });
}

async function measureAll(server: BenchServer, options: Options): Promise<Standing[]> {
  const standings: Standing[] = [];
  for (const name of CONTENDERS) {
    if (options.without.has(name)) continue;
    say(`Starting and warming up ${name} …`);
    const contender = await startContender(server, name, { connections: options.connections });
    await contender.load.run(0, WARM_UP_MS);
    standings.push({ contender, rounds: [] });
  }
  for (let round = 0; round < options.rounds; round++) {
    // Another one begins each round: what the machine does meanwhile hits all of them.
    const order = [
      ...standings.slice(round % standings.length),
      ...standings.slice(0, round % standings.length),
    ];
    for (const standing of order) await measureRound(server, standing, options.seconds, round);
  }
  return standings;
}

/** For information, each alone: the projector has work left when a round is over, and two nodes want both cores. */
async function measureBeside(server: BenchServer, options: Options): Promise<Map<string, Standing>> {
  const { connections, seconds } = options;
  const settings: Readonly<Record<string, Setting>> = {
    'all-roles': { connections, roles: 'ingress,projector,relay' },
    'two-nodes': { connections, nodes: 2 },
  };
  const standings = new Map<string, Standing>();
  for (const [name, setting] of Object.entries(settings)) {
    if (options.without.has(name)) continue;
    say(`Once more: ${name} …`);
    const contender = await startContender(server, 'casetrail', setting);
    await contender.load.run(0, WARM_UP_MS);
    const standing: Standing = { contender, rounds: [] };
    await measureRound(server, standing, seconds, 0);
    await Promise.all(contender.processes.map((process) => process.stop()));
    standings.set(`casetrail_${name.replace('-', '_')}`, standing);
  }
  return standings;
}

function report(
  standings: readonly Standing[],
  beside: ReadonlyMap<string, Standing>,
  faults: readonly string[],
  options: Options,
): void {
  const figures = Object.fromEntries(
    standings.map((standing) => [standing.contender.name, summary(standing)]),
  );
  for (const [name, standing] of beside) figures[name] = summary(standing);
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

void main();
