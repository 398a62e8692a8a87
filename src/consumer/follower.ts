import { type Consumer, type EachBatchPayload, KafkaJSNonRetriableError } from 'kafkajs';
import { behind, type Bookmark, committedBookmark, further, metadataOf } from './bookmark';
import { type Broken, ChainBroken } from './chain';
import { type FollowOptions, type TicketFollower } from './follow-options';
import { Fatal, type Parking, Partition, type Rules } from './partition';
import { ParkingTopic } from './parking';
import { stoppable } from './stoppable';

const TOPIC = 'casetrail.ticket-events.v1';
const ATTEMPTS = 3;
/** kafkajs' own 5 s would delay every stop by as much. */
const MAX_WAIT_MS = 250;
/** So long its partitions rest when a member dies without a word. */
const SESSION_MS = 10_000;
const COMMIT_AFTER_MS = 1000;
/** How often kafkajs is asked for a heartbeat; it sends one when its own `heartbeatInterval` is over. */
const HEARTBEAT_MS = 1000;
/** kafkajs' own default, which goes when it is told anything about retries. */
const RETRIES = 5;

/** One member of the group. */
export class Follower implements TicketFollower {
  readonly done: Promise<void>;
  readonly #topic: string;
  readonly #rules: Rules;
  readonly #consumer: Consumer;
  readonly #parkingTopic: ParkingTopic | undefined;
  /** Of this generation of the group: another member may have gone on with what we had before. */
  readonly #partitions = new Map<number, Promise<Partition>>();
  /** Up to where each partition was done here, committed or not. */
  readonly #done = new Map<number, Bookmark>();
  readonly #batches = new Set<Promise<void>>();
  #parking: Promise<Parking | undefined> | undefined;
  #generation = 0;
  #isStopped = false;
  #ending: Promise<void> | undefined;
  #settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined;

  constructor(private readonly options: FollowOptions) {
    const { kafka, groupId, parkingTopic } = options;
    this.#topic = options.topic ?? TOPIC;
    this.#rules = {
      attempts: ATTEMPTS,
      isPoison: () => true,
      onParked: () => undefined,
      onBroken: stop,
      ...options,
    };
    this.#consumer = stoppable(kafka, () => this.#isStopped).consumer({
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: MAX_WAIT_MS,
      sessionTimeout: SESSION_MS,
      ...options.consumer,
      // kafkajs restarts a crashed consumer even when it was told to disconnect meanwhile: it would keep partitions and do nothing.
      retry: {
        retries: RETRIES,
        ...options.consumer?.retry,
        restartOnFailure: async (error) =>
          this.#ending === undefined && ((await options.consumer?.retry?.restartOnFailure?.(error)) ?? true),
      },
      groupId,
    });
    if (parkingTopic !== undefined) this.#parkingTopic = new ParkingTopic(kafka, parkingTopic, groupId);
    this.done = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
  }

  async start(): Promise<void> {
    this.#consumer.on('consumer.group_join', () => {
      this.#generation += 1;
      this.#partitions.clear();
      this.#parking = undefined;
    });
    this.#consumer.on('consumer.crash', ({ payload }) => {
      if (!payload.restart) void this.#end(payload.error);
    });
    await this.#parkingTopic?.ensure(this.#topic);
    await this.#consumer.connect();
    try {
      await this.#consumer.subscribe({ topic: this.#topic, fromBeginning: true });
      await this.#consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: this.options.concurrency ?? 1,
        eachBatch: (payload) => this.#busyWith(payload),
      });
    } catch (thrown) {
      await this.#consumer.disconnect();
      throw thrown;
    }
  }

  stop(): Promise<void> {
    return this.#end();
  }

  /** Waits for the batches under way, so these must not wait for it. */
  #end(failure?: unknown): Promise<void> {
    this.#ending ??= this.#disconnect().then(
      () => (failure === undefined ? this.#settle?.resolve() : this.#settle?.reject(failure)),
      (thrown: unknown) => this.#settle?.reject(failure ?? thrown),
    );
    return this.#ending;
  }

  async #disconnect(): Promise<void> {
    // Told to stop, kafkajs takes no commit any more, and does not say so.
    await Promise.allSettled(this.#batches);
    this.#isStopped = true;
    await this.#consumer.disconnect();
    await this.#parkingTopic?.close();
  }

  async #busyWith(payload: EachBatchPayload): Promise<void> {
    // A call of the handler may take longer than the session. A heartbeat that fails is asked for again before the next event.
    const heart = setInterval(() => void payload.heartbeat().catch(() => undefined), HEARTBEAT_MS);
    const batch = this.#follow(payload);
    this.#batches.add(batch);
    try {
      await batch;
    } finally {
      clearInterval(heart);
      this.#batches.delete(batch);
    }
  }

  async #follow(payload: EachBatchPayload): Promise<void> {
    if (this.#ending !== undefined) return;
    const { partition: number, topic } = payload.batch;
    const generation = this.#generation;
    const isLost = (): boolean => generation !== this.#generation;
    const partition = await this.#partition(number);
    const rewound = partition.rewindFrom(payload.batch.messages[0]?.offset ?? '0');
    if (rewound !== null) {
      this.#consumer.seek({ topic, partition: number, offset: rewound });
      return;
    }
    try {
      await this.#records(partition, payload, isLost);
    } catch (thrown) {
      // That this fails too must not hide from kafkajs that the group is to be joined again.
      if (!isLost()) await this.#commit(partition, number).catch(() => undefined);
      if (!(thrown instanceof Fatal)) throw thrown;
      void this.#end(thrown.cause);
      return;
    } finally {
      if (partition.last !== null) this.#done.set(number, partition.last);
    }
    if (!isLost()) await this.#commit(partition, number);
  }

  async #records(partition: Partition, payload: EachBatchPayload, isLost: () => boolean): Promise<void> {
    const { batch } = payload;
    const heartbeat = (): Promise<void> => payload.heartbeat();
    const isStopping = (): boolean =>
      this.#ending !== undefined || !payload.isRunning() || payload.isStale() || isLost();
    let committedAt = Date.now();
    for (const message of batch.messages) {
      if (isStopping()) return;
      await heartbeat();
      if (!(await partition.take(message, { heartbeat, isStopping }))) return;
      payload.resolveOffset(message.offset);
      if (Date.now() - committedAt < COMMIT_AFTER_MS || isLost()) continue;
      await this.#commit(partition, batch.partition);
      committedAt = Date.now();
    }
  }

  async #commit(partition: Partition, number: number): Promise<void> {
    const pending = partition.uncommitted();
    if (pending === null) return;
    const { offset, last } = pending;
    const metadata = last === null ? null : metadataOf(last);
    try {
      await this.#consumer.commitOffsets([
        { topic: this.#topic, partition: number, offset: behind(offset), metadata },
      ]);
    } catch (thrown) {
      // kafkajs joins the group again when it is told that it was expelled, but not when that is the cause of another error.
      throw thrown instanceof KafkaJSNonRetriableError ? (thrown.cause ?? thrown) : thrown;
    }
    partition.committed(offset);
  }

  #partition(number: number): Promise<Partition> {
    const known = this.#partitions.get(number);
    if (known !== undefined) return known;
    const opened = this.#open(number);
    this.#partitions.set(number, opened);
    opened.catch(() => this.#partitions.delete(number));
    return opened;
  }

  async #open(partition: number): Promise<Partition> {
    const { kafka, groupId, bookmarks } = this.options;
    this.#parking ??= this.#parkedTickets();
    const [parking, last] = await Promise.all([
      this.#parking,
      bookmarks === undefined
        ? committedBookmark(kafka, groupId, this.#topic, partition).then((committed) =>
            further(committed, this.#done.get(partition)),
          )
        : bookmarks.load(this.#topic, partition),
    ]);
    return new Partition({ topic: this.#topic, partition }, this.#rules, parking, last);
  }

  async #parkedTickets(): Promise<Parking | undefined> {
    const topic = this.#parkingTopic;
    return topic === undefined ? undefined : { topic, tickets: new Set((await topic.read()).keys()) };
  }
}

function stop(broken: Broken): never {
  throw new ChainBroken(broken);
}
