import { type TicketRows } from './projection';
import { type TicketHistory } from './ticket-history';

/** A ticket as this node last committed it. */
export interface KnownTicket {
  readonly history: TicketHistory;
  /** By projection; missing where the rows in the table are not known. */
  readonly rows: ReadonlyMap<string, TicketRows>;
}

/**
 * The tickets of one lane that were written last. While this node holds the lane nobody else writes their rows, so what is
 * here needs no reading; it is forgotten with the lease.
 */
export class TicketCache {
  readonly #tickets = new Map<string, KnownTicket>();
  #events = 0;

  constructor(private readonly eventsMax: number) {}

  get(key: string): KnownTicket | undefined {
    return this.#tickets.get(key);
  }

  set(key: string, ticket: KnownTicket): void {
    this.#forget(key);
    this.#tickets.set(key, ticket);
    this.#events += ticket.history.events.length;
    for (const [oldest] of this.#tickets) {
      if (this.#events <= this.eventsMax) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    const known = this.#tickets.get(key);
    if (known === undefined) return;
    this.#tickets.delete(key);
    this.#events -= known.history.events.length;
  }
}
