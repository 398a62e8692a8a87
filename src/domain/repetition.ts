import { type Fact, isOpening } from './fact';
import { naturalKey } from './natural-key';

/** The smallest event of a natural key stays, the others repeat it. */
export interface Repetition {
  readonly repeats: boolean;
  /** An opening that repeats nothing may still carry a message that was seen before. */
  readonly messageSeen: boolean;
}

export const FRESH: Repetition = { repeats: false, messageSeen: false };
export const REPEATED: Repetition = { repeats: true, messageSeen: true };
const OPENING_OF_SEEN_MESSAGE: Repetition = { repeats: false, messageSeen: true };

/** The natural keys that a fold has met so far. */
export type SeenKeys = Set<string>;

/**
 * An opening repeats another opening, never a mere message: the customer's message may well reach us a moment
 * before the reopening it caused, and that reopening is real.
 */
export function repetitionOf(seen: Readonly<SeenKeys>, fact: Fact): Repetition {
  const key = naturalKey(fact);
  if (key === null) return FRESH;
  const keySeen = seen.has(key);
  if (!isOpening(fact)) return keySeen ? REPEATED : FRESH;
  if (seen.has(openingKey(key))) return REPEATED;
  return keySeen ? OPENING_OF_SEEN_MESSAGE : FRESH;
}

/** A refused opening changes nothing, so it does not take its message away from the message itself either. */
export function remember(seen: SeenKeys, fact: Fact, isRejected: boolean): void {
  const key = naturalKey(fact);
  if (key === null) return;
  if (isOpening(fact)) seen.add(openingKey(key));
  if (!isOpening(fact) || !isRejected) seen.add(key);
}

function openingKey(key: string): string {
  return `opening:${key}`;
}
