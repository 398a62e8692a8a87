import { join } from 'node:path';
import { pause } from '../../../src/kernel/backoff';
import { type Database, openDatabase } from '../../../src/platform/postgres/database';
import { FaultyCluster } from '../cluster';
import { Load } from '../load';
import { ProxiedBrokers } from './brokers';
import { checkTopics, type Findings } from './oracle';
import { type Fault, faultsFor } from './faults';

const SECOND = 1000;
const PREFIX = 'faults.';
const SENDERS = 24;
const SETTLE_MS = 120 * SECOND;

export interface RelayFaultReport extends Findings {
  readonly events: number;
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

/** Two nodes share the lanes under load while Kafka, its network, PostgreSQL and they themselves fail; then all topics are read. */
export async function runRelayFaults(options: RelayFaultOptions): Promise<RelayFaultReport> {
  const { directory, log } = options;
  const brokers = await ProxiedBrokers.start(join(directory, 'brokers'));
  const stops = [(): Promise<void> => brokers.stop()];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  options.onStarted?.(stop);
  try {
    const env = { KAFKA_BROKERS: brokers.proxied, KAFKA_TOPIC_PREFIX: PREFIX };
    const cluster = await FaultyCluster.start(join(directory, 'nodes'), log, env);
    stops.push(() => cluster.stop());
    await cluster.ready();
    const load = new Load({ urls: cluster.urls, senders: SENDERS, ...(await addSource(cluster)) });
    load.start();
    const done = await failAtRandom(faultsFor(cluster, brokers, options), options);
    await load.finish(SETTLE_MS);
    await cluster.ready();
    const db = openDatabase({ url: cluster.databaseUrl, poolMax: 2, applicationName: 'test-faults' });
    try {
      const behind = await caughtUp(db);
      const found = await checkTopics(db, brokers.direct, PREFIX);
      return { ...found, faults: [...behind, ...found.faults], events: load.sent.length, done };
    } finally {
      await db.close();
    }
  } finally {
    await stop();
  }
}

/** Each fault once, in any order, then whichever comes, until the time is up. */
async function failAtRandom(
  faults: readonly Fault[],
  { seconds, log }: RelayFaultOptions,
): Promise<Record<string, number>> {
  const until = Date.now() + seconds * SECOND;
  const done: Record<string, number> = {};
  let next: Fault[] = [];
  await pause(SECOND);
  while (Date.now() < until || next.length > 0) {
    if (next.length === 0) next = shuffled(faults);
    const fault = next.pop();
    if (fault === undefined) continue;
    log(fault.name);
    if (await fault.happen()) done[fault.name] = (done[fault.name] ?? 0) + 1;
    await pause((0.3 + Math.random()) * SECOND);
  }
  return done;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

const BEHIND = `
  SELECT f.name, f.lane, f.position, f.error, max(a.last_position) AS head
  FROM es.follower f JOIN es.append a ON a.lane = f.lane
  WHERE f.name LIKE 'relay:%' GROUP BY f.name, f.lane HAVING f.position < max(a.last_position)`;

/** What is still behind when the patience ends. */
async function caughtUp(db: Database): Promise<string[]> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const behind = await db
      .query<Record<'name' | 'lane' | 'position' | 'error' | 'head', string>>({ text: BEHIND })
      .catch(() => undefined);
    if (behind?.length === 0) return [];
    if (Date.now() > deadline) {
      return (behind ?? []).map(
        ({ name, lane, position, head, error }) =>
          `${name} lane ${lane} stays at ${position} of ${head}: ${error}`,
      );
    }
    await pause(SECOND / 2);
  }
}

async function addSource(
  cluster: FaultyCluster,
): Promise<{ key: string; source: { secret: string; integrationId: string } }> {
  const made = await cluster.command('source', 'add', 'faults', '--profile', 'telegram-crm', '--json');
  if (made.code !== 0) throw new Error(`no source could be made:\n${made.output}`);
  const { key, secret, integration_id: integrationId } = JSON.parse(made.output) as Record<string, string>;
  return { key: key ?? '', source: { secret: secret ?? '', integrationId: integrationId ?? '' } };
}
