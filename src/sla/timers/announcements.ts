import { bindingAt, type SlaConfig } from '../../domain/sla/config';
import { ownerAt } from '../../domain/sla/course';
import { foldSla, type SlaFold } from '../../domain/sla/fold-sla';
import { iso, omit } from '../../domain/sla/output';
import { seconds } from '../../domain/sla/seconds';
import { type TicketEvent, TicketHistory } from '../../followers/projections/ticket-history';
import { type Announcement } from '../../ledger/announcement';
import { isOwn } from '../../ledger/reading';
import { type SlaConfigurations } from '../sla-configurations';
import { type Deadline } from './deadline';
import { brokenIn, instanceOf, learnedAt, newsOf } from './news';

/** All that is to be announced of a ticket by now, in the order in which it fell due. */
export function announcementsOf(
  history: TicketHistory,
  configurations: SlaConfigurations,
  now: number,
): Announcement[] {
  const { fold, last } = history;
  const config = configurations.configOf(last.tenant, fold);
  const sla = foldSla(fold, config, -Infinity);
  const { deadlines, withdrawn } = newsOf(history, sla, configurations);
  const due = deadlines.filter(({ from }) => from <= now).sort((a, b) => a.at - b.at);
  return [
    ...withdrawn.map((breached) => {
      return withdrawal(breached, causeOf(breached, history, config, configurations), history, now);
    }),
    ...due.map((deadline) => announced(deadline, history, sla, now)),
  ];
}

function announced(deadline: Deadline, history: TicketHistory, sla: SlaFold, now: number): Announcement {
  const { kind, instance, at } = deadline;
  const body = { ...bodyOf(deadline), assignee_id: ownerAt(sla.course, at) };
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

function bodyOf({ kind, instance, instanceId: id }: Deadline) {
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
  cause: TicketEvent | null,
  history: TicketHistory,
  now: number,
): Announcement {
  const id = instanceOf(breached);
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
  history: TicketHistory,
  config: SlaConfig,
  configurations: SlaConfigurations,
): TicketEvent | null {
  const { events } = history;
  const at = learnedAt(history, config, configurations);
  const suspects = events.filter((event) => event.position > breached.position && !isOwn(event));
  const undoing = suspects.find((suspect) => {
    const known = new TicketHistory(events.filter(({ position }) => position <= suspect.position));
    return !brokenIn(known.key, foldSla(known.fold, config, at)).has(instanceOf(breached));
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
