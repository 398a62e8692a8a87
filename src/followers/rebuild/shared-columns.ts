import { type Queryable } from '../../platform/postgres/database';

/** Two versions of a table, whose shapes may differ. */
export interface SharedColumns {
  /** What both have, by name, as each is to be selected so that it can be compared with the other. */
  readonly selected: ReadonlyMap<string, string>;
  /** What only one of them has. */
  readonly unshared: readonly string[];
}

const COLUMNS = `
  SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
  FROM pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped`;

/** Null where the old one is not there. */
export async function sharedColumns(
  db: Queryable,
  old: string,
  fresh: string,
): Promise<SharedColumns | null> {
  const [before, after] = [await columnsOf(db, old), await columnsOf(db, fresh)];
  if (before.size === 0) return null;
  const shared = [...after.keys()].filter((column) => before.has(column));
  return {
    selected: new Map(
      shared.map((column) => [
        column,
        before.get(column) === after.get(column) ? column : `${column}::text AS ${column}`,
      ]),
    ),
    unshared: [...new Set([...before.keys(), ...after.keys()])].filter(
      (column) => !(before.has(column) && after.has(column)),
    ),
  };
}

async function columnsOf(db: Queryable, table: string): Promise<Map<string, string>> {
  const rows = await db.query<{ name: string; type: string }>({ text: COLUMNS, values: [table] });
  return new Map(rows.map(({ name, type }) => [name, type]));
}
