import { type JsonSchema } from '../../../src/relay/contract/json-schema';

/** For people only. */
const ANNOTATIONS: ReadonlySet<string> = new Set(['description', 'title', 'examples', '$comment']);

/**
 * What of a released schema is not as it was. The topic is a history: old records must satisfy the new schema and new
 * records the old one, so a member that may be missing is the only thing that can be added.
 */
export function breakingChanges(released: unknown, now: unknown, path = ''): string[] {
  if (Array.isArray(released) && Array.isArray(now)) return inArray(released, now, path);
  if (isSchema(released) && isSchema(now)) return inSchema(released, now, path);
  return released === now ? [] : [`${path}: was ${JSON.stringify(released)}, is ${JSON.stringify(now)}`];
}

function inSchema(released: JsonSchema, now: JsonSchema, path: string): string[] {
  const names = new Set([...Object.keys(released), ...Object.keys(now)]);
  return [...names]
    .filter((name) => !ANNOTATIONS.has(name))
    .flatMap((name) => {
      const at = `${path}/${name}`;
      const [was, is] = [released[name], now[name]];
      if (name === 'properties' && isSchema(was) && isSchema(is)) return inProperties(was, is, at);
      if (name === 'required') return asSets(was ?? [], is ?? [], at);
      return name === 'enum' ? asSets(was, is, at) : breakingChanges(was, is, at);
    });
}

/** A new one is no change: whether it is required shows in `required`. */
function inProperties(released: JsonSchema, now: JsonSchema, path: string): string[] {
  return Object.keys(released).flatMap((name) =>
    name in now
      ? breakingChanges(released[name], now[name], `${path}/${name}`)
      : [`${path}/${name}: removed`],
  );
}

function inArray(released: readonly unknown[], now: readonly unknown[], path: string): string[] {
  if (released.length !== now.length) return [`${path}: had ${released.length} parts, has ${now.length}`];
  return released.flatMap((part, index) => breakingChanges(part, now[index], `${path}/${index}`));
}

function asSets(released: unknown, now: unknown, path: string): string[] {
  if (!Array.isArray(released) || !Array.isArray(now)) return breakingChanges(released, now, path);
  const gone = released
    .filter((item) => !now.includes(item))
    .map((item) => `${path}: ${String(item)} removed`);
  const added = now
    .filter((item) => !released.includes(item))
    .map((item) => `${path}: ${String(item)} added`);
  return [...gone, ...added];
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
