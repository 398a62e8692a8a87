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

function ofObject(object: Readonly<Record<string, Json | undefined>>): string {
  let text = '';
  for (const key of Object.keys(object).sort()) {
    const member = object[key];
    if (member === undefined) continue;
    text += `${text === '' ? '{' : ','}${quotedJson(key)}:${canonicalJson(member)}`;
  }
  return text === '' ? '{}' : `${text}}`;
}
