import { joined } from '../../kernel/joined';
import { type Fact } from '../fact';
import { categoryOf } from '../lifecycle';
import { CALENDAR_TIME } from './calendar';
import { calendarNamed } from './config';
import { ownerAt } from './course';
import { type SlaFold } from './fold-sla';
import { type SlaInstance } from './instance';
import { courtOf } from './partition';
import { seconds } from './seconds';

/** The rows of one ticket in rpt, without its keys: seconds, and instants in ms UTC. What runs is evaluated at `fold.now`. */

export function slaInstanceRow({ course, config }: SlaFold, instance: SlaInstance) {
  const { breach } = instance;
  return {
    metric: instance.metric,
    instance_no: instance.no,
    policy_id: instance.policyId,
    policy_version: instance.policyVersion,
    schedule_id: instance.scheduleId,
    basis: instance.basis,
    target_seconds: seconds(instance.target),
    breach_target_seconds: seconds(breach?.target ?? null),
    started_at: instance.startedAt,
    stopped_at: instance.stoppedAt,
    due_at: instance.dueAt,
    original_due_at: instance.originalDueAt,
    warn_at: instance.warnAt,
    stage: instance.stage,
    outcome: instance.outcome,
    breached: breach !== null,
    breached_at: breach?.at ?? null,
    breach_cause: breach?.cause ?? null,
    cancel_reason: instance.cancelReason,
    elapsed_seconds: seconds(instance.elapsed),
    paused_seconds: seconds(instance.paused),
    overrun_seconds: seconds(instance.overrun),
    owner_at_breach: breach === null ? null : ownerAt(course, breach.at),
    closed_by_event: instance.stoppedBy?.eventId ?? null,
    config_revision: config.revision,
  };
}

export function statusIntervalRows(fold: SlaFold) {
  return fold.course.status.spans.map(({ status, from, to, cycleNo, by, inferred }, index) => {
    const row = {
      seq: index + 1,
      status,
      category: categoryOf[status],
      from_at: from,
      to_at: to,
      cycle_no: cycleNo,
      entered_by: actorOf(by),
      event_id: by.eventId,
      is_inferred: inferred,
    };
    return joined(row, measured(fold, from, to));
  });
}

export function assignmentIntervalRows({ assignments }: SlaFold) {
  return assignments.map((one, index) => ({
    seq: index + 1,
    agent_id: one.agentId,
    from_at: one.from,
    to_at: one.to,
    seconds: seconds(one.unresolved),
    active_seconds: seconds(one.active),
    resolution_elapsed_seconds: seconds(one.resolutionElapsed),
    resolution_elapsed_business_seconds: seconds(one.resolutionElapsedBusiness),
  }));
}

export function responseTurnRows(fold: SlaFold) {
  return fold.course.talk.turns.map((turn) => {
    const row = {
      turn_no: turn.no,
      kind: turn.kind,
      waiting_since: turn.since,
      ended_at: turn.endedAt,
      outcome: turn.outcome,
      answered_by_kind: turn.answeredBy,
      agent_id: turn.agentId,
      trigger_message_id: turn.triggerId,
      answer_message_id: turn.answerId,
      customer_messages: turn.customerMessages,
    };
    return joined(row, measured(fold, turn.since, turn.endedAt));
  });
}

/** `paused_seconds` is the time in which the customer was waited for, whatever a policy makes of it. */
export function resolutionCycleRows(fold: SlaFold) {
  const { status, head } = fold.course;
  return status.cycles.map(({ no, openedAt, openedBy, doneAt, inferred }) => {
    const isUnknown = no === 1 && head.creation_inferred;
    const waits = status.stretches.filter((one) => one.cycleNo === no && courtOf(one) === 'waiting');
    const paused = waits.reduce((sum, { from, to }) => sum + (to ?? fold.now) - from, 0);
    const row = {
      cycle_no: no,
      opened_at: openedAt,
      done_at: doneAt,
      paused_seconds: seconds(paused),
      reopened_by: no === 1 ? null : actorOf(openedBy),
      start_inferred: inferred,
    };
    return joined(
      row,
      isUnknown ? { seconds: null, business_seconds: null } : measured(fold, openedAt, doneAt),
    );
  });
}

/** `claimed_at` is on the envelope and not in the fold. */
export function messageFactRows({ course, first }: SlaFold) {
  return course.talk.messages.map(({ fact, at, message, turnNo }) => ({
    message_id: message.id,
    event_id: fact.eventId,
    occurred_at: at,
    sender_kind: message.sender,
    agent_id: message.agentId,
    is_public: message.isPublic,
    is_opening: message.isOpening,
    content_type: contentTypeOf(fact),
    turn_no: turnNo,
    is_first_response: first.message?.fact === fact,
  }));
}

export function slaEventRows({ events }: SlaInstance) {
  return events.map(({ type, at, by, target, elapsed }, index) => ({
    seq: index + 1,
    type,
    at,
    event_id: by?.eventId ?? null,
    target_seconds: seconds(target),
    elapsed_seconds: seconds(elapsed),
  }));
}

function measured({ scheduleId, config, now }: SlaFold, from: number, to: number | null) {
  const until = to ?? now;
  const business = scheduleId === null ? null : calendarNamed(config, scheduleId).business(from, until);
  return { seconds: seconds(CALENDAR_TIME.business(from, until)), business_seconds: seconds(business) };
}

/** An agent's id, else the rule that did it, else only what kind of person did. */
function actorOf(fact: Fact): string | null {
  switch (fact.type) {
    case 'status.changed':
      return fact.data.changed_by?.agent_id ?? fact.data.changed_by?.rule ?? fact.data.agent_id ?? null;
    case 'ticket.resolved':
      return fact.data.agent_id ?? null;
    case 'ticket.created':
    case 'ticket.reopened':
      return fact.data.origin === 'agent' ? (fact.data.agent_id ?? 'agent') : 'customer';
    case 'message.received':
    case 'message.edited':
    case 'agent.assigned':
    case 'first_response.sent':
    case 'escalation.fired':
    case 'priority.changed':
      return null;
  }
}

function contentTypeOf(fact: Fact): string | null {
  if (fact.type === 'ticket.created' || fact.type === 'ticket.reopened') {
    return fact.data.initial_message?.content_type ?? null;
  }
  if (fact.type !== 'message.received') return null;
  const { content } = fact.data;
  const one = Array.isArray(content) ? content[0] : content;
  return one?.content_type ?? null;
}
