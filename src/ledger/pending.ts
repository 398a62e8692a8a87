import { type Fact, type FactFields, factOf } from '../domain/fact';
import { naturalKey } from '../domain/natural-key';
import { laneOf } from '../kernel/ticket-key';
import { unavailable } from './append-failure';
import { identityOf } from './identity';
import { type Incoming } from './incoming';
import { seal, type SealedContent } from './judged-event';
import { type Outcome } from './outcome';

const ROUNDS_MAX = 20;

/** An event between the request that brought it and the commit that keeps it. */
export class Pending {
  readonly lane: number;
  readonly content: SealedContent;
  /** Null for an event of no ticket. */
  readonly fact: Fact | null;
  readonly naturalKey: string | null;
  readonly identity: string;
  /** Appends that may have stored this event although their answer was lost. */
  readonly attempts = new Set<string>();
  /** Its message or status change stands in the ticket under another id: only the history tells which one counts. */
  needsHistory = false;
  readonly #listeners: (() => void)[] = [];
  #rounds = 0;
  #settled = false;
  #outcome: Outcome | null = null;

  constructor(
    readonly incoming: Incoming,
    lanes: number,
    readonly deadlineAt: number,
    private readonly resolve: (outcome: Outcome) => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.lane = laneOf(incoming.partitionKey, lanes);
    this.content = seal(incoming);
    this.identity = identityOf(incoming.source, incoming.dedupeKey);
    this.fact = incoming.ticketId === null ? null : factOfIncoming(incoming, this.identity);
    this.naturalKey = this.fact === null ? null : naturalKey(this.fact);
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Null while open, and for what failed. */
  get outcome(): Outcome | null {
    return this.#outcome;
  }

  settle(outcome: Outcome): void {
    this.#end(() => {
      this.#outcome = outcome;
      this.resolve(outcome);
    });
  }

  fail(error: Error): void {
    this.#end(() => this.reject(error));
  }

  /** A ticket that other nodes keep moving is given up at last; the sender's retry finds it calmer. */
  beginRound(): void {
    this.#rounds += 1;
    if (this.#rounds > ROUNDS_MAX) this.fail(unavailable('too many nodes write to this ticket at once'));
  }

  onSettled(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The first answer counts: after a deadline has passed the append may still come through. */
  #end(answer: () => void): void {
    if (this.#settled) return;
    this.#settled = true;
    answer();
    for (const listener of this.#listeners) listener();
  }
}

function factOfIncoming(incoming: Incoming, identity: string): Fact {
  return factOf({
    ref: identity,
    eventId: incoming.eventId,
    source: incoming.source,
    type: incoming.type,
    namedReopened: incoming.namedReopened,
    occurredAt: incoming.occurredAt,
    flags: incoming.flags,
    data: incoming.data,
  } as FactFields);
}

/** Events of no ticket stand each for itself. */
export function byTicket(events: readonly Pending[]): Iterable<Pending[]> {
  const tickets = new Map<string, Pending[]>();
  for (const pending of events) {
    const key = pending.fact === null ? pending.identity : pending.incoming.partitionKey;
    const same = tickets.get(key);
    if (same === undefined) tickets.set(key, [pending]);
    else same.push(pending);
  }
  return tickets.values();
}
