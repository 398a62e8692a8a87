import { CasetrailError } from '../../kernel/errors';
import { type Queryable } from '../../platform/postgres/database';
import { type Projection } from './projection';

const READ = {
  name: 'projection_generations',
  text: 'SELECT name, generation, code_version AS "codeVersion" FROM app.projection',
} as const;

const CLAIM = {
  name: 'projection_claim_code',
  text: 'UPDATE app.projection SET code_version = $2 WHERE name = $1 AND code_version IS NULL',
} as const;

export function schemaOf(generation: number): string {
  return `rm_${generation}`;
}

/** The tables of a projection that the views show. */
export interface LiveTables {
  readonly generation: number;
  /** Of the code that made their rows; null while there are none. */
  readonly codeVersion: number | null;
}

/** By projection. */
export async function readLiveTables(db: Queryable): Promise<Map<string, LiveTables>> {
  const rows = await db.query<LiveTables & { readonly name: string } & Record<string, unknown>>(READ);
  return new Map(rows.map((row) => [row.name, row]));
}

/** By projection: which of its tables the views show. */
export async function readGenerations(db: Queryable): Promise<Map<string, number>> {
  const live = await readLiveTables(db);
  return new Map([...live].map(([name, { generation }]) => [name, generation]));
}

/**
 * Which generation of its tables each projection writes, by name. Read whenever a lane is taken: a swap raises the epoch of
 * every lane, so nobody writes on with what he read before.
 */
export async function liveGenerations(
  db: Queryable,
  projections: readonly Projection[],
): Promise<Map<string, number>> {
  const found = await readLiveTables(db);
  const live = new Map<string, number>();
  for (const { name, codeVersion } of projections) {
    const row = found.get(name);
    if (row === undefined) {
      throw new CasetrailError('schema_outdated', `Projection ${name} has no tables: run casetrail migrate.`);
    }
    if (row.codeVersion === null) await db.query({ ...CLAIM, values: [name, codeVersion] });
    live.set(name, row.generation);
  }
  return live;
}
