import { type SlaFold } from '../../domain/sla/fold-sla';
import { courtOf } from '../../domain/sla/partition';
import {
  assignmentIntervalRows,
  messageFactRows,
  resolutionCycleRows,
  responseTurnRows,
  statusIntervalRows,
} from '../../domain/sla/sla-rows';
import { type Row } from '../../followers/projections/table';
import { type TicketHistory } from '../../followers/projections/ticket-history';
import { joined } from '../../kernel/joined';
import { identityOf } from '../../ledger/identity';
import { runningStretch } from './metrics-row';

/** What is still open has no duration in the table: the view measures it. */
function durations(row: Measured, endedAt: number | null): Measured {
  if (endedAt === null) return { seconds: null, business_seconds: null };
  return { seconds: row.seconds, business_seconds: row.business_seconds };
}

interface Measured {
  readonly seconds: number | null;
  readonly business_seconds: number | null;
}

export function statusIntervals(sla: SlaFold): Row[] {
  const { scheduleId: schedule_id } = sla;
  return statusIntervalRows(sla).map((row) =>
    joined(joined(row, durations(row, row.to_at)), { schedule_id }),
  );
}

export function responseTurns(sla: SlaFold): Row[] {
  const { scheduleId: schedule_id } = sla;
  return responseTurnRows(sla).map((row) =>
    joined(joined(row, durations(row, row.ended_at)), { schedule_id }),
  );
}

export function resolutionCycles(sla: SlaFold): Row[] {
  const { course, scheduleId: schedule_id } = sla;
  const running = runningStretch(sla);
  return resolutionCycleRows(sla).map((row) => {
    const isOpen = row.done_at === null && running !== null;
    const waits = course.status.stretches.filter(
      (one) => one.cycleNo === row.cycle_no && courtOf(one) === 'waiting' && one.to !== null,
    );
    return joined(joined(row, durations(row, row.done_at)), {
      is_measured: !(row.cycle_no === 1 && course.head.creation_inferred),
      paused_ms: waits.reduce((sum, { from, to }) => sum + (to ?? from) - from, 0),
      anchor_at: isOpen ? running.from : (row.done_at ?? sla.now),
      pause_runs: isOpen && courtOf(running) === 'waiting',
      schedule_id,
    });
  });
}

export function assignmentIntervals(sla: SlaFold): Row[] {
  const { assignments, scheduleId: schedule_id } = sla;
  const running = runningStretch(sla);
  const clock = sla.instances.find((one) => one.metric === 'resolution' && one.stage === 'running');
  return assignmentIntervalRows(sla).map((row, index) => {
    const one = assignments[index];
    const isOpen = row.to_at === null && running !== null;
    const runsBy = isOpen ? clock : undefined;
    return joined(row, {
      unresolved_ms: one?.unresolved ?? 0,
      active_ms: one?.active ?? 0,
      elapsed_ms: one?.resolutionElapsed ?? 0,
      elapsed_business_ms: one?.resolutionElapsedBusiness ?? 0,
      // What is over stays as it is, whatever happens later.
      anchor_at: row.to_at ?? sla.now,
      active_runs: isOpen && courtOf(running) === 'active',
      elapsed_runs_by: runsBy?.basis ?? null,
      elapsed_until: runsBy?.removedAt ?? null,
      schedule_id,
    });
  });
}

export function messageFacts(sla: SlaFold, { events }: TicketHistory): Row[] {
  const { messages } = sla.course.talk;
  if (messages.length === 0) return [];
  const stored = new Map(events.map((event) => [identityOf(event.source, event.dedupeKey), event]));
  return messageFactRows(sla).map((row, index) => {
    const event = stored.get(messages[index]?.fact.ref ?? '');
    if (event === undefined) throw new Error(`message ${row.event_id} is not among its ticket's events`);
    return joined(row, { position: event.position, claimed_at: event.claimedAt });
  });
}
