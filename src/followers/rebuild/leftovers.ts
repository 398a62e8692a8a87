import { type Session } from '../../platform/postgres/copy';
import { StatementError } from '../../platform/postgres/database-error';
import { readGenerations, schemaOf } from '../projections/generations';
import { type Projection } from '../projections/projection';

const TRIES = 3;
const LOCK_WAIT_MS = 2_000;

const TABLES = `
  SELECT n.nspname AS schema, c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname ~ '^rm_[0-9]+$' AND c.relkind = 'r'`;

const SCHEMAS = `
  SELECT n.nspname AS schema FROM pg_namespace n
  WHERE n.nspname ~ '^rm_[0-9]+$' AND NOT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid)`;

const FORGET_PARKED = `
  DELETE FROM app.parked_ticket k USING app.projection p
  WHERE k.projection = p.name AND k.generation <> p.generation AND k.generation IS DISTINCT FROM $1`;

/**
 * Drops storage that no view shows and no node writes, except of the generation `kept`. Returns what could not be dropped,
 * because somebody still reads it or built on it: the next rebuild tries again.
 */
export async function dropLeftovers(
  session: Session,
  projections: readonly Projection[],
  kept: number | null,
): Promise<string[]> {
  const live = await readGenerations(session);
  const spared = new Set(kept === null ? [] : [schemaOf(kept)]);
  // Tables that this code does not know may be those of another projection of the same generation.
  const owners = new Map(
    projections.flatMap(({ name, tables }) => tables.map((table) => [table.name, name] as const)),
  );
  const liveSchemas = new Set([...live.values()].map(schemaOf));
  const isLive = ({ schema, name }: StoredTable): boolean => {
    const owner = owners.get(name);
    return owner === undefined ? liveSchemas.has(schema) : schema === schemaOf(live.get(owner) ?? 0);
  };
  const left: string[] = [];
  for (const table of await session.query<StoredTable>({ text: TABLES })) {
    if (spared.has(table.schema) || isLive(table)) continue;
    const name = `${table.schema}.${table.name}`;
    if (!(await drop(session, name))) left.push(name);
  }
  await session.query({ text: FORGET_PARKED, values: [kept] });
  for (const { schema } of await session.query<{ schema: string }>({ text: SCHEMAS })) {
    if (!spared.has(schema)) await session.query({ text: `DROP SCHEMA ${schema}` });
  }
  return left;
}

interface StoredTable extends Record<string, unknown> {
  readonly schema: string;
  readonly name: string;
}

async function drop(session: Session, table: string): Promise<boolean> {
  for (let tried = 1; tried <= TRIES; tried++) {
    try {
      await session.transaction(async () => {
        await session.query({ text: `SET LOCAL lock_timeout = ${LOCK_WAIT_MS}` });
        await session.query({ text: `DROP TABLE ${table}` });
      });
      return true;
    } catch (thrown) {
      if (!(thrown instanceof StatementError)) throw thrown;
      if (!thrown.isTransient) return false;
    }
  }
  return false;
}
