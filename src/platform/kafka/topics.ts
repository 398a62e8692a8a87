import { type Admin, type Kafka } from 'kafkajs';
import { CasetrailError } from '../../kernel/errors';
import { askLeaders } from './ask-leaders';
import { newCluster } from './cluster-internals';
import { kafkaErrorType, requestError } from './kafka-error';

const SECOND = 1000;
const KIB = 1024;
const REPLICAS_MAX = 3;

export interface TopicSpec {
  readonly name: string;
  /** One per lane, for ever: another number would send tickets to other partitions. */
  readonly partitions: number;
  /** Settings beside or instead of our own, by Kafka's names. */
  readonly config?: Readonly<Record<string, string>>;
}

/**
 * Creates the topic, or checks one that is there already. Its settings are then its operator's business; its number of
 * partitions is ours.
 */
export async function ensureTopic(kafka: Kafka, spec: TopicSpec): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const found = (await partitionsOf(admin, spec.name)) ?? (await createTopic(kafka, admin, spec));
    if (found !== spec.partitions) {
      throw new CasetrailError(
        'config_invalid',
        `Topic ${spec.name} has ${found} partitions, but LANES=${spec.partitions}: each lane is one partition. ` +
          `Use a topic with ${spec.partitions} partitions, or another KAFKA_TOPIC_PREFIX.`,
      );
    }
  } catch (thrown) {
    throw requestError(thrown, `preparing topic ${spec.name}`);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** Undefined when there is no such topic. */
export async function partitionCount(
  kafka: Pick<Kafka, 'admin'>,
  topic: string,
): Promise<number | undefined> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await partitionsOf(admin, topic);
  } catch (thrown) {
    throw requestError(thrown, `looking at topic ${topic}`);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

async function partitionsOf(admin: Admin, topic: string): Promise<number | undefined> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics.find(({ name }) => name === topic)?.partitions.length;
  } catch (thrown) {
    if (kafkaErrorType(thrown) === 'UNKNOWN_TOPIC_OR_PARTITION') return undefined;
    throw thrown;
  }
}

/** Another node may be faster: what counts is the topic that is there afterwards. */
async function createTopic(kafka: Kafka, admin: Admin, spec: TopicSpec): Promise<number | undefined> {
  const { brokers } = await admin.describeCluster();
  const replicas = Math.min(REPLICAS_MAX, brokers.length);
  const config = { ...settings(replicas), ...spec.config };
  await admin.createTopics({
    timeout: 10 * SECOND,
    // kafkajs' own wait gives up at a broker that has not heard of the topic yet.
    waitForLeaders: false,
    topics: [
      {
        topic: spec.name,
        numPartitions: spec.partitions,
        replicationFactor: replicas,
        configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
      },
    ],
  });
  await leadersAnswer(kafka, spec);
  return partitionsOf(admin, spec.name);
}

/** A node that goes on at once would find brokers that have not heard of the topic. */
async function leadersAnswer(kafka: Kafka, { name, partitions }: TopicSpec): Promise<void> {
  const cluster = newCluster(kafka);
  try {
    await cluster.connect();
    const all = Array.from({ length: partitions }, (_, partition) => ({ partition }));
    await askLeaders(cluster, name, () =>
      cluster.fetchTopicsOffset([{ topic: name, fromBeginning: false, partitions: all }]),
    );
  } finally {
    await cluster.disconnect().catch(() => undefined);
  }
}

function settings(replicas: number): Record<string, string> {
  return {
    // Never compacted, never cut: the topic is the history that a new consumer starts with.
    'cleanup.policy': 'delete',
    'retention.ms': '-1',
    'retention.bytes': '-1',
    // The record's time is when the event was recorded, not when it came past the broker.
    'message.timestamp.type': 'CreateTime',
    // A webhook has at most 1 MiB unless a source is told otherwise; the rest is envelope.
    'max.message.bytes': String(2 * KIB * KIB),
    // One replica may be away without stopping the relay; an ack still means two copies where there are three.
    'min.insync.replicas': String(Math.max(1, replicas - 1)),
  };
}
