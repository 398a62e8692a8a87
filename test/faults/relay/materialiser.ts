import { Kafka, logLevel } from 'kafkajs';
import { type Bookmark } from '../../../src/consumer/bookmark';
import { ChainBroken } from '../../../src/consumer/chain';
import { type TicketFollower } from '../../../src/consumer/follow-options';
import { followTickets } from '../../../src/consumer/follow-tickets';
import { type EventContext } from '../../../src/consumer/handling';
import { type TicketEvent } from '../../../src/consumer/ticket-events';
import { pause } from '../../../src/kernel/backoff';
import { asError } from '../../../src/kernel/errors';

const AGAIN_AFTER_MS = 500;

export interface MaterialisedTicket {
  readonly status: string;
  readonly close_reason: string | null;
  readonly assignee: string | null;
  readonly cycle_no: number;
  readonly version: number;
}

/**
 * A service of another team, made with the consumer kit: it keeps each ticket's state together with its place in the topic,
 * and whoever runs it starts it again when it ends.
 */
export class Materialiser {
  readonly tickets = new Map<string, MaterialisedTicket>();
  /** What the kit promises and did not keep. */
  readonly faults: string[] = [];
  /** How often it was started. */
  lives = 0;
  readonly #bookmarks = new Map<number, Bookmark>();
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #follower: TicketFollower | undefined;

  constructor(
    private readonly brokers: readonly string[],
    private readonly topic: string,
  ) {
    this.#running = this.#keepAlive();
  }

  /** By partition. */
  position(partition: number): number {
    return this.#bookmarks.get(partition)?.position ?? 0;
  }

  async restart(): Promise<boolean> {
    const follower = this.#follower;
    await follower?.stop().catch(() => undefined);
    return follower !== undefined;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.restart();
    await this.#running;
  }

  async #keepAlive(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#live();
      } catch (thrown) {
        if (thrown instanceof ChainBroken) {
          this.faults.push(`the consumer stopped: ${asError(thrown).message}`);
          return;
        }
        await pause(AGAIN_AFTER_MS, this.#stopping.signal);
      }
    }
  }

  async #live(): Promise<void> {
    this.lives += 1;
    const kafka = new Kafka({
      brokers: [...this.brokers],
      clientId: 'materialiser',
      logLevel: logLevel.NOTHING,
    });
    const follower = await followTickets({
      kafka,
      groupId: 'materialiser',
      topic: this.topic,
      bookmarks: {
        load: (_, partition) => Promise.resolve(this.#bookmarks.get(partition) ?? null),
        save: (bookmark) => {
          this.#save(bookmark);
          return Promise.resolve();
        },
      },
      handle: (event, context) => this.#apply(event, context),
    });
    this.#follower = follower;
    await follower.done.finally(() => (this.#follower = undefined));
  }

  #apply({ subject, ticketversion, after }: TicketEvent, { bookmark }: EventContext): void {
    const before = this.tickets.get(subject)?.version ?? 0;
    if (ticketversion !== before + 1)
      this.faults.push(`${subject}: the consumer got version ${ticketversion} behind ${before}`);
    this.tickets.set(subject, { ...after, version: ticketversion });
    this.#save(bookmark);
  }

  #save(bookmark: Bookmark): void {
    this.#bookmarks.set(bookmark.partition, bookmark);
  }
}
