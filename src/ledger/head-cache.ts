import { type TicketHead } from '../domain/ticket-head';
import { type Queryable } from '../platform/postgres/database';
import { type Pending } from './pending';
import { readHeads } from './reading';

/**
 * The heads this node saw last; null = the ticket had no event. It may be behind another node's append: the append
 * compares revisions, so a stale head costs a second round, never a wrong verdict.
 */
export class HeadCache {
  /** A Map iterates in order of insertion: the first entry is the least recently used. */
  readonly #heads = new Map<string, TicketHead | null>();

  constructor(
    private readonly db: Queryable,
    private readonly capacity: number,
  ) {}

  get(key: string): TicketHead | null | undefined {
    const found = this.#heads.get(key);
    if (found !== undefined) this.set(key, found);
    return found;
  }

  set(key: string, head: TicketHead | null): void {
    this.#heads.delete(key);
    this.#heads.set(key, head);
    if (this.#heads.size > this.capacity) {
      const oldest = this.#heads.keys().next();
      if (oldest.done !== true) this.#heads.delete(oldest.value);
    }
  }

  /** An opening is taken for a new ticket without a look: the append's comparison of revisions tells if it is not. */
  async load(batch: readonly Pending[]): Promise<void> {
    const missing = new Map<string, Pending>();
    const opened = new Set<string>();
    for (const pending of batch) {
      const { ticketId, partitionKey: key, type } = pending.incoming;
      if (ticketId === null || opened.has(key) || this.get(key) !== undefined) continue;
      if (type === 'ticket.created' && !missing.has(key)) opened.add(key);
      else missing.set(key, pending);
    }
    await this.reload([...missing.values()]);
  }

  /** The heads of these events' tickets as they are now. */
  async reload(events: readonly Pending[]): Promise<void> {
    const tickets = events.flatMap(({ incoming: { tenant, ticketId, partitionKey } }) =>
      ticketId === null ? [] : [{ tenant, ticketId, partitionKey }],
    );
    if (tickets.length === 0) return;
    const found = await readHeads(this.db, tickets);
    tickets.forEach(({ partitionKey }, index) => this.set(partitionKey, found.get(index) ?? null));
  }
}
