import { settled } from '../../kernel/settled';
import { type Queryable, type Statement } from '../../platform/postgres/database';
import { recordsText } from './row-literals';
import { type Row, type Table } from './table';

/** What becomes of one table's rows. Rows of a ticket that is in `swept` and not in `keep` are deleted. */
export interface TableChange {
  readonly upserts: readonly Row[];
  readonly swept: readonly string[];
  readonly keep: readonly Row[];
}

/** With the table that it is about. */
export interface PlacedChange extends TableChange {
  readonly schema: string;
  readonly table: Table;
}

/** All that it sends it sends at once. */
export async function writeTable(db: Queryable, change: PlacedChange): Promise<void> {
  const { schema, table, upserts, swept, keep } = change;
  const statements: Statement[] = [];
  if (swept.length > 0 && table.key.length > 1) statements.push(sweepStatement(schema, table, swept, keep));
  if (upserts.length > 0) statements.push(upsertStatement(schema, table, upserts));
  await settled(...statements.map((statement) => db.query(statement)));
}

/** Changes of different tickets, as one for each table. */
export function merged(changes: readonly PlacedChange[]): PlacedChange[] {
  const byTable = new Map<string, PlacedChange[]>();
  for (const change of changes) {
    const name = `${change.schema}.${change.table.name}`;
    byTable.set(name, [...(byTable.get(name) ?? []), change]);
  }
  return [...byTable.values()].flatMap((same) => {
    const upserts = same.flatMap((change) => change.upserts);
    const swept = same.flatMap((change) => change.swept);
    const keep = same.flatMap((change) => change.keep);
    return same.slice(0, 1).map(({ schema, table }) => ({ schema, table, upserts, swept, keep }));
  });
}

/**
 * The rows travel as one array of the table's own row type: nothing but the value depends on the batch, and PostgreSQL reads
 * it at a third of what an array for each column costs.
 */
function upsertStatement(schema: string, table: Table, rows: readonly Row[]): Statement {
  return {
    name: `upsert_${schema}_${table.name}`,
    text: memoized(`upsert ${schema}.${table.name}`, () => upsertText(schema, table)),
    values: [recordsText(table, rows)],
  };
}

function upsertText(schema: string, { name, columns, key }: Table): string {
  const names = columns.map((column) => column.name);
  const plain = names.filter((column) => !key.includes(column));
  const changed = plain.length === 0 ? 'NOTHING' : updateText(plain);
  return `
    INSERT INTO ${schema}.${name} AS t (${names.join(', ')})
    SELECT ${names.join(', ')} FROM unnest($1::${schema}.${name}[])
    ON CONFLICT (${key.join(', ')}) DO ${changed}`;
}

/** What is already there costs no row version. */
function updateText(columns: readonly string[]): string {
  return `
    UPDATE SET ${columns.map((column) => `${column} = EXCLUDED.${column}`).join(', ')}
    WHERE (${columns.map((column) => `t.${column}`).join(', ')})
      IS DISTINCT FROM (${columns.map((column) => `EXCLUDED.${column}`).join(', ')})`;
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

const texts = new Map<string, string>();

function memoized(key: string, make: () => string): string {
  const known = texts.get(key);
  if (known !== undefined) return known;
  const made = make();
  texts.set(key, made);
  return made;
}
