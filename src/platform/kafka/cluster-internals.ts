import { type Kafka } from 'kafkajs';

/** What of kafkajs' inner cluster object (2.2.4, its last release) is used here. Offsets are decimal. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  fetchTopicsOffset(
    topics: readonly {
      topic: string;
      fromBeginning: boolean;
      partitions: readonly { partition: number }[];
    }[],
  ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>;
  /** By node id. */
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, number[]>>;
  findBroker(node: { nodeId: string }): Promise<Broker>;
}

interface Broker {
  fetch(request: {
    isolationLevel: number;
    maxWaitTime: number;
    minBytes: number;
    maxBytes: number;
    topics: readonly {
      topic: string;
      partitions: readonly { partition: number; fetchOffset: string; maxBytes: number }[];
    }[];
  }): Promise<{ responses: { partitions: { messages: FetchedRecord[] }[] }[] }>;
}

export interface FetchedRecord {
  readonly offset: string;
  readonly headers: Readonly<Record<string, Buffer | Buffer[]>>;
  readonly isControlRecord: boolean;
}

/** High watermark rather than last stable offset: a transaction that somebody left open must not hide the tail. */
export const READ_UNCOMMITTED = 0;

/**
 * A cluster with the connection's own settings, TLS and credentials included. kafkajs keeps the maker of it behind a
 * symbol.
 */
export function newCluster(kafka: Kafka): Cluster {
  const key = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const make: unknown = key === undefined ? undefined : Reflect.get(kafka, key);
  if (typeof make !== 'function') throw new Error('this release of kafkajs is built differently: pin 2.2.4');
  return (make as (options: object) => Cluster)({
    allowAutoTopicCreation: false,
    isolationLevel: READ_UNCOMMITTED,
  });
}
