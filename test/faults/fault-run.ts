import { pause } from '../../src/kernel/backoff';
import { openDatabase } from '../../src/platform/postgres/database';
import { addSource } from './add-source';
import { FaultyCluster } from './cluster';
import { Load, type Sent } from './load';

const SECOND = 1000;
const SENDERS = 24;
const DRAIN_MS = 60 * SECOND;

export interface FaultReport {
  readonly nodeKills: number;
  readonly postgresKills: number;
  readonly events: number;
  readonly acknowledgements: number;
  /** Answers that made a sender try again, by status; 0 = no answer. */
  readonly refusals: Readonly<Record<string, number>>;
  /** What must not be; empty when all went well. */
  readonly faults: readonly string[];
  readonly verify: unknown;
}

export interface FaultRunOptions {
  readonly seconds: number;
  /** Goes with the run. */
  readonly directory: string;
  readonly log: (line: string) => void;
  /** Handed over once there are servers, for whoever is interrupted. */
  readonly onStarted?: (stop: () => Promise<void>) => void;
}

/** Load on two nodes while they and their PostgreSQL are killed with -9; then every promise is checked. */
export async function runFaults(options: FaultRunOptions): Promise<FaultReport> {
  const { seconds, directory, log } = options;
  const cluster = await FaultyCluster.start({ directory, log });
  options.onStarted?.(() => cluster.stop());
  try {
    await cluster.ready();
    const load = new Load({ urls: cluster.urls, senders: SENDERS, ...(await addSource(cluster)) });
    load.start();
    const kills = await killAtRandom(cluster, seconds, () => log(`${load.sent.length} events`));
    await load.finish(DRAIN_MS);
    await cluster.ready();
    const verify = await verified(cluster);
    await cluster.stopNodes('SIGTERM');
    return {
      ...kills,
      events: load.sent.length,
      acknowledgements: load.sent.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
      refusals: Object.fromEntries(load.refusals),
      faults: [...(await brokenPromises(cluster.databaseUrl, load.sent)), ...verify.faults],
      verify: verify.answer,
    };
  } finally {
    await cluster.stop();
  }
}

/** A kill every other second: one node, the other, PostgreSQL, now and then a node and PostgreSQL together. */
async function killAtRandom(
  cluster: FaultyCluster,
  seconds: number,
  tell: () => void,
): Promise<{ nodeKills: number; postgresKills: number }> {
  const until = Date.now() + seconds * SECOND;
  let [nodeKills, postgresKills] = [0, 0];
  await pause(SECOND);
  while (Date.now() < until) {
    // By half-time each kind has happened: chance alone leaves one out of a short run now and then.
    const isLate = Date.now() > until - (seconds * SECOND) / 2;
    const missing = postgresKills === 0 ? 1 : nodeKills === 0 ? 0 : null;
    const choice = (isLate ? missing : null) ?? Math.random();
    if (choice < 0.7) nodeKills += Number(cluster.killNode(Math.random() < 0.5 ? 0 : 1));
    if (choice > 0.6) postgresKills += Number(cluster.killPostgres());
    tell();
    await pause((1 + Math.random() * 1.8) * SECOND);
  }
  return { nodeKills, postgresKills };
}

async function verified(cluster: FaultyCluster): Promise<{ answer: unknown; faults: string[] }> {
  const { code, output } = await cluster.command('verify', '--json');
  return {
    answer: output.trim(),
    faults: code === 0 ? [] : [`verify ended with ${String(code)}: ${output}`],
  };
}

/** Counted in the table itself, without the index that is to keep events single. */
const STORED = `SELECT e.dedupe_key AS key, e.lane || ':' || e.position AS place FROM es.event e WHERE e.source = 'faults'`;

async function brokenPromises(url: string, sent: readonly Sent[]): Promise<string[]> {
  const db = openDatabase({ url, poolMax: 1, applicationName: 'test-faults' });
  try {
    const stored = new Map<string, string[]>();
    const rows = await db.transaction(async (tx) => {
      for (const kind of ['indexscan', 'indexonlyscan', 'bitmapscan'])
        await tx.query({ text: `SET LOCAL enable_${kind} = off` });
      return tx.query<{ key: string; place: string }>({ text: STORED });
    });
    for (const { key, place } of rows) stored.set(key, [...(stored.get(key) ?? []), place]);
    const known = new Set(sent.map(({ eventId }) => eventId));
    const strangers = [...stored.keys()].filter((key) => !known.has(key));
    return [
      ...sent.flatMap((one) => brokenPromise(one, stored.get(one.eventId) ?? [])),
      ...strangers.map((key) => `${key} is stored and was never sent`),
    ];
  } finally {
    await db.close();
  }
}

function brokenPromise({ eventId, acknowledged, places }: Sent, stored: readonly string[]): string[] {
  if (acknowledged === 0) return [`${eventId} was sent again and again and never acknowledged`];
  if (stored.length !== 1) return [`${eventId} was acknowledged and is stored ${stored.length} times`];
  const others = [...places].filter((place) => place !== stored[0]);
  return others.map((place) => `${eventId} was acknowledged at ${place} and is stored at ${stored[0] ?? ''}`);
}
