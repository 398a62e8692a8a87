import { createHash } from 'node:crypto';
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
  const chains = new Map<number, Chain>();
  await readTopic(kafka, topic, (partition, message) => {
    const chain = chains.get(partition) ?? new Chain();
    chains.set(partition, chain);
    chain.take(message);
  });
  const all = [...chains];
  const faults = all.flatMap(([partition, chain]) =>
    chain.faults.map((fault) => `${topic} partition ${partition}: ${fault}`),
  );
  const missing = stored.filter(
    ({ lane, position, eventId }) => chains.get(lane)?.idAt(position) !== eventId,
  );
  if (missing.length > 0) {
    const places = missing.slice(0, 5).map(({ lane, position }) => `${lane}:${position}`);
    faults.push(`${topic}: ${missing.length} stored events are not there: ${places.join(', ')} …`);
  }
  return {
    records: all.reduce((sum, [, { records }]) => sum + records, 0),
    copies: all.reduce((sum, [, { copies }]) => sum + copies, 0),
    faults,
  };
}

/** One partition, record by record. */
class Chain {
  readonly faults: string[] = [];
  records = 0;
  copies = 0;
  readonly #firsts = new Map<number, { readonly id: string; readonly digest: string }>();
  #last = 0;

  idAt(position: number): string | undefined {
    return this.#firsts.get(position)?.id;
  }

  take(message: KafkaMessage): void {
    const position = Number(message.headers?.['ce_position']);
    const digest = digestOf(message);
    const first = this.#firsts.get(position);
    this.records += 1;
    if (first !== undefined) {
      this.copies += 1;
      if (first.digest !== digest) this.faults.push(`two copies of position ${position} differ`);
      return;
    }
    const previous = Number(message.headers?.['ce_prevposition']);
    if (previous !== this.#last)
      this.faults.push(
        `position ${position} at offset ${message.offset} says ${previous} came before it, not ${this.#last}`,
      );
    this.#firsts.set(position, { id: String(message.headers?.['ce_id']), digest });
    this.#last = position;
  }
}

function digestOf({ key, value, headers, timestamp }: KafkaMessage): string {
  const texts = Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]);
  const text = JSON.stringify([String(key), String(value), timestamp, texts]);
  return createHash('sha256').update(text).digest('base64');
}

/** Each partition in the order of offsets, up to where it ends now. */
async function readTopic(
  kafka: Kafka,
  topic: string,
  take: (partition: number, message: KafkaMessage) => void,
): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const ends = new Map(
    offsets.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, Number(high)]),
  );
  if (ends.size === 0) return;
  const consumer = kafka.consumer({ groupId: `oracle-${topic}-${Date.now()}`, maxWaitTimeInMs: 200 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const run = consumer.run({
      autoCommit: false,
      eachBatch: ({ batch: { partition, messages } }) => {
        for (const message of messages) take(partition, message);
        if (Number(messages.at(-1)?.offset) + 1 >= (ends.get(partition) ?? Infinity)) ends.delete(partition);
        if (ends.size === 0) resolve();
        return Promise.resolve();
      },
    });
    run.catch(reject);
  });
  await consumer.disconnect();
}
