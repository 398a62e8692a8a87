import { pause } from '../../../src/kernel/backoff';
import { type FaultyCluster } from '../cluster';
import { type ProxiedBrokers } from './brokers';
import { type Materialiser } from './materialiser';
import { POINTS, type PointName } from './points';
import { type TcpProxy } from './tcp-proxy';

const SECOND = 1000;
/** Longer than a lease: the node's lanes are another's when it goes on. */
const STILL_MS = 4 * SECOND;
const NODES = [0, 1] as const;

export interface Fault {
  readonly name: string;
  /** Resolves when it is over, or lasts by itself; false when there was nothing to do it to. */
  happen(): Promise<boolean>;
}

export interface Victims {
  readonly cluster: FaultyCluster;
  readonly brokers: ProxiedBrokers;
  readonly consumer: Materialiser;
  /** How long Kafka stays away when it goes. */
  readonly awaySeconds: number;
}

export function faultsFor(victims: Victims): readonly Fault[] {
  const { cluster, brokers, consumer } = victims;
  return [
    ...killedAt.map((point) => kill(victims, point)),
    ...cutAt.map((point) => cut(victims, point)),
    {
      name: 'a broker is killed and restarted',
      happen: () => brokers.killAndRestart(anyOf([0, 1, 2])),
    },
    { name: 'a broker answers slowly', happen: () => slow(brokers) },
    { name: 'a node stands still and goes on', happen: () => standStill(cluster, anyOf(NODES)) },
    { name: 'PostgreSQL is killed', happen: () => Promise.resolve(cluster.killPostgres()) },
    { name: 'the consumer is restarted', happen: () => consumer.restart() },
    { name: 'Kafka is away', happen: () => away(victims) },
  ];
}

const KILLED = 'a node is killed ';
const killedAt = Object.keys(POINTS) as readonly PointName[];
const cutAt: readonly PointName[] = [
  'before the broker has the batch',
  'after the broker has the batch and before its answer',
  'between two slices',
];

/** The names of the points at which a node was killed. */
export function pointsMet(done: Readonly<Record<string, number>>): string[] {
  return Object.keys(done).filter((name) => name.startsWith(KILLED) && (done[name] ?? 0) > 0);
}

function kill({ cluster, brokers }: Victims, point: PointName): Fault {
  return {
    name: `${KILLED}${point}`,
    happen: () => {
      const node = anyRunning(cluster);
      const hit = brokers.ways[node]?.cutAt(POINTS[point], () => cluster.killNode(node));
      // A lane is opened when it changes hands.
      if (point === 'while it opens a lane') cluster.killNode(1 - node);
      return hit ?? Promise.resolve(false);
    },
  };
}

function cut({ cluster, brokers }: Victims, point: PointName): Fault {
  return {
    name: `a connection is cut ${point}`,
    happen: () => brokers.ways[anyRunning(cluster)]?.cutAt(POINTS[point]) ?? Promise.resolve(false),
  };
}

async function slow({ ways }: ProxiedBrokers): Promise<boolean> {
  const broker = anyOf([0, 1, 2]);
  const proxies = ways.map(({ brokers }) => brokers[broker] as TcpProxy);
  for (const proxy of proxies) proxy.delayAnswers(1500);
  await pause(3 * SECOND);
  for (const proxy of proxies) proxy.delayAnswers(0);
  return true;
}

async function away({ brokers, awaySeconds }: Victims): Promise<boolean> {
  await brokers.goAway();
  await pause(awaySeconds * SECOND);
  await brokers.comeBack();
  return true;
}

async function standStill(cluster: FaultyCluster, node: number): Promise<boolean> {
  if (!cluster.pauseNode(node)) return false;
  await pause(STILL_MS);
  cluster.resumeNode(node);
  return true;
}

function anyRunning(cluster: FaultyCluster): number {
  const running = NODES.filter((node) => cluster.processId(node) !== undefined);
  return anyOf(running.length > 0 ? running : NODES);
}

function anyOf<T>(items: readonly T[]): T {
  return items[Math.floor(Math.random() * items.length)] as T;
}
