const SURROGATE = /\p{Surrogate}/u;

export interface Unfit {
  readonly path: string;
  readonly message: string;
}

/** What is wrong with a text for PostgreSQL and Kafka alike, or null. */
export function unfitText(text: string): string | null {
  if (text.includes('\0')) return 'holds the character NUL, which can not be stored';
  return SURROGATE.test(text) ? 'holds half of a surrogate pair, which is no character' : null;
}

/** The first value or key that can't be kept, with its place. Only asked when there is one, so it may be slow. */
export function findUnfit(value: unknown, path = ''): Unfit | null {
  if (typeof value === 'number') {
    return Number.isFinite(value) ? null : { path, message: 'is a number too large to be kept' };
  }
  if (typeof value === 'string') {
    const message = unfitText(value);
    return message === null ? null : { path, message };
  }
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, child] of Object.entries(value)) {
    const place = path === '' ? key : `${path}.${key}`;
    const ofKey = unfitText(key);
    // The key itself is what can't be written, so its path ends at its object.
    if (ofKey !== null) return { path, message: `a key ${ofKey}` };
    const found = findUnfit(child, place);
    if (found !== null) return found;
  }
  return null;
}
