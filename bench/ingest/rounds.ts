import { type Database } from '../../src/platform/postgres/database';
import { say } from '../support/figures';
import { type RoundFigures } from '../support/http-load';
import { type BenchServer, databaseBytes, walBytes } from '../support/server';
import { cpuSeconds, cpuSecondsWithChildren } from '../support/usage';
import { type Contender, nodeSeconds } from './contenders';

/** After the checkpoint before each round: the first change of each page writes all of it into the log. */
const LEAD_IN_MS = 1_000;

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

export interface Round extends RoundFigures, Cost {}

export interface Standing {
  readonly contender: Contender;
  readonly rounds: Round[];
}

export async function measureRound(
  server: BenchServer,
  standing: Standing,
  seconds: number,
  round: number,
): Promise<void> {
  const { contender, rounds } = standing;
  await server.admin.query({ text: 'CHECKPOINT' });
  const before = await usageOf(server, contender);
  let cpuBefore = cpuOf(server, contender);
  const figures = await contender.load.run(LEAD_IN_MS, seconds * 1000, () => {
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
    node: nodeSeconds(contender),
    postgres: cpuSecondsWithChildren(server.pid),
    generator: cpuSeconds(process.pid),
  };
}

async function usageOf(
  server: BenchServer,
  { name, load, database, db }: Contender,
): Promise<{ wal: number; table: number; appends: number; events: number }> {
  const appends = name === 'casetrail' ? await appendsOf(db) : 0;
  return {
    wal: await walBytes(server),
    table: await databaseBytes(server, database),
    appends,
    events: load.acknowledged.size,
  };
}

async function appendsOf(db: Database): Promise<number> {
  const [row] = await db.query<{ n: number }>({
    text: 'SELECT count(DISTINCT attempt_id) AS n FROM es.append',
  });
  return row?.n ?? 0;
}
