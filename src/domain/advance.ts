import { type Decision } from './decide';
import { type Fact, type FactOf, isOpening, type Opening } from './fact';
import { isDone } from './lifecycle';
import { compareKeys, creationKey, type OrderKey } from './order';
import { blankHead, type TicketHead } from './ticket-head';
import { type Verdict } from './verdict';

type Draft = { -readonly [K in keyof TicketHead]: TicketHead[K] };

/** The head after an event that changes nothing but the counts and the last instant. */
export function touch(head: TicketHead, at: number, verdict: Verdict): TicketHead {
  return draftAfter(head, at, verdict);
}

export function openTicket(fact: Opening, decision: Decision): TicketHead {
  const blank: TicketHead = { ...blankHead(fact.occurredAt, false), origin: fact.data.origin ?? 'customer' };
  return advance(blank, fact, creationKey(fact), decision);
}

/** The head after an event whose verdict is known and which nothing later contradicts. */
export function advance(head: TicketHead, fact: Fact, key: OrderKey, decision: Decision): TicketHead {
  const at = key[0];
  const next = draftAfter(head, at, decision.verdict);
  switch (fact.type) {
    case 'ticket.created':
    case 'ticket.reopened':
    case 'status.changed':
    case 'ticket.resolved':
      moveStatus(next, fact, at, decision);
      break;
    case 'agent.assigned':
      assign(next, fact, at);
      break;
    case 'priority.changed':
      next.priority = fact.data.priority;
      next.priority_at = at;
      break;
    case 'message.received':
    case 'message.edited':
    case 'first_response.sent':
    case 'escalation.fired':
      return next;
  }
  if (next.last_key === null || compareKeys(key, next.last_key) > 0) next.last_key = key;
  return next;
}

function draftAfter(head: TicketHead, at: number, verdict: Verdict): Draft {
  const next: Draft = { ...head, revision: head.revision + 1 };
  if (verdict !== 'rejected') next.version += 1;
  if (at > next.last_event_at) next.last_event_at = at;
  if (next.creation_inferred && at < next.created_at) next.created_at = at;
  return next;
}

function moveStatus(next: Draft, fact: Fact, at: number, decision: Decision): void {
  next.status_at = at;
  if (decision.to !== null) {
    if (isDone(next.status) && !isDone(decision.via ?? decision.to)) next.cycle_no += 1;
    next.status = decision.to;
    next.close_reason = decision.closeReason;
    if (fact.type === 'status.changed') settleStatusChange(next, fact, at, decision);
    if (isOpening(fact)) settleOpening(next, fact, at, decision);
  }
  if (decision.claim !== null) next.upstream_status = decision.claim;
  next.is_diverged = next.upstream_status !== null && next.upstream_status !== next.status;
}

function settleStatusChange(
  next: Draft,
  fact: FactOf<'status.changed'>,
  at: number,
  decision: Decision,
): void {
  if (decision.closeReason === 'merged') next.merged_into = fact.data.merged_into ?? null;
  own(next, namedOwner(fact, decision), at);
}

/** What an opening tells about the ticket is kept once: a later reopening only fills what was never said. */
function settleOpening(next: Draft, fact: Opening, at: number, decision: Decision): void {
  const { data } = fact;
  next.customer_id ??= data.customer_id ?? data.customer?.telegram_user_id ?? null;
  next.channel_type ??= data.channel?.type ?? null;
  own(next, namedOwner(fact, decision), at);
  if (data.priority !== null && data.priority !== undefined) {
    next.priority = data.priority;
    next.priority_at = at;
  }
}

/** Only an explicit `assigned` status names an owner; an agent beside another status is who did it. */
export function namedOwner(fact: Opening | FactOf<'status.changed'>, decision: Decision): string | null {
  return decision.to === 'assigned' ? (fact.data.agent_id ?? null) : null;
}

function own(next: Draft, agentId: string | null, at: number): void {
  if (agentId === null) return;
  next.assignee_id = agentId;
  next.owner_at = at;
}

/** Given to a group without naming an agent, the ticket waits in that group's queue: nobody owns it. */
function assign(next: Draft, { data }: FactOf<'agent.assigned'>, at: number): void {
  next.assignee_id = data.agent_id ?? null;
  next.team_id = data.group_id ?? next.team_id;
  next.owner_at = at;
}
