export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type Figures = Readonly<Record<string, Json>>;

export function iso(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}

export function instantsAsText(row: Figures): Figures {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, instantAsText(name, value)]));
}

/** By the name of its column: a number in one that ends in _at or _since is an instant. */
export function instantAsText(column: string, value: Json): Json {
  return typeof value === 'number' && /_(?:at|since)$/.test(column) ? iso(value) : value;
}

export function omit<T extends object, K extends keyof T>(row: T, names: readonly K[]): Omit<T, K> {
  const rest = { ...row };
  for (const name of names) Reflect.deleteProperty(rest, name);
  return rest;
}
