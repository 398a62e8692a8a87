import { pause } from '../../../src/kernel/backoff';
import { type FaultyCluster } from '../cluster';
import { type ProxiedBrokers } from './brokers';
import { type BrokerProxy, type Cut } from './proxy';

const SECOND = 1000;
/** Longer than a lease: the node's lanes are another's when it goes on. */
const STILL_MS = 4 * SECOND;
const CUT_WITHIN_MS = 5 * SECOND;
const LOOK_MS = 20;

export interface Fault {
  readonly name: string;
  /** Resolves when it is over, or lasts by itself; false when there was nothing to do it to. */
  happen(): Promise<boolean>;
}

export function faultsFor(
  cluster: FaultyCluster,
  brokers: ProxiedBrokers,
  { awaySeconds }: { readonly awaySeconds: number },
): readonly Fault[] {
  return [
    {
      name: 'a broker is killed and restarted',
      happen: () => brokers.killAndRestart(anyOf([0, 1, 2])),
    },
    cut(brokers, 'before the broker acts'),
    cut(brokers, 'after the broker acted'),
    killed(cluster, brokers, 'before the broker acts'),
    killed(cluster, brokers, 'after the broker acted'),
    { name: 'answers are slow', happen: () => slow(brokers.proxies) },
    { name: 'a node is killed', happen: () => Promise.resolve(cluster.killNode(anyOf([0, 1]))) },
    { name: 'a node stands still and goes on', happen: () => standStill(cluster, anyOf([0, 1])) },
    { name: 'PostgreSQL is killed', happen: () => Promise.resolve(cluster.killPostgres()) },
    {
      name: 'Kafka is away',
      happen: async () => {
        await brokers.goAway();
        await pause(awaySeconds * SECOND);
        await brokers.comeBack();
        return true;
      },
    },
  ];
}

function cut({ proxies }: ProxiedBrokers, at: Cut): Fault {
  return { name: `a connection is cut ${at}`, happen: () => metBy(anyOf(proxies), at) };
}

/** The relay dies with a batch under way: which node sent it is not known here, so it may be the other one. */
function killed(cluster: FaultyCluster, { proxies }: ProxiedBrokers, at: Cut): Fault {
  return {
    name: `a node is killed with a batch under way, ${at}`,
    happen: () => metBy(anyOf(proxies), at, () => cluster.killNode(anyOf([0, 1]))),
  };
}

/** Waits until a batch has met it, or none comes. */
async function metBy(proxy: BrokerProxy, at: Cut, onCut?: () => void): Promise<boolean> {
  const before = proxy.cuts;
  proxy.cutNext(at, onCut);
  for (let waited = 0; waited < CUT_WITHIN_MS && proxy.cuts === before; waited += LOOK_MS)
    await pause(LOOK_MS);
  return proxy.cuts > before;
}

async function slow(proxies: readonly BrokerProxy[]): Promise<boolean> {
  const proxy = anyOf(proxies);
  proxy.delayAnswers(1500);
  await pause(3 * SECOND);
  proxy.delayAnswers(0);
  return true;
}

async function standStill(cluster: FaultyCluster, node: number): Promise<boolean> {
  if (!cluster.pauseNode(node)) return false;
  await pause(STILL_MS);
  cluster.resumeNode(node);
  return true;
}

function anyOf<T>(items: readonly T[]): T {
  return items[Math.floor(Math.random() * items.length)] as T;
}
