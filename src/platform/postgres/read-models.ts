import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Queryable } from './database';
import { makeViews } from './read-model-views';

const DIRECTORY = join(__dirname, '../../../migrations/read-models');
/** Views over the views of the projections, made last. */
const REPORTS = 'reports.sql';

/** The names of all projections, as their files say. */
export function projectionNames(): string[] {
  return readdirSync(DIRECTORY)
    .filter((file) => file.endsWith('.tables.sql'))
    .map((file) => file.replace('.tables.sql', ''))
    .sort();
}

/** Makes a projection's tables in the schema of a generation, without indexes. */
export async function makeTables(tx: Queryable, projection: string, generation: number): Promise<void> {
  const schema = `rm_${generation}`;
  await tx.query({ text: `CREATE SCHEMA IF NOT EXISTS ${schema}` });
  await tx.query({ text: `GRANT USAGE ON SCHEMA ${schema} TO casetrail_app` });
  await inSchema(tx, generation, sqlOf(`${projection}.tables.sql`));
  await tx.query({
    text: `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO casetrail_app`,
  });
}

/** What makes one table's primary key and its other indexes. */
export interface TableIndexes {
  readonly table: string;
  readonly sql: string;
}

/** In the file there is a blank line between two tables, and each begins with its primary key. */
export function indexesOf(projection: string): TableIndexes[] {
  const blocks = sqlOf(`${projection}.indexes.sql`).split(/\n\n+/);
  return blocks.map((sql) => {
    const table = /^ALTER TABLE (\w+) ADD PRIMARY KEY/.exec(sql.trim())?.[1];
    if (table === undefined)
      throw new Error(`${projection}.indexes.sql: a block without a primary key: ${sql}`);
    return { table, sql };
  });
}

export function makeIndexes(tx: Queryable, { sql }: TableIndexes, generation: number): Promise<void> {
  return inSchema(tx, generation, sql);
}

/** The files name tables without a schema, so the search path decides; it is set for the transaction. */
async function inSchema(tx: Queryable, generation: number, sql: string): Promise<void> {
  await tx.query({ text: `SET LOCAL search_path = rm_${generation}, public` });
  await tx.query({ text: sql });
}

/** Changes with the shape of a projection's tables and indexes. */
export function tablesHash(projection: string): string {
  const text = sqlOf(`${projection}.tables.sql`) + sqlOf(`${projection}.indexes.sql`);
  return createHash('sha256').update(text).digest('hex');
}

/** By projection: the text of its views over the tables of a generation. */
export function viewsOf(projection: string, generation: number): { schema: string; sql: string } {
  const sql = sqlOf(`${projection}.views.sql`).replaceAll(':generation', String(generation));
  return { schema: `rm_${generation}`, sql };
}

/** What one of those views selects, as a query: of tables that no view leads to yet. */
export function queryOf(projection: string, view: string, generation: number): string {
  const { sql } = viewsOf(projection, generation);
  const text = new RegExp(`^CREATE OR REPLACE VIEW rpt\\.${view} AS\n([^;]+);`, 'm').exec(sql)?.[1];
  if (text === undefined) throw new Error(`${projection}.views.sql makes no view ${view}`);
  return text;
}

export function reports(): { schema: string; sql: string } {
  return { schema: 'rpt', sql: sqlOf(REPORTS) };
}

/**
 * Run by migrate, in one transaction: the first tables of projections that have none, and all views when the text of any
 * has changed. Tells whether there was anything to do.
 */
export async function ensureReadModels(tx: Queryable): Promise<boolean> {
  const known = await tx.query<{ name: string; generation: number }>({
    text: 'SELECT name, generation FROM app.projection',
  });
  const generations = new Map(known.map((row) => [row.name, row.generation]));
  const missing = projectionNames().filter((name) => !generations.has(name));
  for (const name of missing) {
    await makeTables(tx, name, 1);
    for (const indexes of indexesOf(name)) await makeIndexes(tx, indexes, 1);
    const text = 'INSERT INTO app.projection (name, generation) VALUES ($1, 1)';
    await tx.query({ text, values: [name] });
    generations.set(name, 1);
  }
  const hash = textHash();
  const made = await tx.query<{ hash: string }>({ text: 'SELECT hash FROM app.views' });
  if (missing.length === 0 && made[0]?.hash === hash) return false;
  // In the order of their names, so that views may build on those of an earlier projection.
  const views = [...generations].sort().map(([name, generation]) => viewsOf(name, generation));
  await makeViews(tx, [...views, reports()], [...views, reports()]);
  await tx.query({
    text: `INSERT INTO app.views (hash) VALUES ($1) ON CONFLICT (only_one) DO UPDATE SET hash = EXCLUDED.hash`,
    values: [hash],
  });
  return true;
}

function textHash(): string {
  const files = readdirSync(DIRECTORY).filter((file) => file.endsWith('.views.sql') || file === REPORTS);
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(file).update(sqlOf(file));
  return hash.digest('hex');
}

function sqlOf(file: string): string {
  return readFileSync(join(DIRECTORY, file), 'utf8');
}
