import { type Course } from './course';
import { type MessageFact, type Turn } from './turn-course';

/** A time in which an answer is owed. */
export type Wait = Pick<
  Turn,
  'since' | 'openedBy' | 'openedIn' | 'priority' | 'inferred' | 'endedAt' | 'endedBy' | 'endedIn' | 'outcome'
>;

export interface FirstResponse {
  /** Null: whether the customer or an agent began is not known. */
  readonly applicable: boolean | null;
  readonly at: number | null;
  /** ms; null as well where the start is not known. */
  readonly elapsed: number | null;
  readonly since: number | null;
  readonly agentId: string | null;
  readonly source: 'message' | 'vendor_event' | null;
  readonly message: MessageFact | null;
  /** The time in which a human's first answer is owed; null where none is. */
  readonly wait: Wait | null;
  /** The opening turn, when a bot has answered it. */
  readonly botTurn: Turn | null;
  readonly resolvedWithoutReply: boolean;
}

const NONE: FirstResponse = {
  applicable: false,
  at: null,
  elapsed: null,
  since: null,
  agentId: null,
  source: null,
  message: null,
  wait: null,
  botTurn: null,
  resolvedWithoutReply: false,
};

export function firstResponseOf(course: Course): FirstResponse {
  const { origin } = course.head;
  switch (origin) {
    case 'agent':
      return NONE;
    case 'unknown':
      return { ...NONE, ...replyAfter(course, -1), applicable: null };
    case 'customer': {
      const opening = course.talk.turns[0];
      if (opening?.kind !== 'first') return { ...NONE, applicable: true };
      return opening.answeredBy === 'bot' ? afterBot(course, opening) : answering(course, opening);
    }
  }
}

function answering(course: Course, wait: Wait): FirstResponse {
  const given = replyAfter(course, wait.openedIn);
  const { since } = wait;
  if (given !== null) {
    return {
      ...NONE,
      applicable: true,
      wait: ended(wait, given),
      since,
      elapsed: given.at - since,
      ...given,
    };
  }
  const done = course.status.cycles.find(({ doneIn }) => doneIn !== null && doneIn >= wait.openedIn);
  const until = done?.doneAt ?? null;
  const closed: Wait =
    done === undefined
      ? { ...wait, endedAt: null, endedBy: null, endedIn: null, outcome: 'waiting' }
      : { ...wait, endedAt: until, endedBy: done.doneBy, endedIn: done.doneIn, outcome: 'closed_unanswered' };
  const none: FirstResponse = { ...NONE, applicable: true, wait: closed, since };
  const told = course.vendor.firstResponse;
  if (told !== null && told.at >= since && (until === null || told.at <= until)) {
    const agentId = told.fact.data.agent_id ?? null;
    return { ...none, at: told.at, elapsed: told.at - since, agentId, source: 'vendor_event' };
  }
  return { ...none, resolvedWithoutReply: done !== undefined };
}

/**
 * A bot that may answer has ended the opening turn: nobody waits for a human before the customer writes again. Once
 * the ticket was done the bot's answer is all there was: what the customer asks after a reopening is a later wait.
 */
function afterBot(course: Course, botTurn: Turn): FirstResponse {
  const next = course.talk.turns[1];
  const unasked = replyAfter(course, botTurn.endedIn ?? botTurn.openedIn);
  const isUnasked = unasked !== null && (next === undefined || unasked.message.index < next.openedIn);
  if (isUnasked) return { ...NONE, applicable: true, botTurn, ...unasked };
  const doneIn = course.status.cycles[0]?.doneIn ?? Infinity;
  if (next === undefined || doneIn < next.openedIn) return { ...NONE, applicable: true, botTurn };
  return { ...answering(course, next), botTurn };
}

/** The first public answer of a human after a step, unless the ticket was done before anybody answered. */
function replyAfter({ talk, status }: Course, index: number) {
  const done = status.cycles.find(({ doneIn }) => doneIn !== null && doneIn >= index)?.doneIn ?? Infinity;
  for (const message of talk.messages) {
    if (message.index > done) return null;
    const { sender, isOpening, agentId } = message.message;
    if (message.index > index && message.isHeard && sender === 'agent' && !isOpening) {
      return { message, at: message.at, agentId, source: 'message' as const };
    }
  }
  return null;
}

function ended(wait: Wait, { message }: { readonly message: MessageFact }): Wait {
  return {
    ...wait,
    endedAt: message.at,
    endedBy: message.fact,
    endedIn: message.index,
    outcome: 'answered',
  };
}
