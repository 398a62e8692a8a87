import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { testBrokers } from '../../support/kafka';

export interface PublishedRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestamp: number;
}

export function kafkaOfTests(): Kafka {
  return new Kafka({ brokers: testBrokers(), logLevel: logLevel.NOTHING, clientId: 'test' });
}

/** Everything a topic holds now, as a consumer that starts at the beginning gets it. */
export async function readTopic(topic: string): Promise<PublishedRecord[]> {
  const kafka = kafkaOfTests();
  const missing = await partitionEnds(kafka, topic);
  const records: PublishedRecord[] = [];
  if (missing.size === 0) return records;
  const consumer = kafka.consumer({ groupId: `test-${randomUUID()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        autoCommit: false,
        eachMessage: ({ partition, message }) => {
          records.push({
            partition,
            offset: Number(message.offset),
            key: String(message.key),
            value: String(message.value),
            headers: Object.fromEntries(
              Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
            ),
            timestamp: Number(message.timestamp),
          });
          if (Number(message.offset) + 1 === missing.get(partition)) missing.delete(partition);
          if (missing.size === 0) resolve();
          return Promise.resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return records;
}

/** Partition to the offset behind its last record; empty partitions are left out. */
async function partitionEnds(kafka: Kafka, topic: string): Promise<Map<number, number>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(
      offsets.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, Number(high)]),
    );
  } finally {
    await admin.disconnect();
  }
}
