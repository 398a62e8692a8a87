const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;

/**
 * Reads a few top-level strings of what should be a JSON object, without building anything else: whoever sends it is
 * not known yet, so it must cost one pass over the bytes and no memory. Whether the rest is JSON is not judged here.
 * Of a key that stands twice the last counts, as with JSON.parse. Null when the bytes do not begin as an object.
 */
export function topLevelStrings(
  raw: Buffer,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, string> | null {
  const start = startOfObject(raw);
  if (start === null) return null;
  const found = new Map<string, string>();
  let depth = 1;
  let key: string | null = null;
  let isValue = false;
  for (let at = start + 1; at < raw.length && depth > 0; at++) {
    const byte = raw[at];
    if (byte === QUOTE) {
      const end = endOfString(raw, at);
      if (depth === 1 && !isValue) key = wantedKey(raw, at, end, wanted);
      else if (depth === 1 && key !== null) found.set(key, textOf(raw, at, end));
      at = end - 1;
    } else if (depth === 1 && byte === COLON) {
      isValue = true;
      if (key !== null) found.delete(key);
    } else if (depth === 1 && byte === COMMA) {
      isValue = false;
      key = null;
    } else depth += nesting(byte);
  }
  return found;
}

function startOfObject(raw: Buffer): number | null {
  let at = raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf ? 3 : 0;
  while (isSpace(raw[at])) at++;
  return raw[at] === 0x7b ? at : null;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function nesting(byte: number | undefined): number {
  if (byte === 0x7b || byte === 0x5b) return 1;
  return byte === 0x7d || byte === 0x5d ? -1 : 0;
}

/** Behind the closing quote, or the end of the bytes. */
function endOfString(raw: Buffer, quote: number): number {
  for (let at = quote + 1; at < raw.length; at++) {
    if (raw[at] === BACKSLASH) at++;
    else if (raw[at] === QUOTE) return at + 1;
  }
  return raw.length;
}

/** An escaped key is as good as a plain one, so the few that are short enough are decoded. */
function wantedKey(raw: Buffer, from: number, to: number, wanted: ReadonlySet<string>): string | null {
  const LONGEST_ESCAPED = 100;
  if (to - from > LONGEST_ESCAPED) return null;
  const key = textOf(raw, from, to);
  return wanted.has(key) ? key : null;
}

/** What is no JSON string has no text: nothing can be signed by it. */
function textOf(raw: Buffer, from: number, to: number): string {
  const text = raw.toString('utf8', from + 1, to - 1);
  if (!text.includes('\\')) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return '';
  }
}
