import { type OpeningType, type TicketEventType } from './event-types';
import { type Body } from './events';

/** What judge and fold see of one ticket event. */
export interface FactOf<T extends TicketEventType> {
  /** Unique per event: source + '/' + dedupe key. The last tie-break, since an event id is unique per source only. */
  readonly ref: string;
  /** Lower-case text of a uuid. */
  readonly eventId: string;
  /** The source's name. */
  readonly source: string;
  /** As the sender meant it, or as stored: which opening is the creation is decided anew by every fold. */
  readonly type: T;
  /** The sender itself called it ticket.reopened: never the creation. */
  readonly namedReopened: boolean;
  /** ms UTC, after the clamp of future clocks. */
  readonly occurredAt: number;
  /** Facts of arrival (future_clock, late, stale …). What the fold finds out by itself is ignored here. */
  readonly flags: readonly string[];
  /** Without personal fields. */
  readonly data: Body<T>;
}

export type Fact = { [T in TicketEventType]: FactOf<T> }[TicketEventType];
export type Opening = { [T in OpeningType]: FactOf<T> }[OpeningType];
export type StatusFact = Opening | FactOf<'status.changed'> | FactOf<'ticket.resolved'>;

export type FactFields = Omit<FactOf<TicketEventType>, 'data'> & {
  readonly data: Readonly<Record<string, unknown>>;
};

/** The one cast: `data` was parsed by the schema of `type`, and the compiler cannot follow that. */
export function factOf(fields: FactFields): Fact {
  return fields as Fact;
}

export function isOpening(fact: Fact): fact is Opening {
  return fact.type === 'ticket.created' || fact.type === 'ticket.reopened';
}

/** Events whose verdict depends on what came before them. */
export function isStatusFact(fact: Fact): fact is StatusFact {
  return isOpening(fact) || fact.type === 'status.changed' || fact.type === 'ticket.resolved';
}

export function mayBeCreation(fact: Fact): boolean {
  return isOpening(fact) && !fact.namedReopened;
}
