import { type Kafka } from 'kafkajs';
import { type Ack, type KafkaRecord } from './kafka-record';
import { PartitionPublisher } from './partition-publisher';
import { type PartitionTail, tailOf } from './partition-tail';
import { type Compression } from './producer-generation';
import { ensureTopic, partitionCount, type TopicSpec } from './topics';

/** One topic as the relay needs it. Nothing connects before it is asked for something. */
export class KafkaTopic {
  readonly #publisher: PartitionPublisher;

  constructor(
    private readonly kafka: Kafka,
    private readonly spec: TopicSpec,
    compression: Compression = 'none',
  ) {
    this.#publisher = new PartitionPublisher(kafka, { topic: spec.name, compression });
  }

  get name(): string {
    return this.spec.name;
  }

  ensure(): Promise<void> {
    return ensureTopic(this.kafka, this.spec);
  }

  /** Undefined when there is no such topic yet. */
  partitions(): Promise<number | undefined> {
    return partitionCount(this.kafka, this.name);
  }

  tailOf(partition: number): Promise<PartitionTail> {
    return tailOf(this.kafka, this.name, partition);
  }

  publish(partition: number, records: readonly KafkaRecord[]): Promise<Ack> {
    return this.#publisher.publish(partition, records);
  }

  close(): Promise<void> {
    return this.#publisher.close();
  }
}
