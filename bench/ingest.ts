import { type ContenderName, startContender, stopContender } from './ingest/contenders';
import { faultsOf } from './ingest/oracle';
import { measureRound, type Standing } from './ingest/rounds';
import { limitOf, summary } from './ingest/summary';
import { conclude, print, printTable, rounded, say } from './support/figures';
import { type Options, readOptions } from './support/options';
import { type BenchServer, withServer } from './support/server';

const WARM_UP_MS = 4_000;
const CONTENDERS: readonly ContenderName[] = ['casetrail', 'ceiling', 'emmett', 'typeorm'];

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
  for (const name of CONTENDERS) {
    if (options.without.has(name)) continue;
    say(`Starting and warming up ${name} …`);
    const contender = await startContender(server, name, options.connections);
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

/** For information: the projector works beside the ingress. Alone, since it has work left when a round is over. */
async function measureAllRoles(server: BenchServer, options: Options): Promise<Standing> {
  say('Once more with all roles …');
  const contender = await startContender(server, 'casetrail', options.connections, 'ingress,projector,relay');
  await contender.load.run(0, WARM_UP_MS);
  const standing: Standing = { contender, rounds: [] };
  await measureRound(server, standing, options.seconds, 0);
  return standing;
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

void main();
