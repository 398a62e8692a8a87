import { at, type Pointer, pointer } from '../json/json-pointer';
import { CONTAINERS } from './body-places';
import { type Body } from './dialect';
import { type FieldName } from './field-names';
import { type FieldMap } from './reading-rules';

export type FieldTable = ReadonlyMap<FieldName, readonly Pointer[]>;

export interface Found {
  readonly value: unknown;
  readonly pointer: Pointer;
}

/** What an operator adds goes in front: it knows the sender better than we do. Made once per source's settings. */
export function fieldTables(literal: FieldMap): (own: FieldMap) => FieldTable {
  const made = new WeakMap<FieldMap, FieldTable>();
  return (own) => {
    const known = made.get(own) ?? fieldTable(literal, own);
    made.set(own, known);
    return known;
  };
}

function fieldTable(literal: FieldMap, own: FieldMap): FieldTable {
  const names = [...new Set([...Object.keys(own), ...Object.keys(literal)])] as FieldName[];
  return new Map(
    names.map((name) => [name, [...(own[name] ?? []), ...(literal[name] ?? [])].map(pointer)] as const),
  );
}

/**
 * The first place that holds something of the right kind. One of the wrong kind is taken when nothing better is there: it
 * is told as a mistake, not overlooked. Referrers may be of any kind.
 */
export function lookUp(table: FieldTable, body: Body, name: FieldName): Found | null {
  let unfitting: Found | null = null;
  for (const steps of table.get(name) ?? []) {
    const value = at(body, steps);
    if (value === undefined || value === null) continue;
    if (name === 'referrer' || (typeof value === 'object') === CONTAINERS.has(name)) {
      return { value, pointer: steps };
    }
    if (!CONTAINERS.has(name)) unfitting ??= { value, pointer: steps };
  }
  return unfitting;
}

/** How the sender would name a field that is missing. */
export function firstName(table: FieldTable, name: FieldName): string {
  return (table.get(name)?.[0] ?? [name]).join('.');
}
