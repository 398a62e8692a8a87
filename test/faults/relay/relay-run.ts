import { join } from 'node:path';
import { pause } from '../../../src/kernel/backoff';
import { type Database, openDatabase } from '../../../src/platform/postgres/database';
import { FaultyCluster } from '../cluster';
import { Load } from '../load';
import { topicName } from '../../../src/relay/relay-topic';
import { addSource } from '../add-source';
import { ProxiedBrokers } from './brokers';
import { caughtUp } from './caught-up';
import { checkMaterialised } from './check-materialised';
import { checkTopics, type Findings } from './oracle';
import { type Fault, faultsFor } from './faults';
import { Materialiser } from './materialiser';
import { Way } from './way';

const SECOND = 1000;
const PREFIX = 'faults.';
const SENDERS = 24;
const SETTLE_MS = 120 * SECOND;
const NODES = 2;
/** For faults that found nothing to happen to. */
const AGAIN_MAX = 4;

export interface RelayFaultReport extends Findings {
  readonly events: number;
  /** That the consumer followed. */
  readonly tickets: number;
  /** How often each fault really happened. */
  readonly done: Readonly<Record<string, number>>;
}

export interface RelayFaultOptions {
  readonly seconds: number;
  /** How long Kafka stays away when it goes. */
  readonly awaySeconds: number;
  /** Goes with the run. */
  readonly directory: string;
  readonly log: (line: string) => void;
  readonly onStarted?: (stop: () => Promise<void>) => void;
}

/**
 * Two nodes share the lanes under load, and a consumer follows, while Kafka, its network, PostgreSQL and all of them fail;
 * then the topics are read, and what the consumer made of them is compared with rpt.ticket.
 */
export async function runRelayFaults(options: RelayFaultOptions): Promise<RelayFaultReport> {
  const { directory, log } = options;
  const dataDir = join(directory, 'brokers');
  const brokers = await ProxiedBrokers.start({ dataDir, brokers: 3, ways: NODES + 1 });
  const stops = [(): Promise<void> => brokers.stop()];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  options.onStarted?.(stop);
  try {
    const cluster = await startNodes(brokers, join(directory, 'nodes'), log);
    stops.push(() => cluster.stop());
    await cluster.ready();
    const consumer = new Materialiser(
      brokers.ways[NODES]?.addresses ?? [],
      topicName(PREFIX, 'ticket-events'),
    );
    stops.push(() => consumer.stop());
    const load = new Load({ urls: cluster.urls, senders: SENDERS, ...(await addSource(cluster)) });
    load.start();
    const done = await failAtRandom(faultsFor({ cluster, brokers, consumer, ...options }), options);
    log('no more faults');
    await load.finish(SETTLE_MS);
    await cluster.ready();
    const db = openDatabase({ url: cluster.databaseUrl, poolMax: 2, applicationName: 'test-faults' });
    try {
      return { ...(await findings(db, brokers, consumer)), events: load.sent.length, done };
    } finally {
      await db.close();
    }
  } finally {
    await stop();
  }
}

function startNodes(
  brokers: ProxiedBrokers,
  directory: string,
  log: (line: string) => void,
): Promise<FaultyCluster> {
  const envOf = async (node: number, databaseUrl: string): Promise<Record<string, string>> => {
    const way = brokers.ways[node] ?? new Way();
    return {
      DATABASE_URL: await way.openDatabase(databaseUrl),
      KAFKA_BROKERS: way.addresses.join(','),
      KAFKA_TOPIC_PREFIX: PREFIX,
    };
  };
  return FaultyCluster.start({ directory, log, nodes: NODES, envOf });
}

async function findings(
  db: Database,
  brokers: ProxiedBrokers,
  consumer: Materialiser,
): Promise<Findings & Pick<RelayFaultReport, 'tickets'>> {
  const behind = await caughtUp(db, SETTLE_MS);
  const found = await checkTopics(db, brokers.direct, PREFIX);
  const materialised = await checkMaterialised(db, consumer, SETTLE_MS);
  return { ...found, tickets: consumer.tickets.size, faults: [...behind, ...found.faults, ...materialised] };
}

/** Each fault once, in any order, then whichever comes, until the time is up. What met nothing is tried again. */
async function failAtRandom(
  faults: readonly Fault[],
  { seconds, log }: RelayFaultOptions,
): Promise<Record<string, number>> {
  const until = Date.now() + seconds * SECOND;
  const done = Object.fromEntries(faults.map(({ name }) => [name, 0]));
  let next = shuffled(faults);
  await pause(SECOND);
  for (let again = 0; ;) {
    for (const fault of next) {
      const { name } = fault;
      const isDone = await fault.happen();
      log(isDone ? name : `${name}: it did not come to that`);
      done[name] = (done[name] ?? 0) + Number(isDone);
      await pause((0.3 + Math.random()) * SECOND);
    }
    const missed = faults.filter(({ name }) => done[name] === 0);
    const isOver = Date.now() > until;
    if (isOver) again += 1;
    if (isOver && (missed.length === 0 || again > AGAIN_MAX)) return done;
    next = shuffled(isOver ? missed : faults);
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
