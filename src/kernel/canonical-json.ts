export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Quotes, controls, backslashes and surrogates need escapes or a closer look; all other text is printed as it is. */
const UNPLAIN = /["\\\u0000-\u001f\ud800-\udfff]/;

/**
 * The RFC 8785 form of a value. ECMAScript already prints strings and numbers the way the RFC demands, so only the
 * order of keys (by UTF-16 code units, which is what sort() compares) is ours.
 */
export function canonicalJson(value: Json): string {
  switch (typeof value) {
    case 'string':
      return quotedJson(value);
    case 'number':
      return Number.isFinite(value) ? `${value}` : 'null';
    case 'boolean':
      return value ? 'true' : 'false';
    default:
      return value === null ? 'null' : Array.isArray(value) ? ofArray(value) : ofObject(value as never);
  }
}

export function quotedJson(text: string): string {
  return UNPLAIN.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function ofArray(items: readonly Json[]): string {
  let text = '[';
  for (let index = 0; index < items.length; index++)
    text += (index === 0 ? '' : ',') + canonicalJson(items[index] as Json);
  return `${text}]`;
}

/** Names of members, quoted, with their colon: the same few dozen stand in every event. */
const knownNames = new Map<string, string>();
const KNOWN_NAMES_MAX = 1000;

function ofObject(object: Readonly<Record<string, Json | undefined>>): string {
  let text = '{';
  for (const key of inOrder(Object.keys(object))) {
    const member = object[key];
    if (member === undefined) continue;
    if (text.length > 1) text += ',';
    text += nameOf(key) + canonicalJson(member);
  }
  return `${text}}`;
}

function nameOf(key: string): string {
  const known = knownNames.get(key);
  if (known !== undefined) return known;
  const name = `${quotedJson(key)}:`;
  if (knownNames.size < KNOWN_NAMES_MAX) knownNames.set(key, name);
  return name;
}

const FEW = 24;

/** In place. What sort() allocates for a few keys costs more than to put each in its place. */
function inOrder(keys: string[]): string[] {
  if (keys.length > FEW) return keys.sort();
  for (let next = 1; next < keys.length; next += 1) {
    const key = keys[next] ?? '';
    let place = next;
    for (; place > 0; place -= 1) {
      const before = keys[place - 1] ?? '';
      if (before <= key) break;
      keys[place] = before;
    }
    keys[place] = key;
  }
  return keys;
}
