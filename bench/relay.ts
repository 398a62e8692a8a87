import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { migrate } from '../src/platform/postgres/migrate';
import { type Database, openDatabase } from '../src/platform/postgres/database';
import { startKafka } from '../src/platform/runtime/kafka-launcher';
import { type Measured, measured, type RunOptions } from './relay/child';
import { LANES, seedBacklog } from './relay/backlog';
import { topicFaults } from './relay/oracle';
import { ROOT } from './support/contender';
import { conclude, median, print, printTable, rounded, say } from './support/figures';
import { type BenchServer, withServer } from './support/server';

const MEMORY_MAX_MB = 512;

/**
 * From the store to acked on the topic, over a backlog, against a kafkajs producer that has nothing to do but send: the
 * same bytes in the same batches, as many partitions beside each other, in the same run.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { events: { type: 'string', default: '200000' }, rounds: { type: 'string', default: '3' } },
  });
  const options = { events: Number(values.events), rounds: Number(values.rounds) };
  await withServer(async (server) => {
    const kafka = await startKafka({
      dataDir: server.directory,
      cacheDir: join(ROOT, '.data/cache'),
      log: say,
    });
    if (!kafka.available) throw new Error(`this benchmark needs a Kafka: ${kafka.reason}`);
    try {
      await compare(server, kafka.brokers, options);
    } finally {
      await kafka.stop();
    }
  });
}

async function compare(
  server: BenchServer,
  brokers: readonly string[],
  { rounds, events }: { readonly rounds: number; readonly events: number },
): Promise<void> {
  const databaseUrl = await server.createDatabase('relay');
  await migrate({ url: databaseUrl, lanes: LANES });
  const db = openDatabase({ url: databaseUrl, poolMax: 8, applicationName: 'bench', role: 'casetrail_app' });
  say(`Filling a log with ${events} events …`);
  await seedBacklog(db, events);
  const runs: { relay: Measured; bare: Measured }[] = [];
  const faults: string[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const run = (name: string): RunOptions => ({ databaseUrl, brokers, topic: `${name}-${round}` });
    const relay = await measured('relay/relay-run.ts', run('relay'));
    const bare = await measured('relay/bare-run.ts', run('bare'));
    for (const [name, { perSecond, cpuSeconds }] of Object.entries({ relay, bare }))
      say(`${name.padEnd(6)} ${perSecond.toFixed(0).padStart(7)}/s  ${cpuSeconds.toFixed(1)} s of CPU`);
    faults.push(...(await faultsOf(db, brokers, run('relay').topic)));
    runs.push({ relay, bare });
  }
  await db.close();
  report(runs, events, faults);
}

async function faultsOf(db: Database, brokers: readonly string[], topic: string): Promise<string[]> {
  say('Checking what is on the topic …');
  return (await topicFaults(db, brokers, topic)).map((fault) => `${topic}: ${fault}`);
}

function report(
  runs: readonly { readonly relay: Measured; readonly bare: Measured }[],
  events: number,
  faults: string[],
): void {
  const of = (name: 'relay' | 'bare', figure: keyof Measured): number =>
    rounded(median(runs.map((run) => run[name][figure])), 1);
  const peak = Math.max(...runs.map(({ relay }) => relay.peakMb));
  if (peak > MEMORY_MAX_MB) faults.push(`the relay took ${peak.toFixed(0)} MB, more than ${MEMORY_MAX_MB}`);
  print(`\n${events} events over ${LANES} lanes, ${runs.length} rounds, medians\n`);
  printTable(
    ['', 'events/s', 'CPU s', 'peak MB'],
    [
      ['store to topic', Math.round(of('relay', 'perSecond')), of('relay', 'cpuSeconds'), Math.round(peak)],
      ['bare kafkajs producer', Math.round(of('bare', 'perSecond')), of('bare', 'cpuSeconds'), ''],
    ],
  );
  print('');
  conclude({
    bench: 'relay',
    figures: {
      events_per_s: Math.round(of('relay', 'perSecond')),
      bare_producer_per_s: Math.round(of('bare', 'perSecond')),
      peak_mb: Math.round(peak),
    },
    ratios: {
      // Of the same round: what else the machine does then slows both.
      bare_producer: rounded(median(runs.map(({ relay, bare }) => relay.perSecond / bare.perSecond)), 2),
      bare_producer_cpu: rounded(of('bare', 'cpuSeconds') / of('relay', 'cpuSeconds'), 2),
    },
    faults,
  });
}

void main();
