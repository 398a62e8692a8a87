import { randomUUID } from 'node:crypto';
import { type Checkpoint } from '../../../src/followers/checkpoint';
import { claimFreeLanes, enrol, leave } from '../../../src/followers/lease';
import { type Kafka } from 'kafkajs';
import { kafkaConnection } from '../../../src/platform/kafka/kafka-connection';
import { KafkaTopic } from '../../../src/platform/kafka/kafka-topic';
import { type Database, openDatabase, type Queryable } from '../../../src/platform/postgres/database';
import { topicName, type TopicKind } from '../../../src/relay/relay-topic';
import { TopicRelay, type TopicRelayOptions } from '../../../src/relay/topic-relay';
import { testBrokers } from '../../support/kafka';
import { TEST_LANES } from '../../support/template';
import { SeededLog } from './seeded-log';

/** A log in Postgres, topics of its own in Kafka, and relays between them that a test moves step by step. */
export class RelayRig {
  readonly db: Database;
  readonly log: SeededLog;
  readonly said: string[] = [];
  readonly #prefix = `rig-${randomUUID()}.`;
  readonly #owner = randomUUID();
  readonly #topics: KafkaTopic[] = [];

  constructor(url: string) {
    this.db = openDatabase({ url, poolMax: 10, applicationName: 'relay-test', role: 'casetrail_app' });
    this.log = new SeededLog(this.db, TEST_LANES);
  }

  async close(): Promise<void> {
    await Promise.all(this.#topics.map((topic) => topic.close()));
    await this.log.close();
    await this.db.close();
  }

  topicName(kind: TopicKind): string {
    return topicName(this.#prefix, kind);
  }

  topic(kind: TopicKind, kafka: Kafka = this.kafka()): KafkaTopic {
    const topic = new KafkaTopic(kafka, { name: this.topicName(kind), partitions: TEST_LANES });
    this.#topics.push(topic);
    return topic;
  }

  kafka(brokers = testBrokers()): Kafka {
    return kafkaConnection({ brokers, log: () => undefined });
  }

  relay(kind: TopicKind, given: Partial<TopicRelayOptions> = {}): TopicRelay {
    return new TopicRelay({
      db: this.db,
      kind,
      topic: given.topic ?? this.topic(kind),
      personalData: 'include',
      log: (message) => this.said.push(message),
      ...given,
    });
  }

  /** Takes all lanes of the relay's topic, as a node does that starts. */
  async take(relay: TopicRelay): Promise<Checkpoint[]> {
    await enrol(this.db, relay.name);
    await leave(this.db, relay.name, this.#owner);
    return claimFreeLanes(this.db, relay.name, this.#owner);
  }

  /** From taking the lanes to the end of the log. */
  async run(relay: TopicRelay): Promise<Checkpoint[]> {
    const opened = await Promise.all((await this.take(relay)).map((checkpoint) => relay.opened(checkpoint)));
    return this.drain(relay, opened);
  }

  drain(relay: TopicRelay, checkpoints: readonly Checkpoint[]): Promise<Checkpoint[]> {
    return Promise.all(
      checkpoints.map(async (from) => {
        let at = from;
        for (;;) {
          const position = await relay.advance(at);
          if (position === at.position) return at;
          at = { ...at, position };
        }
      }),
    );
  }

  /** The relay's stored positions, by lane. */
  async stored(relay: TopicRelay): Promise<Map<number, number>> {
    const rows = await this.db.query<{ lane: number; position: number }>({
      text: 'SELECT lane, position FROM es.follower WHERE name = $1',
      values: [relay.name],
    });
    return new Map(rows.map(({ lane, position }) => [lane, position]));
  }

  /** The end of each lane that has events. */
  async heads(): Promise<Map<number, number>> {
    const rows = await this.db.query<{ lane: number; position: number }>({
      text: 'SELECT lane, max(position) AS position FROM es.event GROUP BY lane',
    });
    return new Map(rows.map(({ lane, position }) => [lane, position]));
  }
}

/** A database whose checkpoints are not moved: the process dies between Kafka's ack and its own note of it. */
export function dyingBeforeCheckpoint(db: Queryable): Queryable {
  return {
    query: (statement) =>
      statement.name?.startsWith('follower_advance') === true
        ? Promise.reject(new Error('killed'))
        : db.query(statement),
  };
}
