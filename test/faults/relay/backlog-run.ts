import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seedBacklog } from '../../../bench/relay/backlog';
import { openDatabase } from '../../../src/platform/postgres/database';
import { FaultyCluster } from '../cluster';
import { ProxiedBrokers } from './brokers';
import { caughtUp } from './caught-up';
import { checkTopics, type Findings } from './oracle';

const SECOND = 1000;
const PREFIX = 'backlog.';
const MEMORY_MAX_MB = 512;
const DRAIN_MS = 600 * SECOND;

export interface BacklogReport extends Findings {
  readonly drainSeconds: number;
  /** Of the node's process, at its largest. */
  readonly peakMb: number;
}

export interface BacklogOptions {
  readonly events: number;
  /** Goes with the run. */
  readonly directory: string;
  readonly log: (line: string) => void;
  readonly onStarted?: (stop: () => Promise<void>) => void;
}

/** One whole node whose Kafka is away while the log grows, and what it does and takes when Kafka is back. */
export async function runBacklog(options: BacklogOptions): Promise<BacklogReport> {
  const { events, directory, log } = options;
  const brokers = await ProxiedBrokers.start({ dataDir: join(directory, 'brokers'), brokers: 1, ways: 1 });
  const stops = [(): Promise<void> => brokers.stop()];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  options.onStarted?.(stop);
  try {
    await brokers.goAway();
    const kafka = { KAFKA_BROKERS: brokers.ways[0]?.addresses.join(',') ?? '', KAFKA_TOPIC_PREFIX: PREFIX };
    const cluster = await FaultyCluster.start({
      directory: join(directory, 'node'),
      log,
      nodes: 1,
      envOf: () => Promise.resolve(kafka),
    });
    stops.push(() => cluster.stop());
    await cluster.ready();
    const db = openDatabase({ url: cluster.databaseUrl, poolMax: 8, applicationName: 'test-backlog' });
    stops.push(() => db.close());
    const node = cluster.processId(0) ?? 0;
    log(`filling the log with ${events} events, Kafka is away`);
    await seedBacklog(db, events);
    log(`Kafka is back; the node has taken ${Math.round(peakMb(node))} MB so far`);
    await brokers.comeBack();
    const began = performance.now();
    const behind = await caughtUp(db, DRAIN_MS);
    const drainSeconds = (performance.now() - began) / SECOND;
    const taken = peakMb(node);
    log('reading the topics');
    const found = await checkTopics(db, brokers.direct, PREFIX);
    const tooMuch = `the node took ${Math.round(taken)} MB, more than ${MEMORY_MAX_MB}`;
    const faults = [...behind, ...found.faults, ...(taken > MEMORY_MAX_MB ? [tooMuch] : [])];
    return { ...found, faults, drainSeconds, peakMb: taken };
  } finally {
    await stop();
  }
}

/** Linux' own note of the most memory a process has ever had. */
function peakMb(processId: number): number {
  const status = readFileSync(`/proc/${processId}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}
