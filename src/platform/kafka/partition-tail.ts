import { type Kafka } from 'kafkajs';
import { askLeaders } from './ask-leaders';
import { type Cluster, type FetchedRecord, newCluster, READ_UNCOMMITTED } from './cluster-internals';
import { requestError } from './kafka-error';

const WAIT_MS = 500;
/** Of record batches that are all replay, from the end backwards: of at most so many megabytes, half a one each. */
const BATCHES_MAX = 1000;
/** A broker sends the first record batch whole, however large it is. */
const FETCH_BYTES = 64 * 1024;

export interface TailRecord {
  readonly offset: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** On copies that somebody asked for: they say nothing about how far the log is published. */
export const REPLAY_HEADER = 'replay';

export interface PartitionTail {
  /** Null when the partition holds no record now but replayed ones. */
  readonly last: TailRecord | null;
  /** False for a partition that never held one: its topic is new, or was deleted and made anew. */
  readonly everWritten: boolean;
}

/**
 * The last record of a partition that is no replay.
 *
 * kafkajs offers consumers only in groups, and joining a new group takes three seconds on a broker with default settings
 * (group.initial.rebalance.delay.ms), needs rights on groups and leaves a group behind. So this asks the partition's leader
 * directly, with the cluster object that all clients of kafkajs are built on. It has no way to commit an offset.
 */
export async function tailOf(kafka: Kafka, topic: string, partition: number): Promise<PartitionTail> {
  const cluster = newCluster(kafka);
  try {
    await cluster.connect();
    return await askLeaders(cluster, topic, async () => {
      const first = await boundary(cluster, topic, partition, true);
      const end = await boundary(cluster, topic, partition, false);
      const last = await lastRecord(cluster, topic, partition, first, end);
      // Where only replays are left nothing tells what the log had there: publishing again costs copies only.
      return { last, everWritten: end > 0n && (last !== null || first === end) };
    });
  } catch (thrown) {
    throw requestError(thrown, `reading the end of ${topic} partition ${partition}`);
  } finally {
    await cluster.disconnect().catch(() => undefined);
  }
}

async function boundary(
  cluster: Cluster,
  topic: string,
  partition: number,
  fromBeginning: boolean,
): Promise<bigint> {
  const [answer] = await cluster.fetchTopicsOffset([{ topic, fromBeginning, partitions: [{ partition }] }]);
  const offset = answer?.partitions[0]?.offset;
  if (offset === undefined) throw new Error('the topic has no such partition');
  return BigInt(offset);
}

/** Batch by batch backwards. Markers of somebody's transactions take offsets too: the record before them is the last one. */
async function lastRecord(
  cluster: Cluster,
  topic: string,
  partition: number,
  first: bigint,
  end: bigint,
): Promise<TailRecord | null> {
  let before = end;
  for (let batches = 0; before > first; batches += 1) {
    if (batches === BATCHES_MAX) {
      throw new Error(
        `behind the last record of the log there are more than ${BATCHES_MAX} batches of replays (header ` +
          `${REPLAY_HEADER}=true); replay that much to a topic of its own`,
      );
    }
    const found = await fetchFrom(cluster, topic, partition, before - 1n);
    const earlier = found.filter(({ offset }) => BigInt(offset) < before);
    const last = earlier.findLast(isOfTheLog);
    if (last !== undefined) return { offset: last.offset, headers: texts(last.headers) };
    // Nothing where a marker was, or what compaction took away.
    before = earlier.reduce((least, { offset }) => smaller(least, BigInt(offset)), before - 1n);
  }
  return null;
}

function isOfTheLog({ isControlRecord, headers }: FetchedRecord): boolean {
  return !isControlRecord && String(headers[REPLAY_HEADER]) !== 'true';
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

async function fetchFrom(
  cluster: Cluster,
  topic: string,
  partition: number,
  offset: bigint,
): Promise<FetchedRecord[]> {
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  if (nodeId === undefined) throw new Error('the topic has no such partition');
  const broker = await cluster.findBroker({ nodeId });
  const { responses } = await broker.fetch({
    isolationLevel: READ_UNCOMMITTED,
    maxWaitTime: WAIT_MS,
    minBytes: 1,
    maxBytes: FETCH_BYTES,
    topics: [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes: FETCH_BYTES }] }],
  });
  return responses.flatMap(({ partitions }) => partitions.flatMap(({ messages }) => messages));
}

function texts(headers: FetchedRecord['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, String(value)]));
}
