import { type Fact } from '../fact';
import { isDone, isExcludedFromMetrics } from '../lifecycle';
import { type AssignmentInterval } from './assignments';
import { type Calendar, CALENDAR_TIME } from './calendar';
import { type Course } from './course';
import { type FirstResponse } from './first-response';
import { type SlaInstance } from './instance';
import { type Court, partitionOf } from './partition';
import { type Cycle } from './status-course';
import { type TalkCounts, talkCountsOf } from './talk-counts';
import { vendorDeltasOf } from './vendor';

/** A duration in ms, as time passes and as the ticket's schedule counts it. */
export interface Measured {
  readonly calendar: number | null;
  readonly business: number | null;
}

/** What a ticket tells about itself. Durations in ms; null where there is none, or none that could be trusted. */
export interface TicketMetrics {
  readonly firstResponse: Measured;
  readonly firstAssignedAt: number | null;
  readonly firstAssignment: number | null;
  readonly unassigned: number | null;
  readonly firstResolvedAt: number | null;
  readonly firstResolution: Measured;
  readonly lastResolvedAt: number | null;
  readonly fullResolution: Measured;
  readonly effectiveResolution: number | null;
  readonly resolvedByAgentId: string | null;
  readonly unresolved: Measured;
  readonly waiting: Measured;
  readonly onHold: Measured;
  /** Independent of the others: together with waiting and onHold it is unresolved to the ms. */
  readonly active: Measured;
  readonly contested: number | null;
  readonly unanswered: number | null;
  readonly reopens: number;
  readonly cycles: number;
  readonly reassignments: number;
  readonly talk: TalkCounts;
  readonly isOneTouch: boolean;
  readonly resolvedWithoutReply: boolean;
  readonly vendorFirstResponseDelta: number | null;
  readonly vendorResolutionDelta: number | null;
  readonly vendorEscalationLag: number | null;
}

export interface MetricsInput {
  readonly course: Course;
  readonly first: FirstResponse;
  readonly instances: readonly SlaInstance[];
  readonly assignments: readonly AssignmentInterval[];
  /** Null: no schedule was ever applied. */
  readonly business: Calendar | null;
  readonly now: number;
}

export function metricsOf(input: MetricsInput): TicketMetrics {
  const { course, first, instances, assignments, business, now } = input;
  const { head, status } = course;
  const isExcluded = isExcludedFromMetrics(head.close_reason);
  const isKnown = !isExcluded && !head.creation_inferred;
  const firstDone = status.cycles[0] ?? null;
  const lastDone = status.cycles.findLast(({ doneAt }) => doneAt !== null) ?? null;
  const created = head.created_at;
  const sinceCreation = (at: number | null): Measured =>
    isKnown && at !== null ? measure(business, created, at) : NOTHING;

  const firstResponse =
    isKnown && first.elapsed !== null && first.since !== null && first.at !== null
      ? measure(business, first.since, first.at)
      : NOTHING;
  const firstResolution = sinceCreation(firstDone?.doneAt ?? null);
  const firstAssignedAt = course.owners.find(({ agentId }) => agentId !== null)?.at ?? null;
  const talk = talkCountsOf(course);
  const reopens = head.cycle_no - 1;
  const isNowDone = isDone(head.status);
  const vendor = vendorDeltasOf(
    course,
    { firstResponse: firstResponse.calendar, firstResolution: firstResolution.calendar },
    instances,
  );
  return {
    firstResponse,
    firstAssignedAt,
    firstAssignment: sinceCreation(firstAssignedAt).calendar,
    unassigned: isKnown ? sum(assignments, (one) => (one.agentId === null ? one.unresolved : 0)) : null,
    firstResolvedAt: firstDone?.doneAt ?? null,
    firstResolution,
    lastResolvedAt: lastDone?.doneAt ?? null,
    fullResolution: isNowDone ? sinceCreation(lastDone?.doneAt ?? null) : NOTHING,
    effectiveResolution: isNowDone ? sinceCreation(effectiveEnd(course, lastDone)).calendar : null,
    resolvedByAgentId: lastDone?.doneBy ? agentBehind(lastDone.doneBy) : null,
    ...courts(input, isExcluded, isKnown),
    unanswered: isExcluded ? null : sum(course.talk.turns, ({ since, endedAt }) => (endedAt ?? now) - since),
    reopens,
    cycles: head.cycle_no,
    reassignments: course.reassignments,
    talk,
    isOneTouch: isNowDone && talk.agentTurns === 1 && reopens === 0 && !isExcluded,
    resolvedWithoutReply: first.resolvedWithoutReply,
    vendorFirstResponseDelta: vendor.firstResponse,
    vendorResolutionDelta: vendor.resolution,
    vendorEscalationLag: isExcluded ? null : vendor.escalationLag,
  };
}

const NOTHING: Measured = { calendar: null, business: null };

function measure(business: Calendar | null, from: number, to: number): Measured {
  return { calendar: to - from, business: business === null ? null : business.business(from, to) };
}

/** What began before we saw the ticket is longer than we can know, so the sums that hold its beginning are unknown. */
function courts({ course, business, now }: MetricsInput, isExcluded: boolean, isKnown: boolean) {
  const calendar = partitionOf(course, CALENDAR_TIME, now);
  const open = business === null ? null : partitionOf(course, business, now);
  const both = (court: Court): Measured => ({ calendar: calendar[court], business: open?.[court] ?? null });
  return {
    unresolved: isKnown ? unresolvedOf(course, business, now) : NOTHING,
    active: isKnown ? both('active') : NOTHING,
    waiting: isExcluded ? NOTHING : both('waiting'),
    onHold: isExcluded ? NOTHING : both('onHold'),
    contested: isExcluded ? null : calendar.contested,
  };
}

function unresolvedOf({ status }: Course, business: Calendar | null, now: number): Measured {
  const total = (calendar: Calendar): number =>
    sum(status.cycles, ({ openedAt, doneAt }) => calendar.business(openedAt, doneAt ?? now));
  return { calendar: total(CALENDAR_TIME), business: business === null ? null : total(business) };
}

/** A ticket that a rule closed because the customer kept silent was solved when the silence began. */
function effectiveEnd({ status }: Course, done: Cycle | null): number | null {
  if (done === null || done.doneFrom !== 'pending' || !isAutomatic(done)) return done?.doneAt ?? null;
  const pending = status.spans.findLast((span) => span.status === 'pending' && span.cycleNo === done.no);
  return pending?.from ?? done.doneAt;
}

function isAutomatic({ closeReason, doneBy }: Cycle): boolean {
  if (closeReason === 'auto') return true;
  return doneBy?.type === 'status.changed' && typeof doneBy.data.changed_by?.rule === 'string';
}

/** Who did it by the event itself; the assignee is not credited for what another did. */
function agentBehind(fact: Fact): string | null {
  if (fact.type === 'status.changed') return fact.data.changed_by?.agent_id ?? fact.data.agent_id ?? null;
  return fact.type === 'ticket.resolved' ? (fact.data.agent_id ?? null) : null;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
}
