import { type Fact, type FactOf, isStatusFact, type Opening, type StatusFact } from './fact';
import { type CloseReason, creation, isDone, isMerged, isMove, type Status, transitions } from './lifecycle';
import { normaliseCloseReason, normaliseStatus } from './status-names';
import { type TicketHead } from './ticket-head';
import { type RejectReason, type Verdict } from './verdict';

export interface Decision {
  readonly verdict: Verdict;
  readonly reason: RejectReason | null;
  /** Where the ticket stands afterwards; null leaves it where it is. */
  readonly to: Status | null;
  /** The step between, taken at the same instant. */
  readonly via: Status | null;
  readonly closeReason: CloseReason | null;
  /** What the sender says the status is; null when the event says nothing about it. */
  readonly claim: string | null;
}

const nothing = { reason: null, to: null, via: null, closeReason: null, claim: null } as const;
const ACCEPTED: Decision = { ...nothing, verdict: 'accepted' };
export const NOOP: Decision = { ...nothing, verdict: 'noop' };

/** Whatever is about no status is accepted as it comes: its verdict never depends on other events. */
export function decideInOrder(head: TicketHead, fact: Fact): Decision {
  return isStatusFact(fact) ? decide(head, fact) : ACCEPTED;
}

function decide(head: TicketHead, fact: StatusFact): Decision {
  switch (fact.type) {
    case 'ticket.created':
    case 'ticket.reopened':
      return decideReopening(head, fact);
    case 'status.changed':
      return decideStatus(head, fact.data);
    case 'ticket.resolved':
      return isDone(head.status) ? NOOP : moveTo('resolved', null);
  }
}

/** A ticket may only begin in some states; named any other, it begins open and is moved there at once. */
export function decideCreation(fact: Opening): Decision {
  const { known, claim } = claimOf(fact);
  const to = known ?? 'open';
  return creation[to] === 'start'
    ? { ...ACCEPTED, to, claim }
    : { ...ACCEPTED, verdict: 'accepted_gap', to, via: 'open', claim };
}

function decideReopening(head: TicketHead, fact: Opening): Decision {
  const { known, claim } = claimOf(fact);
  const opensNothing = !isDone(head.status) || (known !== null && isDone(known));
  if (opensNothing) return NOOP;
  return isMerged(head.status, head.close_reason) ? reject('merged_is_final', claim) : decideCreation(fact);
}

function claimOf(fact: Opening): { known: Status | null; claim: string } {
  const named = fact.data.status ?? 'open';
  const known = normaliseStatus(named);
  return { known, claim: known ?? named };
}

function decideStatus(head: TicketHead, data: FactOf<'status.changed'>['data']): Decision {
  const to = normaliseStatus(data.new_status);
  if (to === null) return reject('unknown_status', data.new_status);
  const closeReason = to === 'closed' ? normaliseCloseReason(data.close_reason ?? '') : null;
  const from = head.status;
  const sameReason = closeReason === null || closeReason === head.close_reason;
  if (isMerged(from, head.close_reason) && !(to === 'closed' && sameReason)) {
    return reject('merged_is_final', to);
  }
  const cell = transitions[from][to];
  switch (cell) {
    case 'yes':
    case 'reopen':
      return moveTo(to, closeReason);
    case 'noop':
      return to === 'closed' && !sameReason ? moveTo(to, closeReason) : { ...NOOP, claim: to };
    case 'reject':
      return fillGap(from, to, data.previous_status ?? null) ?? reject('illegal_transition', to);
  }
}

/** The sender names the status it came from: when that step was lost on the way, both steps are taken now. */
function fillGap(from: Status, to: Status, previous: string | null): Decision | null {
  const via = previous === null ? null : normaliseStatus(previous);
  if (via === null || via === from || !isMove(from, via) || !isMove(via, to)) return null;
  return { ...moveTo(to, null), verdict: 'accepted_gap', via };
}

function moveTo(to: Status, closeReason: CloseReason | null): Decision {
  return { verdict: 'accepted', reason: null, to, via: null, closeReason, claim: to };
}

function reject(reason: RejectReason, claim: string): Decision {
  return { ...nothing, verdict: 'rejected', reason, claim };
}
