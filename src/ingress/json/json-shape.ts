const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

export interface JsonShape {
  /** Outside strings: in JSON there is exactly one for each key. */
  readonly colons: number;
  /** UTF-8 itself allows no lone surrogate, and JSON no raw NUL: only an escape can smuggle them in. */
  readonly hasEscapes: boolean;
}

/**
 * Looks at structure alone, in whatever is claimed to be JSON; null when it is nested deeper than `maxDepth`. Works on
 * bytes: all structure of JSON is ASCII, and UTF-8 never uses an ASCII byte for anything else.
 */
export function measureJson(raw: Uint8Array, maxDepth: number): JsonShape | null {
  let colons = 0;
  let depth = 0;
  let hasEscapes = false;
  const end = raw.length;
  for (let at = 0; at < end; at++) {
    const byte = raw[at];
    if (byte === QUOTE) {
      for (at++; at < end && raw[at] !== QUOTE; at++) {
        if (raw[at] !== BACKSLASH) continue;
        hasEscapes = true;
        at++;
      }
    } else if (byte === COLON) colons++;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (++depth > maxDepth) return null;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
  }
  return { colons, hasEscapes };
}
