import {
  type Advance,
  advanceCheckpoint,
  type Checkpoint,
  FenceLost,
  moveCheckpoints,
} from '../followers/checkpoint';
import { type LaneFollower } from '../followers/lane-follower';
import { Gather } from '../kernel/gather';
import { type Ack } from '../platform/kafka/kafka-record';
import { type KafkaTopic } from '../platform/kafka/kafka-topic';
import { type Queryable } from '../platform/postgres/database';
import { type Batch, batchesOf, halvesOf } from './batch';
import { HoleInLane, type LaneSlice, type PersonalData, readSlices, type SliceRequest } from './lane-slice';
import { readLogIdentity } from './log-identity';
import { publishedPosition } from './published-position';
import { type TopicKind } from './relay-topic';
import { isTooLarge, tooLargeEvent } from './too-large-event';

interface SliceAhead {
  readonly after: number;
  readonly slice: Promise<LaneSlice>;
}

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
  readonly onlyRefusals: boolean;
  /** The log's id, once the topic is known to be there. */
  #prepared: Promise<string> | undefined;
  /** Lanes whose checkpoint says all there is to know. Of any other the partition's tail is asked first. */
  readonly #certain = new Set<number>();
  /** By lane: what comes next, read while Kafka has what came before. */
  readonly #ahead = new Map<number, SliceAhead>();
  /** Lanes are woken together by one append: they share what they read, and the moves of their checkpoints. */
  readonly #slices: Gather<SliceRequest, LaneSlice | HoleInLane>;
  readonly #moves: Gather<Advance, FenceLost | 'moved'>;

  constructor(private readonly options: TopicRelayOptions) {
    const { db, kind, topic } = options;
    this.onlyRefusals = kind === 'ticket-rejections';
    this.name = `relay:${topic.name}`;
    this.#slices = new Gather({ answer: (requests) => readSlices(db, options, requests) });
    this.#moves = new Gather({ answer: (advances) => moveCheckpoints(db, advances), oneAtATime: true });
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

  /** A few batches, or the word of the partition's tail about one whose outcome is unknown. */
  async advance(checkpoint: Checkpoint): Promise<number> {
    const { lane, position } = checkpoint;
    if (!this.#certain.has(lane)) {
      const reopened = await this.opened(checkpoint);
      if (reopened.position !== position) return reopened.position;
    }
    const slice = await this.#nextSlice(lane, position);
    if (slice.last === position) return position;
    if (slice.isFull) this.#readAhead(lane, slice.last);
    const last = slice.events.length === 0 ? slice.last : await this.#publish(checkpoint, slice);
    await this.#move(checkpoint, last);
    this.#certain.add(lane);
    return last;
  }

  #nextSlice(lane: number, after: number): Promise<LaneSlice> {
    const ahead = this.#ahead.get(lane);
    this.#ahead.delete(lane);
    return ahead?.after === after ? ahead.slice : this.#readSlice(lane, after);
  }

  #readAhead(lane: number, after: number): void {
    const slice = this.#readSlice(lane, after);
    // Whoever asks for it learns of the failure; perhaps nobody does.
    slice.catch(() => undefined);
    this.#ahead.set(lane, { after, slice });
  }

  async #readSlice(lane: number, after: number): Promise<LaneSlice> {
    const slice = await this.#slices.ask({ lane, after });
    if (slice instanceof HoleInLane) throw slice;
    return slice;
  }

  async #move(checkpoint: Checkpoint, to: number): Promise<void> {
    const outcome = await this.#moves.ask({ checkpoint, to });
    if (outcome instanceof FenceLost) throw outcome;
  }

  /** Returns the position up to which the topic now holds everything: 0 where it was made anew behind our back. */
  async #publish({ lane, position }: Checkpoint, slice: LaneSlice): Promise<number> {
    const logId = await this.#prepare();
    this.#certain.delete(lane);
    for (const batch of batchesOf(slice.events, { logId })) {
      const ack = await this.#send(lane, batch);
      if (ack.baseOffset !== '0' || batch.events[0]?.topicPrev === null) continue;
      this.#logStepBack({ lane, position }, 0);
      return 0;
    }
    return slice.last;
  }

  /** What is too large as a whole goes in parts, until the one event that Kafka does not take is alone. */
  async #send(lane: number, batch: Batch): Promise<Ack> {
    const { topic } = this.options;
    try {
      return await topic.publish(lane, batch.records);
    } catch (thrown) {
      const halves = isTooLarge(thrown) ? halvesOf(batch) : undefined;
      if (halves !== undefined) {
        const ack = await this.#send(lane, halves[0]);
        await this.#send(lane, halves[1]);
        return ack;
      }
      // The topic itself may have gone: it is looked for, and made again, before any lane publishes anything else.
      this.#prepared = undefined;
      this.#certain.clear();
      throw isTooLarge(thrown) ? tooLargeEvent(topic.name, lane, batch, thrown) : thrown;
    }
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
    return (await readLogIdentity(this.options.db)).logId;
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
