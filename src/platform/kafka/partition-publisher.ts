import { type Kafka, Partitioners, type RecordMetadata } from 'kafkajs';
import { publishError, UnknownOutcome } from './kafka-error';
import { type Ack, type KafkaRecord } from './kafka-record';
import { type Compression, ProducerGeneration } from './producer-generation';

const SECOND = 1000;
const DEADLINE_MS = 25 * SECOND;

export interface PartitionPublisherOptions {
  readonly topic: string;
  /** After so long without an answer a batch counts as neither published nor lost. */
  readonly deadlineMs?: number;
  readonly compression?: Compression;
}

/**
 * Publishes batches to the partitions of one topic so that nothing is lost and first copies stay in order, whatever
 * kafkajs does.
 *
 * A send carries one partition: with two of them kafkajs can report success for both and have written one. A partition
 * has one batch outstanding: of two, kafkajs can write one twice and drop the other. And after any failure its idempotent
 * producer may take the next batch for the failed one, so it is never used again: the next publish makes a new one,
 * while what other partitions have in flight on the old one ends by itself, each ack as good as ever.
 */
export class PartitionPublisher {
  readonly #topic: string;
  readonly #deadlineMs: number;
  readonly #compression: Compression;
  readonly #outstanding = new Set<number>();
  #current: ProducerGeneration | undefined;
  #closed = false;

  constructor(
    private readonly kafka: Pick<Kafka, 'producer'>,
    options: PartitionPublisherOptions,
  ) {
    this.#topic = options.topic;
    this.#deadlineMs = options.deadlineMs ?? DEADLINE_MS;
    this.#compression = options.compression ?? 'none';
  }

  /**
   * Resolves when every replica in sync has all the records, in this order. Rejects with Unpublishable when Kafka will
   * never take them, else with UnknownOutcome. The caller bounds the batch: kafkajs makes one record batch of it.
   */
  async publish(partition: number, records: readonly KafkaRecord[]): Promise<Ack> {
    if (records.length === 0) throw new Error('a batch needs a record');
    if (this.#closed) throw new UnknownOutcome('the publisher is closed');
    if (this.#outstanding.has(partition)) {
      throw new Error(`${this.#topic} partition ${partition} has a batch outstanding already`);
    }
    this.#outstanding.add(partition);
    const generation = (this.#current ??= this.#newGeneration());
    try {
      return this.#checked(partition, await this.#inTime(generation.send(this.#topic, partition, records)));
    } catch (thrown) {
      if (this.#current === generation) this.#current = undefined;
      void generation.retire();
      throw publishError(thrown, this.#topic, partition);
    } finally {
      this.#outstanding.delete(partition);
    }
  }

  /** To be called when nothing is outstanding any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#current?.retire();
  }

  #newGeneration(): ProducerGeneration {
    return new ProducerGeneration(
      this.kafka.producer({
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
        createPartitioner: Partitioners.DefaultPartitioner,
        retry: { initialRetryTime: 100, maxRetryTime: 2 * SECOND, retries: 5 },
      }),
      this.#compression,
    );
  }

  /** kafkajs has resolved sends that Kafka never wrote: only an ack of exactly this partition counts. */
  #checked(partition: number, answer: readonly RecordMetadata[]): Ack {
    const [ack, ...others] = answer;
    const isOurs = ack?.topicName === this.#topic && ack.partition === partition && ack.errorCode === 0;
    if (!isOurs || ack.baseOffset === undefined || others.length > 0) {
      throw new UnknownOutcome(`unexpected answer to a batch of ${this.#topic}: ${JSON.stringify(answer)}`);
    }
    return { topic: this.#topic, partition, baseOffset: ack.baseOffset };
  }

  async #inTime<T>(sending: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new UnknownOutcome(`${this.#topic} did not answer within ${this.#deadlineMs} ms`));
      }, this.#deadlineMs);
    });
    try {
      return await Promise.race([sending, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
