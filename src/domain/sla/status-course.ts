import { type Fact } from '../fact';
import { type CloseReason, isDone, type Status } from '../lifecycle';
import { endsCycle, type Move, startsCycle, type Step } from '../step';

/** One stay in a status. */
export interface StatusSpan {
  readonly status: Status;
  readonly from: number;
  /** Null: still. */
  to: number | null;
  readonly cycleNo: number;
  readonly by: Fact;
  /** No event says so: it was found out from a later one. */
  readonly inferred: boolean;
}

/**
 * A part of a stay in which the ball stays on one side. `contested`: the customer has written since the later of
 * entering the status and the last public message of an agent. Only a status that waits for somebody has such parts.
 */
export interface Stretch {
  readonly status: Status;
  readonly contested: boolean;
  readonly from: number;
  to: number | null;
  readonly cycleNo: number;
  readonly by: Fact;
}

/** From the creation, or a reopening, to the solution. */
export interface Cycle {
  readonly no: number;
  readonly openedAt: number;
  readonly openedBy: Fact;
  /** Index of the opening step. */
  readonly openedIn: number;
  readonly priority: string | null;
  readonly inferred: boolean;
  doneAt: number | null;
  doneBy: Fact | null;
  doneIn: number | null;
  closeReason: CloseReason | null;
  /** What it was solved out of. */
  doneFrom: Status | null;
}

export interface StatusCourse {
  readonly spans: StatusSpan[];
  readonly stretches: Stretch[];
  readonly cycles: Cycle[];
}

export function emptyStatusCourse(): StatusCourse {
  return { spans: [], stretches: [], cycles: [] };
}

export function followStatus(course: StatusCourse, step: Step, index: number): void {
  for (const move of step.moves) enter(course, move, step, index);
  const { message } = step;
  // The message of an opening is part of it, and so not later than the status the opening leads to.
  if (message === null || !message.isPublic || (message.isOpening && step.moves.length > 0)) return;
  if (message.sender === 'customer') contest(course, step, true);
  if (message.sender === 'agent') contest(course, step, false);
}

function enter(course: StatusCourse, move: Move, step: Step, index: number): void {
  const { at, fact } = step;
  const { spans, stretches, cycles } = course;
  if (startsCycle(move)) cycles.push(cycleOf(course, move, step, index));
  const cycle = cycles.at(-1);
  if (cycle === undefined) throw new Error('a ticket begins with a cycle');
  const cycleNo = cycle.no;
  end(spans.at(-1), at);
  end(stretches.at(-1), at);
  spans.push({ status: move.to, from: at, to: null, cycleNo, by: fact, inferred: move.inferred });
  stretches.push({ status: move.to, contested: false, from: at, to: null, cycleNo, by: fact });
  if (!endsCycle(move)) return;
  cycle.doneAt = at;
  cycle.doneBy = fact;
  cycle.doneIn = index;
  cycle.closeReason = step.head.close_reason;
  cycle.doneFrom = move.from;
}

function cycleOf({ cycles }: StatusCourse, move: Move, { at, fact, head }: Step, index: number): Cycle {
  return {
    no: cycles.length + 1,
    openedAt: at,
    openedBy: fact,
    openedIn: index,
    priority: head.priority,
    inferred: move.inferred,
    doneAt: null,
    doneBy: null,
    doneIn: null,
    closeReason: null,
    doneFrom: null,
  };
}

function contest({ stretches }: StatusCourse, { at, fact }: Step, contested: boolean): void {
  const last = stretches.at(-1);
  if (last === undefined || last.contested === contested || !waits(last.status)) return;
  last.to = at;
  const { status, cycleNo } = last;
  stretches.push({ status, contested, from: at, to: null, cycleNo, by: fact });
}

function waits(status: Status): boolean {
  return status === 'pending' || status === 'on_hold';
}

function end(last: { to: number | null } | undefined, at: number): void {
  if (last !== undefined) last.to = at;
}

export function isUnresolved(stretch: Stretch): boolean {
  return !isDone(stretch.status);
}
