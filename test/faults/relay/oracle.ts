import { type Kafka, type KafkaMessage } from 'kafkajs';
import { kafkaConnection } from '../../../src/platform/kafka/kafka-connection';
import { type Database } from '../../../src/platform/postgres/database';
import { type TopicKind, topicKinds, topicName } from '../../../src/relay/relay-topic';

export interface Findings {
  readonly records: number;
  /** Second and further copies, each byte for byte what the first one was. */
  readonly copies: number;
  readonly faults: readonly string[];
}

const STORED = `
  SELECT lane, position, event_id AS "eventId" FROM es.event
  WHERE ticket_id IS NOT NULL AND (verdict = 'rejected') = $1 ORDER BY lane, position`;

interface Stored {
  readonly lane: number;
  readonly position: number;
  readonly eventId: string;
}

/** Every stored event is on its topic: first copies in order with an unbroken chain, all other copies the same bytes. */
export async function checkTopics(
  db: Database,
  brokers: readonly string[],
  prefix: string,
): Promise<Findings> {
  const kafka = kafkaConnection({ brokers, log: () => undefined });
  const all = await Promise.all(
    topicKinds.map((kind) => checkTopic(db, kafka, kind, topicName(prefix, kind))),
  );
  return {
    records: all.reduce((sum, { records }) => sum + records, 0),
    copies: all.reduce((sum, { copies }) => sum + copies, 0),
    faults: all.flatMap(({ faults }) => faults),
  };
}

async function checkTopic(db: Database, kafka: Kafka, kind: TopicKind, topic: string): Promise<Findings> {
  const stored = await db.query<Stored & Record<string, unknown>>({
    text: STORED,
    values: [kind === 'ticket-rejections'],
  });
  const partitions = await readTopic(kafka, topic);
  const faults: string[] = [];
  const firsts = new Map<number, ReadonlyMap<number, string>>();
  let [records, copies] = [0, 0];
  for (const [partition, messages] of partitions) {
    const followed = follow(messages);
    records += messages.length;
    copies += messages.length - followed.firsts.size;
    faults.push(...followed.faults.map((fault) => `${topic} partition ${partition}: ${fault}`));
    firsts.set(partition, followed.firsts);
  }
  const missing = stored.filter(({ lane, position, eventId }) => firsts.get(lane)?.get(position) !== eventId);
  if (missing.length > 0) {
    const places = missing.slice(0, 5).map(({ lane, position }) => `${lane}:${position}`);
    faults.push(`${topic}: ${missing.length} stored events are not there: ${places.join(', ')} …`);
  }
  return { records, copies, faults };
}

function follow(messages: readonly KafkaMessage[]): {
  firsts: ReadonlyMap<number, string>;
  faults: string[];
} {
  const seen = new Map<number, string>();
  const firsts = new Map<number, string>();
  const faults: string[] = [];
  let last = 0;
  for (const message of messages) {
    const position = Number(message.headers?.['ce_position']);
    const bytes = textOf(message);
    const before = seen.get(position);
    if (before !== undefined) {
      if (before !== bytes) faults.push(`two copies of position ${position} differ`);
      continue;
    }
    const previous = Number(message.headers?.['ce_prevposition']);
    if (previous !== last)
      faults.push(
        `position ${position} at offset ${message.offset} says ${previous} came before it, not ${last}`,
      );
    seen.set(position, bytes);
    firsts.set(position, String(message.headers?.['ce_id']));
    last = position;
  }
  return { firsts, faults };
}

function textOf({ key, value, headers, timestamp }: KafkaMessage): string {
  const texts = Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]);
  return JSON.stringify([String(key), String(value), timestamp, texts]);
}

/** By partition, in the order of offsets. */
async function readTopic(kafka: Kafka, topic: string): Promise<Map<number, KafkaMessage[]>> {
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const missing = new Map(
    offsets.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, Number(high)]),
  );
  const partitions = new Map<number, KafkaMessage[]>();
  if (missing.size === 0) return partitions;
  const consumer = kafka.consumer({ groupId: `oracle-${topic}-${Date.now()}`, maxWaitTimeInMs: 200 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const run = consumer.run({
      autoCommit: false,
      eachBatch: ({ batch: { partition, messages } }) => {
        const all = partitions.get(partition) ?? [];
        partitions.set(partition, all);
        for (const message of messages) all.push(message);
        if (Number(all.at(-1)?.offset) + 1 >= (missing.get(partition) ?? Infinity)) missing.delete(partition);
        if (missing.size === 0) resolve();
        return Promise.resolve();
      },
    });
    run.catch(reject);
  });
  await consumer.disconnect();
  return partitions;
}
