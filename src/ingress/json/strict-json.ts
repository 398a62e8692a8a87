import { isUtf8 } from 'node:buffer';
import { findDuplicateKey } from './duplicate-key';
import { measureJson } from './json-shape';
import { findUnfit, unfitText } from './unfit';

const MAX_DEPTH = 64;

export type JsonObject = Readonly<Record<string, unknown>>;

export type JsonFault = 'encoding' | 'syntax' | 'depth' | 'duplicate_key' | 'forbidden_key' | 'not_an_object';

/** No document that could be trusted, so it has no value. */
export interface MalformedJson {
  readonly kind: 'malformed';
  readonly fault: JsonFault;
  readonly path: string;
  readonly message: string;
}

/**
 * `unfit` is JSON, but holds what nothing of ours can store (NUL, lone surrogates, numbers beyond a double). It has its
 * value all the same: a ping stays a ping.
 */
export type JsonReading =
  | { readonly kind: 'value'; readonly value: JsonObject }
  | { readonly kind: 'unfit'; readonly value: JsonObject; readonly path: string; readonly message: string }
  | MalformedJson;

/**
 * The bytes of an object. V8's parser does the parsing, since nothing written in JavaScript comes near it; a scan of the
 * bytes before it and a walk of the value behind it find what it lets pass. All three are linear and none goes deeper than
 * MAX_DEPTH. A byte order mark is tolerated, as RFC 8259 allows: it means nothing, and some HTTP libraries write it.
 */
export function readJson(raw: Buffer): JsonReading {
  if (!isUtf8(raw)) return malformed('encoding', 'the body is not UTF-8');
  const shape = measureJson(raw, MAX_DEPTH);
  if (shape === null) return malformed('depth', `nested deeper than ${MAX_DEPTH} levels`);
  const text = raw.toString('utf8', hasByteOrderMark(raw) ? 3 : 0);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    return malformed('syntax', thrown instanceof Error ? thrown.message : 'not JSON');
  }
  if (!isObject(value)) return malformed('not_an_object', 'a JSON object was expected');
  const found: Findings = { keys: 0, forbidden: false, unfit: false, checkText: shape.hasEscapes };
  walk(value, found);
  // V8 keeps the last of two equal keys, so a lost key shows as one colon too many.
  if (found.keys !== shape.colons) {
    return malformed('duplicate_key', 'this key stands twice in its object', findDuplicateKey(text));
  }
  if (found.forbidden) return malformed('forbidden_key', 'the key __proto__ is not allowed');
  if (!found.unfit) return { kind: 'value', value };
  return { kind: 'unfit', value, ...(findUnfit(value) ?? { path: '', message: 'can not be stored' }) };
}

function malformed(fault: JsonFault, message: string, path = ''): MalformedJson {
  return { kind: 'malformed', fault, path, message };
}

function hasByteOrderMark(raw: Buffer): boolean {
  return raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Findings {
  keys: number;
  forbidden: boolean;
  unfit: boolean;
  readonly checkText: boolean;
}

/** As deep as measureJson let pass, so the stack is safe. for-in, because it makes no array of the keys. */
function walk(value: object, found: Findings): void {
  if (Array.isArray(value)) {
    for (const item of value) look(item, found);
    return;
  }
  for (const key in value) {
    found.keys++;
    if (key === '__proto__') found.forbidden = true;
    if (found.checkText && unfitText(key) !== null) found.unfit = true;
    look((value as JsonObject)[key], found);
  }
}

function look(value: unknown, found: Findings): void {
  if (typeof value === 'object') {
    if (value !== null) walk(value, found);
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) found.unfit = true;
  } else if (found.checkText && typeof value === 'string' && unfitText(value) !== null) found.unfit = true;
}
