import { type Fact } from '../fact';
import { type Calendar } from './calendar';

/** A part of an instance's life in which its clock runs, or stands still. */
export interface ClockSpan {
  readonly kind: 'run' | 'pause';
  readonly from: number;
  readonly to: number;
  /** What set the clock going, or stopped it. */
  readonly by: Fact;
}

export interface Breach {
  readonly at: number;
  readonly cause: 'deadline' | 'retarget';
  /** The target that was missed, in ms. */
  readonly target: number;
}

/** A stop watch in an SLA's own time. All in ms. */
export interface Clock {
  readonly calendar: Calendar;
  readonly warnPercent: number;
  readonly spans: ClockSpan[];
  elapsed: number;
  paused: number;
  /** Infinity: nothing is promised yet. */
  target: number;
  /** When the elapsed time came to be the target, and its warning part. */
  reachedAt: number | null;
  warnedAt: number | null;
  breach: Breach | null;
}

export function stoppedClock(calendar: Calendar, warnPercent: number): Clock {
  return {
    calendar,
    warnPercent,
    spans: [],
    elapsed: 0,
    paused: 0,
    target: Infinity,
    reachedAt: null,
    warnedAt: null,
    breach: null,
  };
}

export function pass(clock: Clock, kind: ClockSpan['kind'], from: number, to: number, by: Fact): void {
  if (to <= from) return;
  const { calendar, spans } = clock;
  const ms = calendar.business(from, to);
  const last = spans.at(-1);
  if (last !== undefined && last.kind === kind && last.to === from) spans[spans.length - 1] = { ...last, to };
  else spans.push({ kind, from, to, by });
  if (kind === 'pause') {
    clock.paused += ms;
    return;
  }
  const before = clock.elapsed;
  clock.elapsed += ms;
  const { elapsed, target } = clock;
  if (clock.warnedAt === null && elapsed >= warnAfter(clock)) {
    clock.warnedAt = calendar.addBusiness(from, warnAfter(clock) - before, to);
  }
  if (clock.reachedAt === null && elapsed >= target) {
    clock.reachedAt = calendar.addBusiness(from, target - before, to);
  }
  // On the deadline is still met; and the breach is the deadline, whenever anybody looks.
  if (clock.breach === null && elapsed > target) {
    clock.breach = { at: clock.reachedAt ?? from, cause: 'deadline', target };
  }
}

/**
 * Another target for the time that has passed already. Too late for it means broken at this instant and not
 * earlier, when another promise held; and what was broken stays broken. Just used up by it means that the clock,
 * which may stand still, reaches it now: from here it breaks with the next ms that counts.
 */
export function retarget(clock: Clock, at: number, target: number): void {
  clock.target = target;
  clock.reachedAt = clock.elapsed === target ? at : reachedAt(clock, target);
  clock.warnedAt = clock.elapsed < warnAfter(clock) ? null : at;
  if (clock.breach === null && clock.elapsed > target) clock.breach = { at, cause: 'retarget', target };
}

/** Elapsed ms from which a warning is due. */
export function warnAfter({ target, warnPercent }: Clock): number {
  return Math.ceil((target * warnPercent) / 100);
}

/** When so much time had elapsed, by the spans so far; null: not yet. */
function reachedAt({ spans, calendar }: Clock, ms: number): number | null {
  let left = ms;
  for (const { kind, from, to } of spans) {
    if (kind === 'pause') continue;
    const passed = calendar.business(from, to);
    if (passed >= left) return calendar.addBusiness(from, left, to);
    left -= passed;
  }
  return null;
}
