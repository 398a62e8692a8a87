import { z } from 'zod';
import { unfitText } from '../json/unfit';
import { type Body } from './dialect';

const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);
const SECOND = 1000;
const ISO = /^\d{4}-(\d\d)-(\d\d)T\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)$/;

export const INSTANT_EXPECTED =
  'expected an ISO 8601 instant with a zone, or seconds or milliseconds since 1970, between 2000 and 2100';

/**
 * ms UTC; null for whatever is no instant from 2000 up to 2100. Numbers are seconds or milliseconds since 1970: within these
 * years no number can be both.
 */
export function instantOf(value: unknown): number | null {
  if (typeof value === 'string') return isoInstant(value);
  if (typeof value !== 'number') return null;
  return within(value * SECOND) ?? within(value);
}

/** Without a zone it would be a guess, and no guess decides when something happened. */
export function isoInstant(text: string): number | null {
  const match = ISO.exec(text);
  if (match === null) return null;
  // V8 takes February 30 for March 2.
  const day = Number(match[2]);
  if (day > 28 && day > daysOf(Number(text.slice(0, 4)), Number(match[1]))) return null;
  return within(Date.parse(text.includes(',') ? text.replace(',', '.') : text));
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function within(ms: number): number | null {
  return ms >= EARLIEST && ms < LATEST ? Math.floor(ms) : null;
}

const ID_EXPECTED = 'expected text of 1 to 200 characters, or a whole number up to 2^53';

/** Ids come as text or numbers. Beyond 2^53 a JSON number has lost digits on its way. */
export function isId(value: unknown): value is string | number {
  return typeof value === 'string' ? value !== '' && value.length <= 200 : Number.isSafeInteger(value);
}

/** Kept as text. A check of its own because ids are the most frequent fields, and a union of schemas is slow. */
export const id = z.unknown().transform((value, context) => {
  if (isId(value)) return String(value);
  context.addIssue({
    code: 'custom',
    message: value === undefined ? `is required: ${ID_EXPECTED}` : ID_EXPECTED,
  });
  return z.NEVER;
});

/** Any JSON object, taken as it is; z.record would look at each key again. */
export const jsonObject = z.custom<Body>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'expected an object',
);

export const TICKET_ID_MAX = 200;

/** What is wrong with a ticket id, or null. It becomes part of a key that splits at a slash. */
export function ticketIdFault(ticketId: string): string | null {
  if (ticketId.startsWith('/')) return 'a ticket id does not begin with a slash';
  if (ticketId.length > TICKET_ID_MAX) return `a ticket id has at most ${TICKET_ID_MAX} characters`;
  if (/\p{Cc}/u.test(ticketId)) return 'a ticket id holds no control characters';
  return unfitText(ticketId);
}
