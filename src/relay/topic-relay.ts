import { advanceCheckpoint, type Checkpoint } from '../followers/checkpoint';
import { type LaneFollower } from '../followers/lane-follower';
import { type KafkaTopic } from '../platform/kafka/kafka-topic';
import { type Queryable } from '../platform/postgres/database';
import { batchOf, BATCH_BYTES_MAX } from './batch';
import { type LaneExtent, type PersonalData, readEventsOfTopic, readExtent } from './lane-slice';
import { publishedPosition } from './published-position';
import { type TopicKind } from './relay-topic';

const EVENTS_MAX = 500;

const LOG_ID = {
  name: 'relay_log_id',
  text: `SELECT log_id AS "logId" FROM es.log`,
} as const;

export interface TopicRelayOptions {
  readonly db: Queryable;
  readonly kind: TopicKind;
  readonly topic: Pick<KafkaTopic, 'name' | 'ensure' | 'tailOf' | 'publish'>;
  readonly personalData: PersonalData;
  readonly log: (message: string) => void;
}

/**
 * Publishes the lanes of the log to one topic, lane n to partition n, in the order of the lane and without leaving anything
 * out. At least once: between an ack and its checkpoint lies a gap that only second copies can bridge.
 */
export class TopicRelay implements LaneFollower {
  readonly name: string;
  /** The log's id, once the topic is known to be there. */
  #prepared: Promise<string> | undefined;
  /** Lanes whose checkpoint says all there is to know. Of any other the partition's tail is asked first. */
  readonly #certain = new Set<number>();

  constructor(private readonly options: TopicRelayOptions) {
    this.name = `relay:${options.topic.name}`;
  }

  async opened(checkpoint: Checkpoint): Promise<Checkpoint> {
    const { db, kind, topic } = this.options;
    const logId = await this.#prepare();
    const tail = await topic.tailOf(checkpoint.lane);
    const position = await publishedPosition(db, { topic: topic.name, kind, logId }, checkpoint, tail);
    if (position !== checkpoint.position) {
      if (position < checkpoint.position) this.#logStepBack(checkpoint, position);
      await advanceCheckpoint(db, checkpoint, position);
    }
    this.#certain.add(checkpoint.lane);
    return { ...checkpoint, position };
  }

  /** One batch, or the word of the partition's tail about the last one, whose outcome is unknown. */
  async advance(checkpoint: Checkpoint): Promise<number> {
    const { lane, position } = checkpoint;
    if (!this.#certain.has(lane)) {
      const reopened = await this.opened(checkpoint);
      if (reopened.position !== position) return reopened.position;
    }
    const extent = await readExtent(this.options.db, this.options.kind, lane, position, EVENTS_MAX);
    if (extent.last === position) return position;
    const last = extent.onTopic === 0 ? extent.last : await this.#publish(checkpoint, extent);
    await advanceCheckpoint(this.options.db, checkpoint, last);
    this.#certain.add(lane);
    return last;
  }

  /** Returns the position up to which the topic now holds everything: 0 where it was made anew behind our back. */
  async #publish({ lane, position }: Checkpoint, extent: LaneExtent): Promise<number> {
    const { db, kind, topic, personalData } = this.options;
    const request = { kind, lane, after: position, to: extent.last, personalData, bytesMax: BATCH_BYTES_MAX };
    const events = await readEventsOfTopic(db, request);
    const { records, last } = batchOf(events, await this.#prepare());
    this.#certain.delete(lane);
    const ack = await topic.publish(lane, records).catch((thrown: unknown) => {
      // The topic itself may have gone: it is looked for, and made again, before any lane publishes anything else.
      this.#prepared = undefined;
      this.#certain.clear();
      throw thrown;
    });
    if (ack.baseOffset === '0' && events[0]?.topicPrev !== null) {
      this.#logStepBack({ lane, position }, 0);
      return 0;
    }
    return records.length === extent.onTopic ? extent.last : last;
  }

  /** Once for all lanes; while Kafka is away each lane's own retry tries again. */
  #prepare(): Promise<string> {
    this.#prepared ??= this.#ensureTopic().catch((thrown: unknown) => {
      this.#prepared = undefined;
      throw thrown;
    });
    return this.#prepared;
  }

  async #ensureTopic(): Promise<string> {
    await this.options.topic.ensure();
    const [row] = await this.options.db.query<{ logId: string }>(LOG_ID);
    if (row === undefined) throw new Error('this database has no lanes yet: it is not migrated');
    return row.logId;
  }

  #logStepBack({ lane, position }: Pick<Checkpoint, 'lane' | 'position'>, to: number): void {
    const { topic, log } = this.options;
    log(
      to === 0
        ? `${topic.name} partition ${lane} is new: publishing the lane again from its beginning`
        : `${topic.name} partition ${lane} ends at position ${to}, not ${position}: publishing again from there`,
    );
  }
}
