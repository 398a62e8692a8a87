import { isExcludedFromMetrics } from '../lifecycle';
import { type Course } from './course';
import { type FirstResponse, type Wait } from './first-response';
import { type CancelReason, type Commitment, type Passage, type Stop } from './instance';
import { type Policy, type SlaMetric } from './policy';
import { type Cycle, isUnresolved, type StatusCourse } from './status-course';

/** All that could have a target, in the order in which it is shown. A ticket whose beginning is unknown owes nothing. */
export function commitmentsOf(course: Course, first: FirstResponse): Commitment[] {
  if (course.head.creation_inferred) return [];
  const next = course.talk.turns.filter((turn) => turn.kind === 'next');
  return [
    ...(first.wait === null ? [] : [waiting(course, 'first_response', 1, first.wait)]),
    ...next.map((turn, index) => waiting(course, 'next_response', index + 1, turn)),
    ...course.status.cycles.map((cycle) => resolving(course.status, cycle)),
  ];
}

/** Whatever the status: parking a ticket does not answer the customer. */
export function waiting({ status }: Course, metric: SlaMetric, no: number, wait: Wait): Commitment {
  const passages: Passage[] = [{ kind: 'run', from: wait.since, to: wait.endedAt, by: wait.openedBy }];
  return {
    metric,
    no,
    startedAt: wait.since,
    startedBy: wait.openedBy,
    startedIn: wait.openedIn,
    priority: wait.priority,
    inferred: wait.inferred,
    stop: stopOf(wait, status),
    passages: () => passages,
  };
}

function stopOf(wait: Wait, { cycles }: StatusCourse): Stop | null {
  const { endedAt: at, endedBy: by, endedIn: index } = wait;
  if (at === null || by === null || index === null) return null;
  if (wait.outcome === 'answered') return { at, by, index, unkept: null };
  const cycle = cycles.find(({ doneIn }) => doneIn === index);
  return { at, by, index, unkept: exclusionOf(cycle) ?? 'resolved_without_reply' };
}

function resolving(status: StatusCourse, cycle: Cycle): Commitment {
  const { doneAt: at, doneBy: by, doneIn: index } = cycle;
  const stop =
    at === null || by === null || index === null ? null : { at, by, index, unkept: exclusionOf(cycle) };
  return {
    metric: 'resolution',
    no: cycle.no,
    startedAt: cycle.openedAt,
    startedBy: cycle.openedBy,
    startedIn: cycle.openedIn,
    priority: cycle.priority,
    inferred: cycle.inferred,
    stop,
    passages: (policy) => passagesOf(status, cycle, policy),
  };
}

function passagesOf({ stretches }: StatusCourse, cycle: Cycle, policy: Policy): Passage[] {
  const pauses = new Set<string>(policy.pause_statuses);
  const passages: Passage[] = [];
  for (const stretch of stretches) {
    if (stretch.cycleNo !== cycle.no || !isUnresolved(stretch)) continue;
    // The customer who has written waits for us, whatever the status says.
    const kind = pauses.has(stretch.status) && !stretch.contested ? 'pause' : 'run';
    const last = passages.at(-1);
    if (last?.kind === kind) passages[passages.length - 1] = { ...last, to: stretch.to };
    else if (stretch.to === null || stretch.to > stretch.from) {
      passages.push({ kind, from: stretch.from, to: stretch.to, by: stretch.by });
    }
  }
  return passages;
}

function exclusionOf(cycle: Cycle | undefined): CancelReason | null {
  const reason = cycle?.closeReason ?? null;
  return reason !== null && isExcludedFromMetrics(reason) ? (reason as CancelReason) : null;
}
