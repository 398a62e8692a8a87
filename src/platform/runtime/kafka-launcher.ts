import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { readJsonIfThere, replaceFile } from './files';
import { findJava } from './java';
import { type KafkaSettings, type NodeAddress } from './kafka-config';
import { kafkaJars, type DownloadProgress } from './kafka-jars';
import { KafkaNode, stopOrphanNode, type NodePlan } from './kafka-node';
import { freePort } from './ports';
import { startupError, storageError, type Log } from './startup-error';

export interface KafkaOptions {
  readonly dataDir: string;
  readonly log: Log;
  /** Where the jars are kept; `<data dir>/cache` unless several data directories share them. */
  readonly cacheDir?: string;
  /** 1 unless a test needs leader changes. A data directory keeps the number it was made with. */
  readonly nodes?: number;
  readonly javaHome?: string;
  /** Settings beside or instead of our own, by Kafka's names. */
  readonly settings?: (node: NodeAddress) => KafkaSettings;
  /** For Kafka's formatting tool, `--add-scram` for example. */
  readonly formatOptions?: readonly string[];
  readonly onProgress?: (progress: DownloadProgress) => void;
}

export interface RunningKafka {
  readonly available: true;
  readonly brokers: readonly string[];
  readonly nodes: readonly KafkaNode[];
  readonly logFiles: readonly string[];
  /** Resolves with one line when a node ends without having been stopped or killed by us. */
  readonly unexpectedExit: Promise<string>;
  stop(): Promise<void>;
}

/** A machine without Java or Maven is no failure: events wait in Postgres. */
export type KafkaStart = RunningKafka | { readonly available: false; readonly reason: string };

interface ClusterFile {
  readonly clusterId: string;
  readonly nodes: readonly NodeAddress[];
}

const PREFERRED_PORT = 19092;
const PORT_ATTEMPTS = 3;

export async function startKafka(options: KafkaOptions): Promise<KafkaStart> {
  const dataDir = resolve(options.dataDir);
  try {
    return await start(dataDir, options);
  } catch (error) {
    throw storageError(error, dataDir);
  }
}

async function start(dataDir: string, options: KafkaOptions): Promise<KafkaStart> {
  const java = await findJava(options.javaHome);
  if (!java.found) return { available: false, reason: java.reason };
  const jars = await kafkaJars({ ...options, cacheDir: options.cacheDir ?? join(dataDir, 'cache') });
  if (!jars.found) return { available: false, reason: jars.reason };
  const home = homeIn(dataDir);
  const plan =
    (cluster: ClusterFile) =>
    (address: NodeAddress): NodePlan => ({
      address,
      all: cluster.nodes,
      settings: options.settings?.(address) ?? {},
      formatOptions: options.formatOptions ?? [],
      clusterId: cluster.clusterId,
      directory: nodeDirectory(home, address.id),
      logFile: join(dataDir, 'logs', `kafka-${address.id}.log`),
      java: java.command,
      classPath: jars.classPath,
      classArchive: join(jars.directory, `classes-${java.version}.jsa`),
    });
  await stopOrphanKafka(dataDir, options.log);
  for (let attempt = 1; ; attempt++) {
    const cluster = await agreeOnCluster(home, options.nodes ?? 1, attempt > 1);
    try {
      return await launch(cluster.nodes.map(plan(cluster)));
    } catch (error) {
      // Somebody took a port between our look and the broker's bind.
      if (attempt === PORT_ATTEMPTS || !/BindException|already in use/.test(String(error))) throw error;
    }
  }
}

/** What a killed run of this data directory left alive; also for one that will not be started again. */
export async function stopOrphanKafka(dataDir: string, log: Log): Promise<void> {
  const home = homeIn(resolve(dataDir));
  const before = readCluster(home);
  await Promise.all((before?.nodes ?? []).map(({ id }) => stopOrphanNode(nodeDirectory(home, id), log)));
}

async function launch(plans: readonly NodePlan[]): Promise<RunningKafka> {
  let report: (line: string) => void = () => undefined;
  const unexpectedExit = new Promise<string>((settle) => (report = settle));
  const nodes = plans.map((plan) => new KafkaNode(plan, (line) => report(line)));
  try {
    await Promise.all(nodes.map((node) => node.launch()));
    await Promise.all(nodes.map((node) => node.ready()));
  } catch (error) {
    await Promise.all(nodes.map((node) => node.kill()));
    throw error;
  }
  return {
    available: true,
    brokers: nodes.map(({ port }) => `127.0.0.1:${port}`),
    nodes,
    logFiles: plans.map(({ logFile }) => logFile),
    unexpectedExit,
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

/** The cluster's id is for good, its ports stay while they are free: clients that were told them find it again. */
async function agreeOnCluster(home: string, count: number, newPorts: boolean): Promise<ClusterFile> {
  const file = clusterFile(home);
  const before = readCluster(home);
  if (before !== undefined && before.nodes.length !== count) {
    throw startupError(
      'storage_unavailable',
      `${home} holds a Kafka of ${before.nodes.length} nodes, not ${count}; use another data directory.`,
    );
  }
  const taken = new Set<number>();
  const choose = async (last: number | undefined): Promise<number> => {
    const port = await freePort(newPorts ? undefined : last, taken);
    taken.add(port);
    return port;
  };
  const nodes: NodeAddress[] = [];
  for (let index = 0; index < count; index++) {
    const last = before?.nodes[index];
    const port = await choose(last?.port ?? PREFERRED_PORT + 2 * index);
    nodes.push({
      id: index + 1,
      port,
      controllerPort: await choose(last?.controllerPort ?? PREFERRED_PORT + 1 + 2 * index),
    });
  }
  const cluster: ClusterFile = { clusterId: before?.clusterId ?? newClusterId(), nodes };
  replaceFile(file, JSON.stringify(cluster));
  return cluster;
}

function readCluster(home: string): ClusterFile | undefined {
  return readJsonIfThere(clusterFile(home)) as ClusterFile | undefined;
}

function homeIn(dataDir: string): string {
  return join(dataDir, 'kafka');
}

function clusterFile(home: string): string {
  return join(home, 'cluster.json');
}

function nodeDirectory(home: string, id: number): string {
  return join(home, `node-${id}`);
}

/** Kafka's own form of an id: 16 bytes in base64url, which must not look like an option of its tools. */
function newClusterId(): string {
  return randomBytes(16).toString('base64url').replace(/^-/, 'A');
}
