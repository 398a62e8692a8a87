import { CasetrailError } from '../../kernel/errors';
import { type Queryable } from './database';
import { StatementError } from './database-error';

/** Statements that make views, and the schema that the tables they name are in. */
export interface ViewText {
  readonly schema: string;
  readonly sql: string;
}

const INVALID_TABLE_DEFINITION = '42P16';
const DEPENDENT_OBJECTS = '2BP01';

/**
 * Replaces the views of `changed`: grants and what others built on them stay. Where a view's columns are other ones
 * PostgreSQL can't do that; then all of ours are dropped and made anew with the grants they had.
 */
export async function makeViews(
  tx: Queryable,
  changed: readonly ViewText[],
  all: readonly ViewText[],
): Promise<void> {
  await lockViews(tx, changed);
  await tx.query({ text: 'SAVEPOINT views' });
  try {
    await run(tx, changed);
  } catch (thrown) {
    if (!(thrown instanceof StatementError && thrown.sqlState === INVALID_TABLE_DEFINITION)) throw thrown;
    await tx.query({ text: 'ROLLBACK TO SAVEPOINT views' });
    const grants = await tx.query<{ grant: string }>({ text: GRANTS });
    await dropViews(tx, all);
    await run(tx, all);
    for (const { grant } of grants) await tx.query({ text: grant });
  }
  await tx.query({ text: 'GRANT SELECT ON ALL TABLES IN SCHEMA rpt TO casetrail_app, casetrail_analyst' });
}

/** Views of schema rpt, those first that are built on others. */
const OUTER_FIRST = `
  WITH RECURSIVE view AS (
    SELECT c.oid, 0 AS depth FROM pg_class c WHERE c.relnamespace = 'rpt'::regnamespace AND c.relkind = 'v'
    UNION ALL
    SELECT r.ev_class, v.depth + 1
    FROM view v
    JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = v.oid AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite r ON r.oid = d.objid AND r.ev_class <> v.oid)
  SELECT v.oid::regclass::text AS name FROM view v GROUP BY v.oid ORDER BY max(v.depth) DESC`;

/**
 * Before anything is replaced, and in the order in which a reader locks a view and those below it: else both would wait for
 * each other. LOCK TABLE would lock the tables of a view too; to reset an option takes the same lock on the view alone.
 */
async function lockViews(tx: Queryable, texts: readonly ViewText[]): Promise<void> {
  const wanted = new Set(namesOf(texts));
  await tx.query({ text: 'SET LOCAL search_path = pg_catalog' });
  for (const { name } of await tx.query<{ name: string }>({ text: OUTER_FIRST })) {
    if (wanted.has(name)) await tx.query({ text: `ALTER VIEW ${name} RESET (security_barrier)` });
  }
}

function namesOf(texts: readonly ViewText[]): string[] {
  const made = texts.flatMap(({ sql }) => [...sql.matchAll(/CREATE OR REPLACE VIEW (rpt\.\w+)/g)]);
  return made.flatMap(([, name]) => name ?? []);
}

async function run(tx: Queryable, views: readonly ViewText[]): Promise<void> {
  for (const { schema, sql } of views) {
    await tx.query({ text: `SET LOCAL search_path = ${schema}, public` });
    await tx.query({ text: sql });
  }
}

/** Of views that a new version no longer has, the grant is let go. */
const GRANTS = `
  SELECT format('DO $grant$ BEGIN IF to_regclass(%L) IS NOT NULL THEN GRANT %s ON %s TO %s; END IF; END $grant$',
                v.name, a.privilege_type, v.name,
                CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END) AS grant
  FROM (SELECT format('rpt.%I', c.relname) AS name, c.relacl
        FROM pg_class c WHERE c.relnamespace = 'rpt'::regnamespace AND c.relkind = 'v') v
  CROSS JOIN LATERAL aclexplode(v.relacl) a`;

async function dropViews(tx: Queryable, texts: readonly ViewText[]): Promise<void> {
  const views = namesOf(texts).join(', ');
  try {
    await tx.query({ text: `DROP VIEW IF EXISTS ${views} RESTRICT` });
  } catch (thrown) {
    if (!(thrown instanceof StatementError && thrown.sqlState === DEPENDENT_OBJECTS)) throw thrown;
    const message = `Views of schema rpt get other columns, and something outside it is built on them: ${thrown.detail ?? thrown.message}`;
    throw new CasetrailError('conflict', `${message}. Drop that first, and make it again afterwards.`, {
      cause: thrown,
    });
  }
}
