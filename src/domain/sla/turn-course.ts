import { type Fact } from '../fact';
import { isDone } from '../lifecycle';
import { endsCycle, type Move, startsCycle, type Step, type StepMessage } from '../step';
import { speakerAfter, type Speaker } from '../turn';

/** A time in which the customer waits for an answer. */
export interface Turn {
  readonly no: number;
  /** `first`: the one that the customer's creation opens. */
  readonly kind: 'first' | 'next';
  readonly since: number;
  readonly openedBy: Fact;
  readonly openedIn: number;
  readonly priority: string | null;
  /** Opened by a reopening that no event tells of. */
  readonly inferred: boolean;
  readonly triggerId: string | null;
  customerMessages: number;
  endedAt: number | null;
  endedBy: Fact | null;
  endedIn: number | null;
  outcome: 'answered' | 'closed_unanswered' | 'waiting';
  answeredBy: 'agent' | 'bot' | null;
  agentId: string | null;
  answerId: string | null;
}

export interface MessageFact {
  readonly fact: Fact;
  readonly at: number;
  readonly index: number;
  readonly message: StepMessage;
  /** Said in public while the ticket was not done. */
  readonly isHeard: boolean;
  /** The turn that it opens, prolongs or answers. */
  readonly turnNo: number | null;
}

export interface TurnCourse {
  readonly turns: Turn[];
  readonly messages: MessageFact[];
  open: Turn | null;
  lastSpeaker: Speaker | 'bot' | null;
  lastCustomerMessageId: string | null;
}

export function emptyTurnCourse(): TurnCourse {
  return { turns: [], messages: [], open: null, lastSpeaker: null, lastCustomerMessageId: null };
}

export function followTurns(course: TurnCourse, step: Step, index: number, botAnswers: boolean): void {
  const { message } = step;
  if (message?.sender === 'customer' && message.isPublic) course.lastCustomerMessageId = message.id;
  course.lastSpeaker = lastSpeakerAfter(course.lastSpeaker, step, botAnswers);
  for (const move of step.moves) {
    if (startsCycle(move) && course.lastSpeaker === 'customer') open(course, step, index, move);
    if (endsCycle(move)) close(course, step, index, 'closed_unanswered');
  }
  if (message !== null) course.messages.push(said(course, step, index, message, botAnswers));
}

function lastSpeakerAfter(before: TurnCourse['lastSpeaker'], step: Step, botAnswers: boolean) {
  const { message } = step;
  if (botAnswers && message?.sender === 'bot' && message.isPublic) return 'bot';
  return speakerAfter(before === 'bot' ? null : before, step) ?? before;
}

function said(
  course: TurnCourse,
  step: Step,
  index: number,
  message: StepMessage,
  botAnswers: boolean,
): MessageFact {
  const { fact, at } = step;
  const before = course.open;
  const isHeard = message.isPublic && !isDone(step.head.status);
  if (isHeard && message.sender === 'customer') {
    open(course, step, index, null);
    if (course.open !== null && !message.isOpening) course.open.customerMessages += 1;
    return { fact, at, index, message, isHeard, turnNo: course.open?.no ?? null };
  }
  // What comes inside an opening is no reply to it.
  const answers = message.sender === 'agent' ? !message.isOpening : message.sender === 'bot' && botAnswers;
  if (isHeard && answers) close(course, step, index, 'answered');
  return { fact, at, index, message, isHeard, turnNo: isHeard && answers ? (before?.no ?? null) : null };
}

function open(course: TurnCourse, step: Step, index: number, move: Move | null): void {
  if (course.open !== null) return;
  const { at, fact, head, message } = step;
  const turn: Turn = {
    no: course.turns.length + 1,
    kind: move !== null && move.from === null && !move.inferred ? 'first' : 'next',
    since: at,
    openedBy: fact,
    openedIn: index,
    priority: head.priority,
    inferred: move !== null && move.inferred,
    triggerId: message?.sender === 'customer' ? message.id : course.lastCustomerMessageId,
    customerMessages: 0,
    endedAt: null,
    endedBy: null,
    endedIn: null,
    outcome: 'waiting',
    answeredBy: null,
    agentId: null,
    answerId: null,
  };
  course.turns.push(turn);
  course.open = turn;
}

function close(
  course: TurnCourse,
  { at, fact, message }: Step,
  index: number,
  outcome: 'answered' | 'closed_unanswered',
): void {
  const turn = course.open;
  if (turn === null) return;
  turn.endedAt = at;
  turn.endedBy = fact;
  turn.endedIn = index;
  turn.outcome = outcome;
  if (outcome === 'answered' && message !== null) {
    turn.answeredBy = message.sender === 'bot' ? 'bot' : 'agent';
    turn.agentId = message.agentId;
    turn.answerId = message.id;
  }
  course.open = null;
}
