import { type Body } from './dialect';

/** Differ between two deliveries of the same statement. */
const VOLATILE: ReadonlySet<string> = new Set([
  'signature',
  'attempt',
  'delivery_attempt',
  'attempt_number',
  'retry_count',
]);

/** What must be equal in a repetition. */
export function contentOf(json: Body): Body {
  return without(json, VOLATILE);
}

export function without(object: Body, names: ReadonlySet<string>): Body {
  const left: Record<string, unknown> = {};
  for (const name of Object.keys(object)) if (!names.has(name)) left[name] = object[name];
  return left;
}
