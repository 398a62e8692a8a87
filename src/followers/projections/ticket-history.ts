import { type Fact } from '../../domain/fact';
import { extendFold, foldTicket, type TicketFold } from '../../domain/fold-ticket';
import { ticketKey } from '../../kernel/ticket-key';
import { factOfStored, type HistoryEvent, isOwn } from '../../ledger/reading';

interface OfTicket {
  readonly ticketId: string;
  readonly verdict: NonNullable<HistoryEvent['verdict']>;
}

/** An event that belongs to a ticket, and so has a verdict. */
export type TicketEvent = HistoryEvent & OfTicket;

export function isTicketEvent<E extends HistoryEvent>(event: E): event is E & OfTicket {
  return event.ticketId !== null;
}

/** All that a ticket's lane held of it at one position. Facts and fold throw where the events can't be understood. */
export class TicketHistory {
  readonly key: string;
  readonly last: TicketEvent;
  #facts: readonly Fact[] | undefined;
  #fold: TicketFold | undefined;

  /**
   * `events` in the order they were stored, casetrail's own among them; `before` is the fold of the `known` facts of the
   * first of them.
   */
  constructor(
    readonly events: readonly TicketEvent[],
    readonly known: readonly Fact[] = [],
    readonly before?: TicketFold,
  ) {
    const last = events.at(-1);
    if (last === undefined) throw new Error('a ticket has at least one event');
    this.last = last;
    this.key = ticketKey(last.tenant, last.ticketId);
  }

  with(more: readonly TicketEvent[]): TicketHistory {
    return new TicketHistory([...this.events, ...more], this.#facts, this.#fold);
  }

  /** What the sender told, in the order it was stored: casetrail's own events are no input of a fold. */
  get facts(): readonly Fact[] {
    if (this.#facts === undefined) {
      const told = this.events.filter((event) => !isOwn(event));
      this.#facts = [...this.known, ...told.slice(this.known.length).map(factOfStored)];
    }
    return this.#facts;
  }

  /** The truth of the ticket, in the order in which things happened: led on where nothing came late. */
  get fold(): TicketFold {
    if (this.#fold === undefined) {
      const led =
        this.before === undefined ? null : extendFold(this.before, this.facts.slice(this.known.length));
      this.#fold = led ?? foldTicket(this.facts);
    }
    return this.#fold;
  }

  /** How many of its events have a version. */
  get version(): number {
    return this.events.reduce((version, event) => Math.max(version, event.version ?? 0), 0);
  }
}

export function byTicket<E extends HistoryEvent>(slice: readonly E[]): Map<string, (E & OfTicket)[]> {
  const tickets = new Map<string, (E & OfTicket)[]>();
  for (const event of slice) {
    if (!isTicketEvent(event)) continue;
    const key = ticketKey(event.tenant, event.ticketId);
    const same = tickets.get(key);
    if (same === undefined) tickets.set(key, [event]);
    else same.push(event);
  }
  return tickets;
}
