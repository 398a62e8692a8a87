import { type KafkaMessage } from 'kafkajs';
import { behind, type Bookmark, type BookmarkStore } from './bookmark';
import { type Broken, ChainBroken, type Link, linkOf, placeOf } from './chain';
import { type Handler, tryToHandle } from './handling';
import { type ParkingTopic, type Place, type WhyParked } from './parking';

export interface Rules {
  readonly handle: Handler;
  readonly versionOf?: (ticket: string) => Promise<number | null> | number | null;
  readonly bookmarks?: BookmarkStore;
  readonly attempts: number;
  readonly isPoison: (error: unknown) => boolean;
  readonly onParked: (ticket: string, error: unknown) => void;
  readonly onBroken: (broken: Broken) => Promise<void> | void;
}

/** Of all partitions of this member. */
export interface Parking {
  readonly topic: ParkingTopic;
  readonly tickets: Set<string>;
}

/** What kafkajs' own retries would not mend: the follower stops with the cause. */
export class Fatal extends Error {
  override readonly name = 'Fatal';
}

export interface Run {
  readonly heartbeat: () => Promise<void>;
  readonly isStopping: () => boolean;
}

/** One partition while it is ours: what of it is done, and what its next record means. */
export class Partition {
  #last: Bookmark | null;
  /** Of the last record of any kind, copies included. */
  #offset: string | undefined;
  #committed: string | undefined;
  #isPlaced = false;

  constructor(
    private readonly place: Place,
    private readonly rules: Rules,
    private readonly parking: Parking | undefined,
    last: Bookmark | null,
  ) {
    this.#last = last;
  }

  get last(): Bookmark | null {
    return this.#last;
  }

  /**
   * The offset to go back to when the store knows less than the group committed, as after a restored backup. Only asked
   * once: in a topic made anew that offset may never come.
   */
  rewindFrom(firstOffset: string): string | null {
    if (this.#isPlaced || this.#last === null) return null;
    this.#isPlaced = true;
    const next = behind(this.#last.offset);
    return BigInt(firstOffset) > BigInt(next) ? next : null;
  }

  /** False when it was told to stop first: the record is then to come again. */
  async take(message: KafkaMessage, run: Run): Promise<boolean> {
    const isTaken = await this.#take(message, run);
    if (isTaken) this.#offset = message.offset;
    return isTaken;
  }

  /** What the group does not know yet. */
  uncommitted(): { readonly offset: string; readonly last: Bookmark | null } | null {
    if (this.#offset === undefined || this.#offset === this.#committed) return null;
    return { offset: this.#offset, last: this.#last };
  }

  committed(offset: string): void {
    this.#committed = offset;
  }

  async #take(message: KafkaMessage, run: Run): Promise<boolean> {
    const link = linkOf(message.headers);
    if (link === null) {
      await this.#broken(message, {
        kind: 'foreign',
        expected: 'ce_position, ce_prevposition',
        found: 'none',
      });
      return true;
    }
    if (link.isReplay) return this.rules.versionOf === undefined ? true : this.#event(message, link, run);
    const place = placeOf(link, this.#last);
    if (place === 'copy') return true;
    if (place !== 'next') await this.#broken(message, place);
    return this.#event(message, link, run);
  }

  async #event(message: KafkaMessage, link: Link, run: Run): Promise<boolean> {
    const ticket = String(message.key);
    const position = link.isReplay ? (this.#last?.position ?? 0) : link.position;
    const bookmark: Bookmark = { ...this.place, offset: message.offset, position, logId: link.logId };
    if (this.parking?.tickets.has(ticket) === true) {
      if (!link.isReplay)
        await this.#park(message, bookmark, { error: 'follows a parked event', attempts: 0 });
      return true;
    }
    const { handle, attempts, isPoison } = this.rules;
    const handled = await tryToHandle(
      message,
      { bookmark, previous: this.#last, isReplay: link.isReplay },
      {
        handle: async (event, context) => {
          if (context.attempt > 1 && !link.isReplay && (await this.#isStored(bookmark))) return;
          if (await this.#isNew(ticket, link)) await handle(event, context);
          else await this.#save(bookmark);
        },
        attempts,
        isPoison,
        ...run,
      },
    );
    if (handled.kind === 'stopped') return false;
    if (handled.kind === 'done' || (!link.isReplay && (await this.#isStored(bookmark)))) {
      this.#last = bookmark;
      return true;
    }
    // A member that was expelled is told so here: the event may not be for it to park.
    await run.heartbeat();
    await this.#fail(message, bookmark, handled);
    return true;
  }

  /** A transaction that seemed to fail may have been committed; or another member has the partition and did the event. */
  async #isStored({ topic, partition, position, logId }: Bookmark): Promise<boolean> {
    const stored = (await this.rules.bookmarks?.load(topic, partition)) ?? null;
    return stored !== null && stored.logId === logId && stored.position >= position;
  }

  async #save(bookmark: Bookmark): Promise<void> {
    try {
      await this.rules.bookmarks?.save(bookmark, this.#last);
    } catch (thrown) {
      if (!(await this.#isStored(bookmark))) throw thrown;
    }
  }

  async #isNew(ticket: string, { ticketVersion }: Link): Promise<boolean> {
    const known = (await this.rules.versionOf?.(ticket)) ?? null;
    return known === null || ticketVersion > known;
  }

  async #fail(
    message: KafkaMessage,
    bookmark: Bookmark,
    { error, attempts }: { readonly error: unknown; readonly attempts: number },
  ): Promise<void> {
    if (this.parking === undefined) throw new Fatal('an event could not be handled', { cause: error });
    const ticket = String(message.key);
    await this.#park(message, bookmark, { error: String(error), attempts });
    this.parking.tickets.add(ticket);
    this.rules.onParked(ticket, error);
  }

  async #park(message: KafkaMessage, bookmark: Bookmark, why: WhyParked): Promise<void> {
    await this.parking?.topic.park(this.place, message, why);
    await this.#save(bookmark);
    this.#last = bookmark;
  }

  async #broken({ offset }: KafkaMessage, what: Pick<Broken, 'kind' | 'expected' | 'found'>): Promise<void> {
    const broken = { ...what, ...this.place, offset };
    try {
      await this.rules.onBroken(broken);
    } catch (cause) {
      throw new Fatal(new ChainBroken(broken).message, { cause });
    }
  }
}
