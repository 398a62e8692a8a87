import { advance, namedOwner, openTicket, touch } from './advance';
import { decideCreation, decideInOrder, type Decision } from './decide';
import { type Fact, type FactOf, isOpening, mayBeCreation, type Opening } from './fact';
import { compareKeys, orderKey, type OrderKey, rankOf } from './order';
import { type After, afterOf, blankHead, effectiveAt, type TicketHead } from './ticket-head';
import { foldFlags, type Judgement } from './verdict';

export interface Judged extends Judgement {
  /** The next head. */
  readonly head: TicketHead;
  readonly after: After;
}

/**
 * Judges an event by the head alone. Null means that the ticket's history is needed: the event is late and could
 * change an earlier verdict, the state, or which event is the creation.
 * The caller keeps natural duplicates away: whether a key was seen before is in the history, not in the head.
 */
export function judge(head: TicketHead | null, fact: Fact): Judged | null {
  if (head === null) return judgeFirst(fact);
  // At the same instant the event id would decide which is the creation, and the head does not keep it.
  if (mayBeCreation(fact) && (head.creation_inferred || fact.occurredAt <= head.created_at)) return null;
  const at = effectiveAt(head, fact.occurredAt);
  const key = orderKey(fact, at, rankOf(fact));
  const decision = decideInOrder(head, fact);
  switch (effectOf(head, fact, key, decision)) {
    case 'applies':
      return judged(fact, at, decision, advance(head, fact, key, decision));
    case 'superseded':
      return judged(fact, at, decision, touch(head, at, decision.verdict));
    case 'unknown':
      return null;
  }
}

function judgeFirst(fact: Fact): Judged {
  const at = fact.occurredAt;
  if (isOpening(fact) && !fact.namedReopened) {
    const decision = decideCreation(fact);
    return { ...judged(fact, at, decision, openTicket(fact, decision)), type: 'ticket.created' };
  }
  const head = blankHead(at, true);
  const decision = decideInOrder(head, fact);
  return judged(fact, at, decision, advance(head, fact, orderKey(fact, at, rankOf(fact)), decision));
}

function judged(fact: Fact, at: number, decision: Decision, head: TicketHead): Judged {
  return {
    verdict: decision.verdict,
    reason: decision.reason,
    type: isOpening(fact) ? 'ticket.reopened' : fact.type,
    flags: foldFlags(at > fact.occurredAt, decision.verdict),
    head,
    after: afterOf(head),
  };
}

/** `superseded`: something later has already set all that this event would set. */
type Effect = 'applies' | 'superseded' | 'unknown';

function effectOf(head: TicketHead, fact: Fact, key: OrderKey, decision: Decision): Effect {
  if (head.last_key === null || compareKeys(key, head.last_key) > 0) return 'applies';
  const at = key[0];
  switch (fact.type) {
    case 'message.received':
    case 'message.edited':
    case 'first_response.sent':
    case 'escalation.fired':
      return 'applies';
    case 'priority.changed':
      return lateEffect(at, head.priority_at);
    case 'agent.assigned': {
      const effect = lateEffect(at, head.owner_at);
      // A later assignment without a group leaves the team of this one in force.
      return effect === 'superseded' && (fact.data.group_id ?? null) !== null ? 'unknown' : effect;
    }
    case 'ticket.resolved':
      return isAfter(at, head.status_at) ? 'applies' : 'unknown';
    case 'status.changed':
    case 'ticket.created':
    case 'ticket.reopened':
      return isAfter(at, head.status_at) && settlesLast(head, fact, at, decision) ? 'applies' : 'unknown';
  }
}

/** True if what else a status event sets, beside the status, was not set by something later. */
function settlesLast(
  head: TicketHead,
  fact: Opening | FactOf<'status.changed'>,
  at: number,
  decision: Decision,
) {
  const setsOwner = namedOwner(fact, decision) !== null;
  const setsPriority = isOpening(fact) && decision.to !== null && (fact.data.priority ?? null) !== null;
  return (!setsOwner || isAfter(at, head.owner_at)) && (!setsPriority || isAfter(at, head.priority_at));
}

/** Equal instants stay open: rank and event id would decide, and the head keeps them only for the last event. */
function lateEffect(at: number, settledAt: number | null): Effect {
  if (isAfter(at, settledAt)) return 'applies';
  return at === settledAt ? 'unknown' : 'superseded';
}

function isAfter(at: number, settledAt: number | null): boolean {
  return settledAt === null || at > settledAt;
}
