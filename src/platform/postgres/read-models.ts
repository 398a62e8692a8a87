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

/**
 * Makes a projection's tables or indexes in the schema of a generation. The files name tables without a schema, so the
 * search path decides; it is set for the transaction.
 */
export async function makePart(
  tx: Queryable,
  projection: string,
  part: 'tables' | 'indexes',
  generation: number,
): Promise<void> {
  const schema = `rm_${generation}`;
  await tx.query({ text: `CREATE SCHEMA IF NOT EXISTS ${schema}` });
  await tx.query({ text: `GRANT USAGE ON SCHEMA ${schema} TO casetrail_app` });
  await tx.query({ text: `SET LOCAL search_path = ${schema}, public` });
  await tx.query({ text: sqlOf(`${projection}.${part}.sql`) });
  await tx.query({
    text: `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO casetrail_app`,
  });
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
    await makePart(tx, name, 'tables', 1);
    await makePart(tx, name, 'indexes', 1);
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
