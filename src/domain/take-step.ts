import { advance, openTicket, touch } from './advance';
import { decideCreation, decideInOrder, type Decision, NOOP } from './decide';
import { type Fact, isOpening, type Opening } from './fact';
import { creationKey, type OrderKey } from './order';
import { type Repetition } from './repetition';
import { changeOf, messageOf, type Move, movesOf, type Step } from './step';
import { blankHead, type TicketHead } from './ticket-head';
import { foldFlags, type Judgement, type Reason } from './verdict';

export function creationStep(fact: Opening): Step {
  const key = creationKey(fact);
  const decision = decideCreation(fact);
  const head = openTicket(fact, decision);
  const judgement: Judgement = { ...judgementOf(fact, key, decision, null), type: 'ticket.created' };
  const before = blankHead(key[0], false);
  return stepOf(before, head, fact, key, judgement, movesOf(null, fact, decision), false);
}

/** `before` is null for the first event of a ticket whose creation was never seen. */
export function nextStep(
  before: TicketHead | null,
  fact: Fact,
  key: OrderKey,
  { repeats, messageSeen }: Repetition,
): Step {
  const base = before ?? blankHead(key[0], true);
  const decision = repeats ? NOOP : decideInOrder(base, fact);
  const head = repeats ? touch(base, key[0], 'noop') : advance(base, fact, key, decision);
  const judgement = judgementOf(fact, key, decision, repeats ? 'natural_duplicate' : decision.reason);
  const moves = movesOf(base.status, fact, decision);
  const begun: readonly Move[] =
    before === null ? [{ from: null, to: base.status, inferred: true }, ...moves] : moves;
  return stepOf(base, head, fact, key, judgement, begun, messageSeen);
}

function judgementOf(fact: Fact, key: OrderKey, { verdict }: Decision, reason: Reason | null): Judgement {
  const type = isOpening(fact) ? 'ticket.reopened' : fact.type;
  return { verdict, reason, type, flags: foldFlags(key[0] > fact.occurredAt, verdict) };
}

function stepOf(
  before: TicketHead,
  head: TicketHead,
  fact: Fact,
  key: OrderKey,
  judgement: Judgement,
  moves: readonly Move[],
  messageSeen: boolean,
): Step {
  return {
    fact,
    at: key[0],
    key,
    judgement,
    moves,
    closeReason: changeOf(before.close_reason, head.close_reason),
    owner: changeOf(before.assignee_id, head.assignee_id),
    priority: changeOf(before.priority, head.priority),
    message: messageSeen || judgement.verdict === 'rejected' ? null : messageOf(fact),
    head,
  };
}
