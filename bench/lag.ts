import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type RunningKafka, startKafka } from '../src/platform/runtime/kafka-launcher';
import { faultsOf } from './ingest/oracle';
import { type Contender, nodeSeconds, startContender, stopContender } from './ingest/contenders';
import { ConsumerProbe } from './lag/consumer-probe';
import { type Probe } from './lag/probe';
import { TableProbe } from './lag/table-probe';
import { ROOT } from './support/contender';
import { conclude, print, printTable, rounded, say } from './support/figures';
import { type BenchServer, withServer } from './support/server';
import { cpuSecondsWithChildren } from './support/usage';

const LEAD_IN_MS = 5_000;
const TOPIC_PREFIX = 'lag.';
const POSITION = /"position":"(\d+):(\d+)"/;

interface LagOptions {
  readonly rate: number;
  readonly seconds: number;
  readonly connections: number;
  readonly kafka: boolean;
}

/** At a steady rate: from the 200 answer to the row in rpt.ticket, and to the record in a consumer's hands. */
async function main(): Promise<void> {
  const options = givenOptions();
  await withServer(async (server) => {
    const kafka = options.kafka ? await kafkaBeside(server) : null;
    const brokers = kafka?.brokers.join(',');
    try {
      const more =
        brokers === undefined
          ? {}
          : { KAFKA: 'on', KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: TOPIC_PREFIX };
      const roles = kafka === null ? 'ingress,projector' : 'ingress,projector,relay';
      const contender = await startContender(server, 'casetrail', {
        connections: options.connections,
        roles,
        env: more,
      });
      const probes: Probe[] = [await TableProbe.open(contender.db)];
      if (kafka !== null)
        probes.push(await ConsumerProbe.open(kafka.brokers, `${TOPIC_PREFIX}ticket-events.v1`));
      await measure(server, contender, probes, options);
      await Promise.all(probes.map((probe) => probe.close()));
      await stopContender(contender);
    } finally {
      await kafka?.stop();
    }
  });
}

async function measure(
  server: BenchServer,
  contender: Contender,
  probes: readonly Probe[],
  { rate, seconds }: LagOptions,
): Promise<void> {
  const { load } = contender;
  let isMeasured = false;
  load.onAcknowledged = (answer, at) => {
    const [, lane, position] = POSITION.exec(answer) ?? [];
    if (!isMeasured || lane === undefined || position === undefined) return;
    for (const probe of probes) probe.expect(Number(lane), Number(position), at);
  };
  let began = { node: 0, postgres: 0, at: 0 };
  const usage = () => ({
    node: nodeSeconds(contender),
    postgres: cpuSecondsWithChildren(server.pid),
    at: performance.now() / 1000,
  });
  say(`${rate} webhooks a second for ${seconds} s …`);
  const answered = await load.run(
    LEAD_IN_MS,
    seconds * 1000,
    () => {
      isMeasured = true;
      began = usage();
    },
    rate,
  );
  const ended = usage();
  await Promise.all(probes.map((probe) => probe.settled()));
  const wall = ended.at - began.at;
  const [table, consumer] = probes.map((probe) => probe.figures());
  print(`\nFrom the 200 answer, at ${Math.round(answered.perSecond)} webhooks/s over ${seconds} s\n`);
  printTable(
    ['', 'p50 ms', 'p99 ms', 'max ms', 'seen'],
    probes.map((probe) => {
      const { p50, p99, max, seen } = probe.figures();
      return [probe.name, rounded(p50, 1), rounded(p99, 1), rounded(max, 1), seen];
    }),
  );
  print(`\nanswered: p50 ${rounded(answered.p50Ms, 1)} ms, p99 ${rounded(answered.p99Ms, 1)} ms`);
  print(
    `cores: Node ${rounded((ended.node - began.node) / wall, 2)}, PostgreSQL ${rounded((ended.postgres - began.postgres) / wall, 2)}\n`,
  );
  conclude({
    bench: 'lag',
    figures: {
      p50_ms: rounded(table?.p50 ?? 0, 1),
      p99_ms: rounded(table?.p99 ?? 0, 1),
      ...(consumer === undefined
        ? {}
        : { consumer_p50_ms: rounded(consumer.p50, 1), consumer_p99_ms: rounded(consumer.p99, 1) }),
      rate: Math.round(answered.perSecond),
    },
    ratios: {},
    faults: [...(await faultsOf(contender)), ...probes.flatMap((probe) => probe.faults())],
  });
}

async function kafkaBeside(server: BenchServer): Promise<RunningKafka> {
  const kafka = await startKafka({
    dataDir: server.directory,
    cacheDir: join(ROOT, '.data/cache'),
    log: say,
  });
  if (!kafka.available)
    throw new Error(`no Kafka (${kafka.reason}); --without-kafka leaves the consumer out`);
  return kafka;
}

function givenOptions(): LagOptions {
  const { values } = parseArgs({
    options: {
      rate: { type: 'string', default: '2000' },
      seconds: { type: 'string', default: '30' },
      connections: { type: 'string', default: '64' },
      'without-kafka': { type: 'boolean', default: false },
    },
  });
  return {
    rate: Number(values.rate),
    seconds: Number(values.seconds),
    connections: Number(values.connections),
    kafka: !values['without-kafka'],
  };
}

void main();
