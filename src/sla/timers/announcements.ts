import { bindingAt } from '../../domain/sla/config';
import { ownerAt } from '../../domain/sla/course';
import { foldSla, type SlaFold } from '../../domain/sla/fold-sla';
import { instanceId } from '../../domain/sla/instance-id';
import { type SlaInstance } from '../../domain/sla/instance';
import { iso, omit } from '../../domain/sla/output';
import { seconds } from '../../domain/sla/seconds';
import { type TicketEvent, TicketHistory } from '../../followers/projections/ticket-history';
import { type Announcement } from '../../ledger/announcement';
import { isOwn } from '../../ledger/reading';
import { type SlaConfigurations } from '../sla-configurations';
import { type Deadline } from './deadline';
import { brokenIn, instanceOf, newsOf } from './news';

/** All that is to be announced of a ticket by now, in the order in which it fell due. */
export function announcementsOf(
  history: TicketHistory,
  configurations: SlaConfigurations,
  now: number,
): Announcement[] {
  const { fold, last } = history;
  const sla = foldSla(fold, configurations.configOf(last.tenant, fold), now);
  const { deadlines, withdrawn } = newsOf(history, sla, configurations);
  const due = deadlines.filter(({ from }) => from <= now).sort((a, b) => a.at - b.at);
  return [
    ...withdrawn.map((breached) => withdrawal(breached, history, sla, now)),
    ...due.map((deadline) => announced(deadline, history, sla, now)),
  ];
}

function announced(deadline: Deadline, history: TicketHistory, sla: SlaFold, now: number): Announcement {
  const { kind, at } = deadline;
  const instance = sla.instances.find((one) => instanceId(history.key, one) === deadline.instanceId);
  if (instance === undefined) throw new Error(`deadline of an unknown instance ${deadline.instanceId}`);
  const body = { ...bodyOf(deadline, instance), assignee_id: ownerAt(sla.course, at) };
  const base = { ...envelopeOf(history, now), occurredAt: at, causationId: null };
  if (kind === 'warned') {
    const { warn_percent } = bindingAt(sla.config, instance.startedAt)?.body.policy ?? {};
    const due = iso(instance.dueAt) ?? `paused ${String(iso(at))}`;
    const dedupeKey = `sla.warned:${deadline.instanceId}@${due}`;
    return { ...base, type: 'sla.warned', dedupeKey, body: { ...body, warn_percent } };
  }
  const breach = { breached_at: iso(at), breach_cause: instance.breach?.cause ?? 'deadline' };
  const dedupeKey = `sla.breached:${deadline.instanceId}#${withdrawals(history, deadline.instanceId) + 1}`;
  return { ...base, type: 'sla.breached', dedupeKey, body: { ...body, ...breach } };
}

function bodyOf({ kind, instanceId: id }: Deadline, instance: SlaInstance) {
  const { breach } = instance;
  const missed = kind === 'breached' && breach !== null ? breach : null;
  return {
    instance_id: id,
    metric: instance.metric,
    instance_no: instance.no,
    policy_id: instance.policyId,
    policy_version: instance.policyVersion,
    target_seconds: seconds(missed?.target ?? instance.target),
    due_at: iso(missed?.cause === 'deadline' ? missed.at : instance.dueAt),
  };
}

/** In the words of the announcement that it takes back: the instance itself may be gone. */
function withdrawal(
  breached: TicketEvent,
  history: TicketHistory,
  { config }: SlaFold,
  now: number,
): Announcement {
  const id = instanceOf(breached);
  const cause = causeOf(breached, history, config, now);
  return {
    ...envelopeOf(history, now),
    type: 'sla.breach_withdrawn',
    dedupeKey: `sla.breach_withdrawn:${id}#${withdrawals(history, id) + 1}`,
    occurredAt: cause?.receivedAt ?? now,
    causationId: cause?.eventId ?? null,
    body: { ...omit(breached.data, ['breach_cause']), cause_event_id: cause?.eventId ?? null },
  };
}

/** The late event with which the breach was none any more; null: it was configuration. */
function causeOf(
  breached: TicketEvent,
  { events }: TicketHistory,
  config: SlaFold['config'],
  now: number,
): TicketEvent | null {
  const suspects = events.filter((event) => event.position > breached.position && !isOwn(event));
  const undoing = suspects.find((suspect) => {
    const known = new TicketHistory(events.filter(({ position }) => position <= suspect.position));
    return !brokenIn(known.key, foldSla(known.fold, config, now)).has(instanceOf(breached));
  });
  return undoing ?? null;
}

function withdrawals({ events }: TicketHistory, id: string): number {
  return events.filter((event) => event.type === 'sla.breach_withdrawn' && instanceOf(event) === id).length;
}

function envelopeOf({ last }: TicketHistory, now: number) {
  const { tenant, ticketId } = last;
  return { tenant, ticketId, receivedAt: now, correlationId: null, traceparent: null };
}
