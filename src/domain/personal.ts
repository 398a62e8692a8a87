import { type EventType } from './event-types';
import { bodySchemas } from './events';

export type JsonObject = Readonly<Record<string, unknown>>;

export interface SplitBody {
  readonly data: JsonObject;
  readonly personal: JsonObject;
}

/**
 * Where the schema allows which data. A value that fits no declared place counts as personal: a sender's
 * surprise must never end up in the part that cannot be forgotten.
 */
type Place =
  | { readonly kind: 'personal' }
  | { readonly kind: 'scalar' }
  | { readonly kind: 'opaque' }
  | { readonly kind: 'container'; readonly fields: ReadonlyMap<string, Place>; readonly items: Place | null };

/** As much of a zod schema as its parts have in common. */
interface Schema {
  readonly def: {
    readonly type: string;
    readonly innerType?: Schema;
    readonly element?: Schema;
    readonly options?: readonly Schema[];
    readonly shape?: Readonly<Record<string, Schema>>;
  };
  meta(): { readonly personal?: unknown } | undefined;
}

function compile(schema: Schema): Place {
  if (schema.meta()?.personal === true) return { kind: 'personal' };
  const { type, innerType, element, options, shape } = schema.def;
  if (innerType !== undefined) return compile(innerType);
  if (options !== undefined) return options.map(compile).reduce(merge);
  if (element !== undefined) return { kind: 'container', fields: new Map(), items: compile(element) };
  if (shape !== undefined) {
    const fields = new Map(Object.entries(shape).map(([key, field]) => [key, compile(field)]));
    return { kind: 'container', fields, items: null };
  }
  return { kind: type === 'record' || type === 'unknown' ? 'opaque' : 'scalar' };
}

function merge(a: Place, b: Place): Place {
  if (a.kind !== 'container' || b.kind !== 'container')
    throw new Error('a union joins objects and arrays only');
  return { kind: 'container', fields: new Map([...a.fields, ...b.fields]), items: a.items ?? b.items };
}

const places = new Map<EventType, Place>(
  Object.entries(bodySchemas).map(([type, schema]) => [
    type as EventType,
    compile(schema as unknown as Schema),
  ]),
);

/** `undefined` means that this side holds nothing of the value. */
interface Halves {
  readonly data: unknown;
  readonly personal: unknown;
}

function splitValue(place: Place | undefined, value: unknown): Halves {
  const inData = { data: value, personal: undefined };
  const inPersonal = { data: undefined, personal: value };
  if (place === undefined || place.kind === 'personal') return inPersonal;
  if (place.kind === 'opaque' || value === null) return inData;
  if (typeof value !== 'object') return place.kind === 'scalar' ? inData : inPersonal;
  if (place.kind === 'scalar') return inPersonal;
  if (!Array.isArray(value)) return splitFields(place.fields, value as JsonObject);
  return place.items === null ? inPersonal : splitItems(place.items, value);
}

function splitFields(fields: ReadonlyMap<string, Place>, value: JsonObject): Halves {
  const data: [string, unknown][] = [];
  const personal: [string, unknown][] = [];
  for (const [key, child] of Object.entries(value)) {
    const halves = splitValue(fields.get(key), child);
    if (halves.data !== undefined) data.push([key, halves.data]);
    if (halves.personal !== undefined) personal.push([key, halves.personal]);
  }
  return {
    data: Object.fromEntries(data),
    personal: personal.length === 0 ? undefined : Object.fromEntries(personal),
  };
}

/** The personal half of an array is keyed by index; an item that is wholly personal leaves null behind. */
function splitItems(items: Place, value: readonly unknown[]): Halves {
  const halves = value.map((item) => splitValue(items, item));
  const personal = halves.flatMap((half, index) =>
    half.personal === undefined ? [] : [[String(index), half.personal] as const],
  );
  return {
    data: halves.map((half) => half.data ?? null),
    personal: personal.length === 0 ? undefined : Object.fromEntries(personal),
  };
}

export function splitPersonal(type: EventType, body: JsonObject): SplitBody {
  const { data, personal } = splitValue(places.get(type), body);
  return { data: data as JsonObject, personal: (personal ?? {}) as JsonObject };
}

function joinValue(data: unknown, personal: unknown): unknown {
  if (personal === undefined) return data;
  if (typeof data !== 'object' || data === null) return personal;
  const rest = personal as JsonObject;
  if (Array.isArray(data)) {
    return data.map((item: unknown, index) => joinValue(item, rest[String(index)]));
  }
  const own = data as JsonObject;
  const joined = Object.keys(rest).map(
    (key) => [key, joinValue(Object.hasOwn(own, key) ? own[key] : undefined, rest[key])] as const,
  );
  return { ...own, ...Object.fromEntries(joined) };
}

export function joinPersonal(data: JsonObject, personal: JsonObject): JsonObject {
  return joinValue(data, personal) as JsonObject;
}
