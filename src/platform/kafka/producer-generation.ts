import { CompressionTypes, type Producer, type RecordMetadata } from 'kafkajs';
import { type KafkaRecord } from './kafka-record';
import { useRecordEncoder } from './record-encoder';

useRecordEncoder();

/** How long a broker may wait for its replicas; below the connection's request timeout, so its own error comes first. */
const REPLICATION_TIMEOUT_MS = 5000;
const ALL_IN_SYNC = -1;

export type Compression = 'none' | 'gzip';
const CODECS = { none: CompressionTypes.None, gzip: CompressionTypes.GZIP } as const;

/** One kafkajs producer from its connection to its first failure. */
export class ProducerGeneration {
  readonly #connected: Promise<void>;
  readonly #sends = new Set<Promise<unknown>>();
  #retired: Promise<void> | undefined;

  constructor(
    private readonly producer: Producer,
    private readonly compression: Compression,
  ) {
    this.#connected = producer.connect();
    // Each send reports it; without one nobody has to know.
    this.#connected.catch(() => undefined);
  }

  send(topic: string, partition: number, records: readonly KafkaRecord[]): Promise<RecordMetadata[]> {
    const sending = this.#send(topic, partition, records);
    const settled = sending
      .catch(() => undefined)
      .then(() => {
        this.#sends.delete(settled);
      });
    this.#sends.add(settled);
    return sending;
  }

  /** Nothing new is sent; the connection closes when kafkajs is done with what is in flight. Never rejects. */
  retire(): Promise<void> {
    this.#retired ??= Promise.allSettled([this.#connected, ...this.#sends])
      .then(() => this.producer.disconnect())
      .catch(() => undefined);
    return this.#retired;
  }

  async #send(topic: string, partition: number, records: readonly KafkaRecord[]): Promise<RecordMetadata[]> {
    // A producer whose connect() failed would send all the same, without idempotence.
    await this.#connected;
    if (this.#retired !== undefined) throw new Error('the producer was given up before the batch was sent');
    return this.producer.send({
      topic,
      acks: ALL_IN_SYNC,
      timeout: REPLICATION_TIMEOUT_MS,
      compression: CODECS[this.compression],
      messages: records.map((record) => ({
        key: record.key,
        value: record.value,
        headers: record.headers,
        timestamp: String(record.timestamp),
        partition,
      })),
    });
  }
}
