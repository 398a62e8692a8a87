import { type JsonObject } from './strict-json';

/** RFC 6901, already split: no step means the whole document. */
export type Pointer = readonly string[];

const POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/;

export function isPointer(text: string): boolean {
  return POINTER.test(text);
}

export function pointer(text: string): Pointer {
  const steps = text.split('/').slice(1);
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** `undefined` where the document has nothing. Only what is its own counts, so that no key reaches a prototype. */
export function at(document: unknown, steps: Pointer): unknown {
  let value = document;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value) && !/^(?:0|[1-9]\d*)$/.test(step)) return undefined;
    if (!Object.hasOwn(value, step)) return undefined;
    value = (value as JsonObject)[step];
  }
  return value;
}

/** The document without what the pointers name, and without the objects this empties. It is not changed itself. */
export function without(document: JsonObject, pointers: readonly Pointer[]): JsonObject {
  return pointers.reduce((left, steps) => withoutOne(left, steps), document);
}

function withoutOne(document: JsonObject, [first, ...rest]: Pointer): JsonObject {
  if (first === undefined || !Object.hasOwn(document, first)) return document;
  const { [first]: child, ...others } = document;
  if (rest.length === 0 || typeof child !== 'object' || child === null || Array.isArray(child)) {
    return rest.length === 0 ? others : document;
  }
  const left = withoutOne(child as JsonObject, rest);
  return Object.keys(left).length === 0 ? others : { ...others, [first]: left };
}
