import { pause } from '../../kernel/backoff';
import { type Queryable } from '../../platform/postgres/database';

const LOOK_EVERY_MS = 20;

export interface SnapshotHolder {
  readonly pid: number;
  readonly application: string;
  /** Has run a statement before the one of now, or waits for its next one. */
  readonly isTransaction: boolean;
}

// A driver that parses and executes in two steps begins a statement of its own a moment before it says so. Other roles'
// snapshots are shown to superusers and members of pg_read_all_stats.
const HOLDERS = `
  SELECT a.pid, coalesce(nullif(a.application_name, ''), 'unnamed') AS application,
         a.state <> 'active' OR a.query_start - a.xact_start > interval '100 milliseconds' AS "isTransaction"
  FROM pg_stat_activity a
  WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
    AND a.backend_xmin IS NOT NULL AND a.xact_start < $1::timestamptz
  ORDER BY a.xact_start`;

/**
 * Waits for transactions that keep a snapshot of before (REPEATABLE READ), and tells of one that does not end in time: would
 * the views lead it to tables whose rows were written afterwards, it would find them missing. A single statement that runs
 * on is let be: it has locked what it reads.
 */
export async function lastingSnapshot(
  db: Queryable,
  before: string,
  patienceMs: number,
): Promise<SnapshotHolder | null> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const holders = await db.query<SnapshotHolder & Record<string, unknown>>({
      text: HOLDERS,
      values: [before],
    });
    if (holders.length === 0) return null;
    if (performance.now() >= giveUpAt) return holders.find(({ isTransaction }) => isTransaction) ?? null;
    await pause(LOOK_EVERY_MS);
  }
}
