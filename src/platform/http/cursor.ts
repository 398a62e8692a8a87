import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson, type Json } from '../../kernel/canonical-json';
import { CasetrailError } from '../../kernel/errors';

/** What a list was asked, page size and cursor apart. A place is only good for the question it was found by. */
export type Question = Readonly<Record<string, Json | undefined>>;

const written = z.tuple([z.string(), z.unknown()]);

/** The query parameter. */
export const cursor = z
  .string()
  .max(4000)
  .describe('The `next` of the page before. Filters and sort stay the same.');

/** Names the last entry of a page; opaque to the caller, who can gain nothing by making one: it only says where to go on. */
function cursorAt(question: Question, place: Json): string {
  return Buffer.from(JSON.stringify([digestOf(question), place])).toString('base64url');
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; null at the end. */
  readonly next: string | null;
}

/** Of what was found when one more than `limit` was asked for. `place` names an entry. */
export function pageOf<T>(
  found: readonly T[],
  limit: number,
  question: Question,
  place: (last: T) => Json,
): Page<T> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const hasMore = found.length > limit && last !== undefined;
  return { items, next: hasMore ? cursorAt(question, place(last)) : null };
}

export function placeOf<S extends z.ZodType>(given: string, question: Question, place: S): z.output<S> {
  const read = written.safeParse(jsonOf(given));
  if (!read.success) throw refused('This cursor was not made here.');
  const [asked, found] = read.data;
  if (asked !== digestOf(question)) {
    throw refused(
      'This cursor belongs to another question: filters, sort and view must stay the same from page to page.',
    );
  }
  const parsed = place.safeParse(found);
  if (!parsed.success) throw refused('This cursor was not made here.');
  return parsed.data;
}

function jsonOf(given: string): unknown {
  try {
    return JSON.parse(Buffer.from(given, 'base64url').toString());
  } catch {
    return undefined;
  }
}

function digestOf(question: Question): string {
  return createHash('sha256').update(canonicalJson(question)).digest('base64url').slice(0, 16);
}

function refused(why: string): CasetrailError {
  return new CasetrailError('invalid_query', `cursor: ${why} Leave it out to begin at the first page.`);
}
