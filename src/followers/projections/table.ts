/** A cell as a projection gives it; an instant is ms UTC. */
export type Cell = string | number | boolean | null | readonly string[];
export type Row = Readonly<Record<string, Cell>>;

export type ColumnType =
  'text' | 'bigint' | 'int' | 'smallint' | 'boolean' | 'timestamptz' | 'date' | 'uuid' | 'text[]';

/** A table of read-model storage, as its projection fills it. The same columns stand in migrations/read-models. */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** The columns of its primary key; `ticket_key` is the first. */
  readonly key: readonly string[];
}

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

export function table(
  name: string,
  key: readonly string[],
  columns: Readonly<Record<string, ColumnType>>,
): Table {
  return { name, key, columns: Object.entries(columns).map(([column, type]) => ({ name: column, type })) };
}

export function sameRow({ columns }: Table, a: Row, b: Row): boolean {
  for (const { name } of columns) if (!sameCell(a[name], b[name])) return false;
  return true;
}

function sameCell(a: Cell | undefined, b: Cell | undefined): boolean {
  if (a === b) return true;
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, n) => item === b[n]);
}

export function sameKey({ key }: Table, a: Row, b: Row): boolean {
  return key.every((name) => a[name] === b[name]);
}
