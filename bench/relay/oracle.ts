import { Kafka, logLevel, type KafkaMessage } from 'kafkajs';
import { type Database } from '../../src/platform/postgres/database';

const STORED = `
  SELECT lane, count(*)::int AS events, max(position) AS last FROM es.event
  WHERE ticket_id IS NOT NULL AND verdict <> 'rejected' GROUP BY lane ORDER BY lane`;

interface Partition {
  records: number;
  position: number;
  readonly faults: string[];
}

/** Every event of the log is on the topic once, in the order of its lane, with an unbroken chain. */
export async function topicFaults(
  db: Database,
  brokers: readonly string[],
  topic: string,
): Promise<string[]> {
  const stored = await db.query<{ lane: number; events: number; last: number }>({ text: STORED });
  const found = await readPartitions(brokers, topic);
  return stored.flatMap(({ lane, events, last }) => {
    const partition = found.get(lane);
    if (partition === undefined) return [`partition ${lane} is empty, ${events} events were stored`];
    const isWhole = partition.records === events && partition.position === last;
    const missing = `partition ${lane}: ${partition.records} records up to position ${partition.position}, ${events} events up to ${last}`;
    return [...partition.faults.slice(0, 3), ...(isWhole ? [] : [missing])];
  });
}

async function readPartitions(brokers: readonly string[], topic: string): Promise<Map<number, Partition>> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const ends = await endsOf(kafka, topic);
  const partitions = new Map<number, Partition>();
  const consumer = kafka.consumer({ groupId: `oracle-${topic}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const eachBatch = ({
      batch,
    }: {
      batch: { partition: number; messages: KafkaMessage[] };
    }): Promise<void> => {
      const partition = partitions.get(batch.partition) ?? { records: 0, position: 0, faults: [] };
      partitions.set(batch.partition, partition);
      for (const message of batch.messages) follow(partition, batch.partition, message);
      if (String(Number(batch.messages.at(-1)?.offset) + 1) === ends.get(batch.partition))
        ends.delete(batch.partition);
      if (ends.size === 0) resolve();
      return Promise.resolve();
    };
    consumer.run({ autoCommit: false, eachBatch }).catch(reject);
  });
  await consumer.disconnect();
  return partitions;
}

function follow(partition: Partition, number: number, { headers, offset }: KafkaMessage): void {
  const position = Number(headers?.['ce_position']);
  const previous = Number(headers?.['ce_prevposition']);
  if (previous !== partition.position) {
    partition.faults.push(
      `partition ${number} offset ${offset}: position ${position} says ${previous} came before it, but ${partition.position} did`,
    );
  }
  partition.position = position;
  partition.records += 1;
}

async function endsOf(kafka: Kafka, topic: string): Promise<Map<number, string>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(
      offsets.filter(({ high }) => high !== '0').map(({ partition, high }) => [partition, high]),
    );
  } finally {
    await admin.disconnect();
  }
}
