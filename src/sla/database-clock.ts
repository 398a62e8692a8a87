import { type Queryable } from '../platform/postgres/database';

const NOW = {
  name: 'sla_now',
  text: 'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now',
} as const;

/** ms UTC. Nodes may disagree about the time; all of them ask this one clock. */
export async function databaseNow(db: Queryable): Promise<number> {
  const [row] = await db.query<{ now: number }>(NOW);
  if (row === undefined) throw new Error('the database has no clock');
  return row.now;
}
