import { isDone } from './lifecycle';
import { endsCycle, startsCycle, type Step } from './step';

/** Who sent the last public message. A bot or the system answers nobody by itself, so neither is kept. */
export type Speaker = 'customer' | 'agent';

export function speakerAfter(before: Speaker | null, { message, moves, head }: Step): Speaker | null {
  if (message !== null && message.isPublic && isSpeaker(message.sender)) return message.sender;
  const created = moves.some((move) => move.from === null && !move.inferred);
  return created && head.origin === 'customer' ? 'customer' : before;
}

/**
 * Since when the customer waits for a human. Answered by a public message of an agent that is not part of an
 * opening; ended by the solution; what is said while the ticket is done waits for nothing, unless it is the last
 * word when the ticket is reopened.
 */
export function openTurnAfter(before: number | null, step: Step, lastSpeaker: Speaker | null): number | null {
  let since = before;
  for (const move of step.moves) {
    if (startsCycle(move) && lastSpeaker === 'customer') since ??= step.at;
    if (endsCycle(move)) since = null;
  }
  const { message, head } = step;
  if (message === null || !message.isPublic || isDone(head.status)) return since;
  if (message.sender === 'customer') return since ?? step.at;
  return message.sender === 'agent' && !message.isOpening ? null : since;
}

function isSpeaker(sender: string): sender is Speaker {
  return sender === 'customer' || sender === 'agent';
}
