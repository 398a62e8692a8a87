import { type Fact } from '../fact';
import { CALENDAR_TIME } from './calendar';
import { type Clock, pass, retarget, stoppedClock, warnAfter } from './clock';
import { type Binding, bindingAt, calendarNamed, removalAfter, type SlaConfig } from './config';
import { type PriorityChange } from './course';
import {
  type CancelReason,
  type Commitment,
  type Outcome,
  type Passage,
  type SlaEvent,
  type SlaInstance,
  type Stage,
} from './instance';
import { type Policy, targetOf } from './policy';
import { type Version } from './versions';

/** A commitment as it goes, on the clock of the policy in force when it began. */
interface Run {
  readonly commitment: Commitment;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly events: SlaEvent[];
  passage: Passage | null;
  anchorAt: number;
  elapsedAtAnchor: number;
  pausedAtAnchor: number;
  originalDueAt: number | null;
  end: End | null;
}

interface End {
  readonly at: number;
  readonly by: Fact | null;
  readonly unkept: CancelReason | null;
}

/** Null: nothing was promised. */
export function runInstance(
  commitment: Commitment,
  priorities: readonly PriorityChange[],
  config: SlaConfig,
  now: number,
): SlaInstance | null {
  const binding = bindingAt(config, commitment.startedAt);
  const policy = binding?.body.policy ?? null;
  if (binding === null || policy === null) return null;
  const retargets = priorities.filter((change) => isWhileOpen(commitment, change));
  const target = targetOf(policy, commitment.metric, commitment.priority);
  if (target === null && retargets.length === 0) return null;

  const run = begin(commitment, policy, config, binding.body.scheduleId);
  if (target !== null) promise(run, commitment.startedAt, commitment.startedBy, target);
  const removal = removalAfter(config, commitment.startedAt);
  const end = endOf(commitment, removal, now);
  go(run, retargets, end?.at ?? now);
  run.end ??= end;
  if (run.clock.target === Infinity) return null;
  return settled(run, binding, removal, run.end?.at ?? now);
}

function isWhileOpen({ startedIn, stop }: Commitment, { index }: PriorityChange): boolean {
  return index > startedIn && (stop === null || index < stop.index);
}

function begin(commitment: Commitment, policy: Policy, config: SlaConfig, scheduleId: string): Run {
  const calendar = policy.basis === 'business' ? calendarNamed(config, scheduleId) : CALENDAR_TIME;
  return {
    commitment,
    policy,
    clock: stoppedClock(calendar, policy.warn_percent),
    events: [],
    passage: null,
    anchorAt: commitment.startedAt,
    elapsedAtAnchor: 0,
    pausedAtAnchor: 0,
    originalDueAt: null,
    end: null,
  };
}

/** A beginning that no event tells of is cancelled at once; a policy taken away ends what is still open. */
function endOf(
  { startedAt, startedBy, inferred, stop }: Commitment,
  removal: number,
  now: number,
): End | null {
  if (inferred) return { at: startedAt, by: startedBy, unkept: 'inferred_start' };
  if (removal <= now && (stop === null || removal < stop.at)) {
    return { at: removal, by: null, unkept: 'policy_removed' };
  }
  return stop;
}

function go(run: Run, retargets: readonly PriorityChange[], until: number): void {
  let next = 0;
  for (const passage of run.commitment.passages(run.policy)) {
    if (passage.from > until) return;
    const to = Math.min(passage.to ?? until, until);
    let from = passage.from;
    if (passage.to === null || passage.to > from) enter(run, passage);
    for (let change = retargets[next]; change !== undefined && change.at <= to; change = retargets[next]) {
      tick(run, passage, from, change.at);
      from = change.at;
      next += 1;
      reprioritise(run, change);
      if (run.end !== null) return;
    }
    tick(run, passage, from, to);
  }
}

function enter(run: Run, passage: Passage): void {
  const { clock } = run;
  if ((run.passage?.kind ?? 'run') !== passage.kind) {
    note(run, passage.kind === 'pause' ? 'pause' : 'resume', passage.from, passage.by, clock.elapsed);
  }
  run.passage = passage;
  run.anchorAt = passage.from;
  run.elapsedAtAnchor = clock.elapsed;
  run.pausedAtAnchor = clock.paused;
}

function tick(run: Run, { kind, by }: Passage, from: number, to: number): void {
  const { clock } = run;
  const { warnedAt, breach } = clock;
  pass(clock, kind, from, to, by);
  noteNews(run, warnedAt, breach);
}

function noteNews(run: Run, warnedBefore: Clock['warnedAt'], breachBefore: Clock['breach']): void {
  const { warnedAt, breach, elapsed, target } = run.clock;
  if (warnedAt !== null && warnedAt !== warnedBefore) {
    note(run, 'warn', warnedAt, null, Math.min(elapsed, warnAfter(run.clock)));
  }
  if (breach !== null && breachBefore === null) {
    note(run, 'breach', breach.at, null, breach.cause === 'deadline' ? target : elapsed);
  }
}

function reprioritise(run: Run, { priority, at, by }: PriorityChange): void {
  const { clock, policy, commitment } = run;
  const target = targetOf(policy, commitment.metric, priority);
  if (target === clock.target || (target === null && clock.target === Infinity)) return;
  if (target === null) run.end = { at, by, unkept: 'policy_removed' };
  else promise(run, at, by, target);
}

/** What is promised later counts from the start all the same. */
function promise(run: Run, at: number, by: Fact, target: number): void {
  const { clock } = run;
  const { warnedAt, breach } = clock;
  const isFirst = clock.target === Infinity;
  retarget(clock, at, target);
  note(run, isFirst ? 'activate' : 'retarget', at, by, clock.elapsed);
  noteNews(run, warnedAt, breach);
  if (isFirst && run.passage?.kind !== 'pause') run.originalDueAt = dueFrom(clock, at, clock.elapsed, target);
}

function dueFrom(clock: Clock, at: number, elapsed: number, target: number): number | null {
  return elapsed >= target ? clock.reachedAt : clock.calendar.addBusiness(at, target - elapsed);
}

function note(run: Run, type: SlaEvent['type'], at: number, by: Fact | null, elapsed: number): void {
  run.events.push({ type, at, by, target: run.clock.target, elapsed });
}

function settled(run: Run, binding: Version<Binding>, removal: number, at: number): SlaInstance {
  const { clock, commitment, policy, end } = run;
  const { elapsed, paused, breach, target, calendar } = clock;
  const stage = stageOf(run);
  if (end !== null) {
    note(run, stage === 'cancelled' ? 'cancel' : 'fulfil', end.at, end.by, elapsed);
    run.anchorAt = at;
    run.elapsedAtAnchor = elapsed;
    run.pausedAtAnchor = paused;
  }
  const { anchorAt, elapsedAtAnchor, pausedAtAnchor } = run;
  const isPaused = standsStill(run);
  const foreseen = (ms: number): number | null =>
    isPaused ? null : calendar.addBusiness(anchorAt, ms - elapsedAtAnchor);
  const dueAt = isPaused ? null : (clock.reachedAt ?? foreseen(target));
  return {
    metric: commitment.metric,
    no: commitment.no,
    policyId: binding.body.policyId,
    policyVersion: binding.version,
    scheduleId: binding.body.scheduleId,
    basis: policy.basis,
    target,
    startedAt: commitment.startedAt,
    startedBy: commitment.startedBy,
    stoppedAt: end?.at ?? null,
    stoppedBy: end?.by ?? null,
    stage,
    outcome: outcomeOf(clock, stage),
    cancelReason: stage === 'cancelled' ? (end?.unkept ?? null) : null,
    breach,
    elapsed,
    paused,
    overrun: breach === null ? 0 : Math.max(0, elapsed - breach.target),
    dueAt,
    dueOutOfReach: !isPaused && dueAt === null,
    originalDueAt: run.originalDueAt,
    warnAt: clock.warnedAt ?? foreseen(warnAfter(clock)),
    breaksAt: stage === 'running' && breach === null ? foreseen(target + 1) : null,
    removedAt: end === null && removal < Infinity ? removal : null,
    anchorAt,
    elapsedAtAnchor,
    pausedAtAnchor,
    spans: clock.spans,
    events: run.events,
  };
}

function stageOf({ end, clock, passage }: Run): Stage {
  if (end === null) return passage?.kind === 'pause' ? 'paused' : 'running';
  return end.unkept !== null && clock.breach === null ? 'cancelled' : 'completed';
}

/** A clock that stands still has no deadline; nor does it get one when the policy is taken away meanwhile. */
function standsStill({ end, passage }: Run): boolean {
  return passage?.kind === 'pause' && (end === null || end.unkept === 'policy_removed');
}

function outcomeOf({ breach, warnedAt }: Clock, stage: Stage): Outcome {
  switch (stage) {
    case 'running':
    case 'paused':
      if (breach !== null) return 'breaching';
      return warnedAt === null ? 'on_track' : 'at_risk';
    case 'completed':
      return breach === null ? 'met' : 'breached';
    case 'cancelled':
      return 'cancelled';
  }
}
