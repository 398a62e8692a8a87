import { type Database, type Statement } from '../../../src/platform/postgres/database';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** How one statement read one table. */
export interface Access {
  readonly table: string;
  readonly by: string;
  /** Looked at, whether they were wanted or not. */
  readonly rows: number;
}

export interface Explaining extends Database {
  /** Of all statements since the last call. */
  accesses(): Access[];
}

/** A database whose every statement is run once more under EXPLAIN ANALYZE, with its values. */
export function explaining(db: Database): Explaining {
  let found: Access[] = [];
  return {
    ...db,
    query: async (statement: Statement) => {
      const { text, values = [] } = statement;
      const rows = await db.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>({
        text: `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`,
        values,
      });
      for (const { Plan } of rows[0]?.['QUERY PLAN'] ?? []) found.push(...accessesOf(Plan));
      return db.query(statement);
    },
    accesses: () => {
      const seen = found;
      found = [];
      return seen;
    },
  };
}

function accessesOf(node: PlanNode): Access[] {
  const below = (node.Plans ?? []).flatMap(accessesOf);
  const table = node['Relation Name'];
  if (table === undefined) return below;
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  const rows = Math.round((node['Actual Rows'] + removed) * node['Actual Loops']);
  return [{ table, by: node['Node Type'], rows }, ...below];
}
