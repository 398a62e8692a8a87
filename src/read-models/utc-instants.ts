export type JsonRow = Readonly<Record<string, unknown>>;

/** PostgreSQL prints instants in the session's zone; JSON readers get UTC with milliseconds. */
export function withUtcInstants(row: JsonRow): JsonRow {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, /_(at|since)$/.test(name) ? utc(value) : value]),
  );
}

function utc(value: unknown): unknown {
  return typeof value === 'string' ? new Date(value).toISOString() : value;
}
