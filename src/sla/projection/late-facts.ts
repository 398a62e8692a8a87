import { type Fact, mayBeCreation } from '../../domain/fact';
import { extendFold, foldTicket, type TicketFold } from '../../domain/fold-ticket';
import { compareKeys, orderKey, type OrderKey, rankOf } from '../../domain/order';
import { type SlaConfig } from '../../domain/sla/config';
import { type Revision, revisionsBy } from '../../domain/sla/revisions';
import { type TicketEvent, type TicketHistory } from '../../followers/projections/ticket-history';
import { isOwn } from '../../ledger/reading';

/** A late event, and the published figures that it changed. */
export interface LateFact {
  readonly fact: Fact;
  readonly event: TicketEvent;
  readonly revisions: readonly Revision[];
}

/** Those among the first facts of a ticket: what comes behind them changes nothing about it. */
export interface KnownLateFacts {
  readonly upTo: number;
  readonly late: readonly LateFact[];
}

const NOTHING_KNOWN: KnownLateFacts = { upTo: 0, late: [] };

/** A function of the lane, whenever and however often it is computed. `known` by the same configuration. */
export function lateFacts(history: TicketHistory, config: SlaConfig, known = NOTHING_KNOWN): LateFact[] {
  const { facts, events } = history;
  const late = [...known.late];
  const told = events.filter((event) => !isOwn(event));
  const earlier = new EarlierFolds(history);
  // A creation may push others behind itself, and they may then stand behind what happened at its instant.
  const beginnings = new Set<number>();
  let latest: OrderKey | null = null;
  for (const [index, fact] of facts.entries()) {
    const own = orderKey(fact, fact.occurredAt, rankOf(fact));
    const isBehind = latest !== null && compareKeys(own, latest) < 0;
    if (!isBehind) latest = own;
    if (mayBeCreation(fact)) beginnings.add(fact.occurredAt);
    if (index < known.upTo || !(isBehind || beginnings.has(fact.occurredAt))) continue;
    const event = told[index];
    if (event === undefined) throw new Error(`event ${fact.ref} is not among its ticket's events`);
    const before = facts.slice(0, index);
    const revisions = revisionsBy(before, fact, event.receivedAt, config, (some) => earlier.of(some.length));
    if (revisions.length > 0) late.push({ fact, event, revisions });
  }
  return late;
}

/** The truth of a ticket by its first facts, asked for more of them each time. */
class EarlierFolds {
  #count: number;
  #fold: TicketFold | undefined;

  constructor(private readonly history: TicketHistory) {
    this.#count = history.known.length;
    this.#fold = history.before;
  }

  of(count: number): TicketFold {
    // What one late event leaves is mostly where the next one finds the ticket.
    if (this.#fold === undefined || this.#count !== count) this.#fold = this.#made(count);
    this.#count = count;
    return this.#fold;
  }

  #made(count: number): TicketFold {
    const { facts, fold } = this.history;
    if (count === facts.length) return fold;
    const [from, before] = [this.#count, this.#fold];
    const led = before === undefined || from > count ? null : extendFold(before, facts.slice(from, count));
    return led ?? foldTicket(facts.slice(0, count));
  }
}
