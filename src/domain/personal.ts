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
  { readonly kind: 'personal' } | { readonly kind: 'scalar' } | { readonly kind: 'opaque' } | Container;

interface Container {
  readonly kind: 'container';
  readonly fields: ReadonlyMap<string, Place>;
  readonly items: Place | null;
}

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

/** Where a value goes as a whole; null for what has to be taken apart. */
function sideOf(place: Place | undefined, value: unknown): keyof Halves | null {
  if (place === undefined || place.kind === 'personal') return 'personal';
  if (place.kind === 'opaque' || value === null) return 'data';
  if (typeof value !== 'object') return place.kind === 'scalar' ? 'data' : 'personal';
  if (place.kind === 'scalar') return 'personal';
  return Array.isArray(value) && place.items === null ? 'personal' : null;
}

function splitValue(place: Place | undefined, value: unknown): Halves {
  const side = sideOf(place, value);
  if (side !== null) return { data: undefined, personal: undefined, [side]: value };
  const { fields, items } = place as Container;
  return Array.isArray(value)
    ? splitItems(items ?? undefined, value)
    : splitFields(fields, value as JsonObject);
}

function splitFields(fields: Container['fields'], value: JsonObject): Halves {
  const data = {};
  let personal: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const child = value[key];
    const place = fields.get(key);
    const side = sideOf(place, child);
    // Most values are whole, and no halves are made for them.
    const halves = side === null ? splitValue(place, child) : undefined;
    put(data, key, side === 'data' ? child : halves?.data);
    const own = side === 'personal' ? child : halves?.personal;
    if (own !== undefined) put((personal ??= {}), key, own);
  }
  return { data, personal };
}

/** Also a key called `__proto__` becomes a property and nothing else. */
function put(object: Record<string, unknown>, key: string, value: unknown): void {
  if (value === undefined) return;
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

/** The personal half of an array is keyed by index; an item that is wholly personal leaves null behind. */
function splitItems(items: Place | undefined, value: readonly unknown[]): Halves {
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
