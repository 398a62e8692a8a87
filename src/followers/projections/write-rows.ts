import { type Queryable, type Statement } from '../../platform/postgres/database';
import { type Cell, type Column, type Row, type Table } from './table';

/** What becomes of one table's rows. Rows of a ticket that is in `swept` and not in `keep` are deleted. */
export interface TableChange {
  readonly upserts: readonly Row[];
  readonly swept: readonly string[];
  readonly keep: readonly Row[];
}

export async function writeTable(
  db: Queryable,
  schema: string,
  table: Table,
  change: TableChange,
): Promise<void> {
  if (change.swept.length > 0 && table.key.length > 1) {
    await db.query(sweepStatement(schema, table, change.swept, change.keep));
  }
  if (change.upserts.length > 0) await db.query(upsertStatement(schema, table, change.upserts));
}

/** A column travels as one text array and is cast by PostgreSQL: nothing but the values depends on the batch. */
function upsertStatement(schema: string, table: Table, rows: readonly Row[]): Statement {
  return {
    name: `upsert_${schema}_${table.name}`,
    text: memoized(`upsert ${schema}.${table.name}`, () => upsertText(schema, table)),
    values: table.columns.map((column) => rows.map((row) => textOf(column, row[column.name]))),
  };
}

function upsertText(schema: string, { name, columns, key }: Table): string {
  const names = columns.map((column) => column.name);
  const plain = names.filter((column) => !key.includes(column));
  const changed = plain.length === 0 ? 'NOTHING' : updateText(plain);
  return `
    INSERT INTO ${schema}.${name} AS t (${names.join(', ')})
    SELECT ${columns.map(castText).join(', ')}
    FROM unnest(${columns.map((_, n) => `$${n + 1}::text[]`).join(', ')}) AS u(${names.join(', ')})
    ON CONFLICT (${key.join(', ')}) DO ${changed}`;
}

/** What is already there costs no row version. */
function updateText(columns: readonly string[]): string {
  return `
    UPDATE SET ${columns.map((column) => `${column} = EXCLUDED.${column}`).join(', ')}
    WHERE (${columns.map((column) => `t.${column}`).join(', ')})
      IS DISTINCT FROM (${columns.map((column) => `EXCLUDED.${column}`).join(', ')})`;
}

function castText({ name, type }: Column): string {
  if (type === 'text') return `u.${name}`;
  return type === 'timestamptz' ? `to_timestamp(u.${name}::float8 / 1000)` : `u.${name}::${type}`;
}

function sweepStatement(
  schema: string,
  table: Table,
  tickets: readonly string[],
  keep: readonly Row[],
): Statement {
  return {
    name: `sweep_${schema}_${table.name}`,
    text: memoized(`sweep ${schema}.${table.name}`, () => sweepText(schema, table)),
    values: [tickets, ...table.key.map((name) => keep.map((row) => String(row[name])))],
  };
}

/** The first column of a key is the ticket's. */
function sweepText(schema: string, { name, columns, key }: Table): string {
  const typeOf = (column: string): string => columns.find((one) => one.name === column)?.type ?? 'text';
  return `
    DELETE FROM ${schema}.${name} AS t
    WHERE t.ticket_key = ANY($1::text[]) AND NOT EXISTS (
      SELECT FROM unnest(${key.map((_, n) => `$${n + 2}::text[]`).join(', ')}) AS k(${key.join(', ')})
      WHERE ${key.map((column) => `t.${column} = k.${column}::${typeOf(column)}`).join(' AND ')})`;
}

/** Also the form in which COPY takes a value; null stays null. */
export function textOf({ type }: Column, cell: Cell | undefined): string | null {
  if (cell === null || cell === undefined) return null;
  if (type === 'text[]') return arrayText(cell);
  return typeof cell === 'string' ? cell : String(cell);
}

function arrayText(cell: Cell): string {
  if (!Array.isArray(cell)) throw new Error('an array was expected');
  const items = (cell as readonly string[]).map((item) => `"${item.replaceAll(/["\\]/g, '\\$&')}"`);
  return `{${items.join(',')}}`;
}

const texts = new Map<string, string>();

function memoized(key: string, make: () => string): string {
  const known = texts.get(key);
  if (known !== undefined) return known;
  const made = make();
  texts.set(key, made);
  return made;
}
