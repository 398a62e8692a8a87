import { type Pending } from './pending';

/** What one append may carry beside its number of events: 8 MiB keeps a statement far below PostgreSQL's limits. */
const BATCH_BYTES_MAX = 8 * 1024 * 1024;

/**
 * Events waiting for the next append, in order of arrival. A held ticket's events wait apart: while one of them is
 * looked into, later ones must not overtake it and move the ticket's revision away from under it for ever.
 */
export class AppendQueue {
  #ready: Pending[] = [];
  readonly #held = new Map<string, { holders: number; waiting: Pending[] }>();

  get isEmpty(): boolean {
    return this.#ready.length === 0;
  }

  push(pending: Pending): void {
    (this.#heldOf(pending)?.waiting ?? this.#ready).push(pending);
  }

  /** Back to the front: they were here before. */
  putBack(events: readonly Pending[]): void {
    const free = events.filter((pending) => this.#heldOf(pending)?.waiting.push(pending) === undefined);
    this.#ready = [...free, ...this.#ready];
  }

  take(max: number): Pending[] {
    const batch: Pending[] = [];
    let bytes = 0;
    let seen = 0;
    for (const pending of this.#ready) {
      const size = pending.incoming.raw.length;
      if (batch.length === max || (bytes > 0 && bytes + size > BATCH_BYTES_MAX)) break;
      seen += 1;
      if (pending.settled) continue;
      bytes += size;
      batch.push(pending);
    }
    this.#ready = this.#ready.slice(seen);
    return batch;
  }

  /** While an append hangs nothing is taken, and what was given up meanwhile must not pile up. */
  forgetSettled(): void {
    const isOpen = (pending: Pending): boolean => !pending.settled;
    if (!this.#ready.every(isOpen)) this.#ready = this.#ready.filter(isOpen);
    for (const held of this.#held.values()) {
      if (!held.waiting.every(isOpen)) held.waiting = held.waiting.filter(isOpen);
    }
  }

  hold(ticket: string): void {
    const held = this.#held.get(ticket) ?? { holders: 0, waiting: [] };
    held.holders += 1;
    this.#held.set(ticket, held);
    this.#ready = this.#ready.filter((pending) => {
      const isOfIt = pending.fact !== null && pending.incoming.partitionKey === ticket;
      if (isOfIt) held.waiting.push(pending);
      return !isOfIt;
    });
  }

  release(ticket: string, again: readonly Pending[]): void {
    const held = this.#held.get(ticket);
    if (held === undefined) return;
    held.holders -= 1;
    held.waiting = [...again, ...held.waiting];
    if (held.holders > 0) return;
    this.#held.delete(ticket);
    this.#ready = [...held.waiting, ...this.#ready];
  }

  #heldOf(pending: Pending): { waiting: Pending[] } | undefined {
    return pending.fact === null ? undefined : this.#held.get(pending.incoming.partitionKey);
  }
}
