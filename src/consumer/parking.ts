import { randomUUID } from 'node:crypto';
import { type IHeaders, type Kafka, type KafkaMessage, type Producer } from 'kafkajs';
import { header } from './chain';

export interface Place {
  readonly topic: string;
  readonly partition: number;
}

export interface WhyParked {
  readonly error: string;
  readonly attempts: number;
}

const RELEASED = 'dlq_released';

/**
 * A topic with everything of the tickets that could not be handled, byte for byte and in order. Which tickets are parked
 * is what this topic says, so it survives a restart and holds for every member of the group.
 */
export class ParkingTopic {
  #producer: Producer | undefined;

  constructor(
    private readonly kafka: Kafka,
    readonly name: string,
    private readonly groupId: string,
  ) {}

  /** Made here, because a topic made by the broker would forget after a week which tickets are parked. */
  async ensure(partitionsLike: string): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [partitionsLike] });
      const retention = { name: 'retention.ms', value: '-1' };
      const numPartitions = topics[0]?.partitions.length ?? 1;
      await admin.createTopics({
        topics: [{ topic: this.name, numPartitions, configEntries: [retention] }],
      });
    } finally {
      await admin.disconnect();
    }
  }

  /** Resolves when Kafka has it; an outcome that is not known is an error, and the second copy that follows is harmless. */
  async park({ topic, partition }: Place, message: KafkaMessage, why: WhyParked): Promise<void> {
    await this.#send({
      key: message.key,
      value: message.value,
      headers: {
        ...message.headers,
        dlq_topic: topic,
        dlq_partition: String(partition),
        dlq_offset: message.offset,
        dlq_timestamp: message.timestamp,
        dlq_group: this.groupId,
        dlq_error: why.error,
        dlq_attempts: String(why.attempts),
      },
    });
  }

  /** From here on the ticket's events are handled again. */
  async release(ticket: string): Promise<void> {
    await this.#send({ key: Buffer.from(ticket), value: null, headers: { [RELEASED]: 'true' } });
  }

  /** What is parked now, by ticket and in order. */
  async read(): Promise<Map<string, KafkaMessage[]>> {
    const parked = new Map<string, KafkaMessage[]>();
    await readToEnd(this.kafka, this.name, (message) => {
      const ticket = String(message.key);
      if (header(message.headers, RELEASED) === 'true') parked.delete(ticket);
      else parked.set(ticket, [...(parked.get(ticket) ?? []), message]);
    });
    return parked;
  }

  async close(): Promise<void> {
    await this.#producer?.disconnect();
    this.#producer = undefined;
  }

  /**
   * One record at a time and without idempotence: kafkajs' idempotent producer can drop a record that follows a failed
   * one. At worst a record is there twice.
   */
  async #send(message: { key: Buffer | null; value: Buffer | null; headers: IHeaders }): Promise<void> {
    this.#producer ??= this.kafka.producer({ allowAutoTopicCreation: false, maxInFlightRequests: 1 });
    // Each time, because the last time Kafka may have been away: one that is connected answers at once.
    await this.#producer.connect();
    await this.#producer.send({ topic: this.name, acks: -1, messages: [message] });
  }
}

/** All that the topic holds at this moment, each partition in its order. */
async function readToEnd(kafka: Kafka, topic: string, take: (message: KafkaMessage) => void): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic).finally(() => admin.disconnect());
  const missing = new Map(
    ends.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, BigInt(high)]),
  );
  if (missing.size === 0) return;
  // A group of its own that commits nothing: Kafka forgets it when it is left.
  const consumer = kafka.consumer({ groupId: `${topic}.reader-${randomUUID()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on('consumer.crash', ({ payload }) => {
        if (!payload.restart) reject(payload.error);
      });
      consumer
        .run({
          autoCommit: false,
          eachMessage: ({ partition, message }) => {
            const end = missing.get(partition);
            if (end === undefined) return Promise.resolve();
            take(message);
            if (BigInt(message.offset) + 1n >= end) missing.delete(partition);
            if (missing.size === 0) resolve();
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
}
