import { type SlaFold } from '../../domain/sla/fold-sla';
import { courtOf } from '../../domain/sla/partition';
import { seconds } from '../../domain/sla/seconds';
import { isUnresolved, type Stretch } from '../../domain/sla/status-course';
import { ticketMetricsRow } from '../../domain/sla/ticket-metrics-row';
import { meantBy } from '../../domain/sla/vendor';
import { isDone } from '../../domain/lifecycle';
import { type Row } from '../../followers/projections/table';
import { joined } from '../../kernel/joined';

/** Durations that may grow are kept in ms: the view adds what has passed since the anchor, and rounds the sum. */
export function metricsRow(sla: SlaFold, source: string): Row {
  const { metrics, course, assignments } = sla;
  const running = runningStretch(sla);
  const row = ticketMetricsRow(sla);
  return joined(joined(row, foreseenLag(sla) ?? NOTHING_FORESEEN), {
    source,
    created_at: course.head.created_at,
    settled_at: isDone(course.head.status) ? course.lastAt : null,
    anchor_at: sla.now,
    running_court: running === null ? null : COURTS[courtOf(running)],
    contested_runs: running?.contested === true && running.status === 'pending',
    unassigned_runs: running !== null && assignments.at(-1)?.agentId === null,
    waiting_since: course.talk.open?.since ?? null,
    unassigned_ms: metrics.unassigned,
    unresolved_ms: metrics.unresolved.calendar,
    unresolved_business_ms: metrics.unresolved.business,
    waiting_ms: metrics.waiting.calendar,
    waiting_business_ms: metrics.waiting.business,
    on_hold_ms: metrics.onHold.calendar,
    on_hold_business_ms: metrics.onHold.business,
    contested_ms: metrics.contested,
    unanswered_ms: metrics.unanswered,
    due_out_of_reach: sla.instances.some((instance) => instance.dueOutOfReach),
  });
}

const NOTHING_FORESEEN = { escalation_counts_from: null };

/** Of an escalation that came before our breach: what its lag will be, and from when on, if nothing happens before. */
function foreseenLag({ course, instances }: SlaFold): Row | null {
  const { escalation } = course.vendor;
  const meant = escalation === null ? undefined : meantBy(escalation, instances);
  if (escalation === null || meant === undefined) return null;
  const { dueAt, breaksAt, removedAt } = meant;
  if (dueAt === null || breaksAt === null || (removedAt !== null && removedAt < breaksAt)) return null;
  return {
    vendor_escalation_lag_seconds: seconds(escalation.at - dueAt),
    escalation_counts_from: breaksAt,
  };
}

export const COURTS = { active: 'active', waiting: 'waiting_on_customer', onHold: 'on_hold' } as const;

/** In which the ticket is, while it is not done. */
export function runningStretch({ course }: SlaFold): Stretch | null {
  const last = course.status.stretches.at(-1);
  return last !== undefined && isUnresolved(last) ? last : null;
}
