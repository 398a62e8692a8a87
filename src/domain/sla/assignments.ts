import { type Calendar, CALENDAR_TIME } from './calendar';
import { calendarNamed, type SlaConfig } from './config';
import { type Course, type OwnerChange } from './course';
import { type SlaInstance } from './instance';
import { courtOf } from './partition';
import { isUnresolved } from './status-course';

/** Durations in ms. */
export interface AssignmentInterval {
  /** Null: the queue. */
  readonly agentId: string | null;
  readonly from: number;
  /** Null: still. */
  readonly to: number | null;
  readonly by: OwnerChange['by'];
  /** Unresolved time only: nobody works on what is done. */
  readonly unresolved: number;
  readonly active: number;
  /** On the clocks of the resolution instances. */
  readonly resolutionElapsed: number;
  readonly resolutionElapsedBusiness: number;
}

export function assignmentsOf(
  course: Course,
  instances: readonly SlaInstance[],
  config: SlaConfig,
  business: Calendar,
  now: number,
): AssignmentInterval[] {
  const resolutions = instances.filter(({ metric }) => metric === 'resolution');
  const held = heldBy(course);
  return held.map((change, index) => {
    const { agentId, at: from, by } = change;
    const to = held[index + 1]?.at ?? doneAt(course);
    const until = to ?? now;
    return {
      agentId,
      from,
      to,
      by,
      ...measured(course, from, until),
      ...elapsedIn(resolutions, config, business, from, until),
    };
  });
}

/** Who really had it: not whom another replaced at the same instant, and nobody who came after the solution. */
function heldBy({ owners, status }: Course): OwnerChange[] {
  const doneIn = status.cycles.at(-1)?.doneIn ?? Infinity;
  return owners.filter((change, index) => change.index <= doneIn && owners[index + 1]?.at !== change.at);
}

function doneAt({ status }: Course): number | null {
  return status.cycles.at(-1)?.doneAt ?? null;
}

function measured({ status }: Course, from: number, to: number) {
  const sums = { unresolved: 0, active: 0 };
  for (const stretch of status.stretches) {
    if (stretch.from >= to) break;
    if (!isUnresolved(stretch)) continue;
    const ms = overlap(CALENDAR_TIME, stretch.from, stretch.to ?? to, from, to);
    sums.unresolved += ms;
    if (courtOf(stretch) === 'active') sums.active += ms;
  }
  return sums;
}

function elapsedIn(
  resolutions: readonly SlaInstance[],
  config: SlaConfig,
  business: Calendar,
  from: number,
  to: number,
) {
  let [resolutionElapsed, resolutionElapsedBusiness] = [0, 0];
  for (const { basis, scheduleId, spans } of resolutions) {
    const own = basis === 'business' ? calendarNamed(config, scheduleId) : CALENDAR_TIME;
    for (const span of spans) {
      if (span.kind === 'pause') continue;
      resolutionElapsed += overlap(own, span.from, span.to, from, to);
      resolutionElapsedBusiness += overlap(business, span.from, span.to, from, to);
    }
  }
  return { resolutionElapsed, resolutionElapsedBusiness };
}

function overlap(calendar: Calendar, from: number, to: number, start: number, end: number): number {
  const [a, b] = [Math.max(from, start), Math.min(to, end)];
  return a < b ? calendar.business(a, b) : 0;
}
