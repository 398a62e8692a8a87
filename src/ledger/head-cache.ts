import { type TicketHead } from '../domain/ticket-head';

/**
 * The heads this node saw last; null = the ticket had no event. It may be behind another node's append: the append
 * compares revisions, so a stale head costs a second round, never a wrong verdict.
 */
export class HeadCache {
  /** A Map iterates in order of insertion: the first entry is the least recently used. */
  readonly #heads = new Map<string, TicketHead | null>();

  constructor(private readonly capacity: number) {}

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

  delete(key: string): void {
    this.#heads.delete(key);
  }
}
