import { type SlaConfig } from '../../domain/sla/config';
import { type TicketHistory } from '../../followers/projections/ticket-history';
import { type KnownLateFacts, type LateFact, lateFacts } from './late-facts';

interface Remembered extends KnownLateFacts {
  readonly config: SlaConfig;
  readonly size: number;
}

/**
 * Finds each late fact of a ticket once, however often its rows are made. It outlives the ticket's history, which is read anew
 * whenever it was long or others came in between, and the lane's lease: a node that lost it over much work has that behind it.
 */
export class LateMemory {
  readonly #tickets = new Map<string, Remembered>();
  #size = 0;

  /** The ticket that was asked for last stays, whatever its size. */
  constructor(private readonly sizeMax: number) {}

  lateFacts(history: TicketHistory, config: SlaConfig): readonly LateFact[] {
    const { key, facts } = history;
    const known = this.#tickets.get(key);
    const isOfUse = known !== undefined && known.config === config && known.upTo <= facts.length;
    const late = lateFacts(history, config, isOfUse ? known : undefined);
    const size = late.reduce((sum, { revisions }) => sum + revisions.length, 1);
    this.#forget(key);
    this.#tickets.set(key, { config, upTo: facts.length, late, size });
    this.#size += size;
    for (const [oldest] of this.#tickets) {
      if (this.#size <= this.sizeMax || oldest === key) break;
      this.#forget(oldest);
    }
    return late;
  }

  #forget(key: string): void {
    this.#size -= this.#tickets.get(key)?.size ?? 0;
    this.#tickets.delete(key);
  }
}
