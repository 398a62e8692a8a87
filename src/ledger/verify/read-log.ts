import { CasetrailError } from '../../kernel/errors';
import { type Queryable } from '../../platform/postgres/database';

/** Where a lane ends. Both ends are read in one snapshot: an append makes its events and its row visible at once. */
export interface LaneEnd {
  readonly lane: number;
  /** Of es.append; 0 and null while the lane is empty. */
  readonly lastPosition: number;
  readonly digest: Buffer | null;
  /** Of es.event. */
  readonly lastEvent: number;
}

export interface LogFacts {
  readonly logId: string;
  readonly lanes: number;
  readonly ends: readonly LaneEnd[];
}

const LOG = `SELECT l.log_id AS "logId", l.lanes FROM es.log l`;

// Bounded by es.log, not by es.lane: a lane whose lock row is gone holds its events all the same.
const ENDS = `
  SELECT n AS lane, coalesce(a.last_position, 0) AS "lastPosition", a.digest, coalesce(e.position, 0) AS "lastEvent"
  FROM generate_series(0, $1::int - 1) n
  LEFT JOIN LATERAL (
    SELECT p.last_position, p.digest FROM es.append p WHERE p.lane = n ORDER BY p.first_position DESC LIMIT 1) a ON true
  LEFT JOIN LATERAL (
    SELECT v.position FROM es.event v WHERE v.lane = n ORDER BY v.position DESC LIMIT 1) e ON true
  ORDER BY n`;

export async function readLog(db: Queryable): Promise<LogFacts> {
  const [log] = await db.query<{ logId: string; lanes: number }>({ text: LOG });
  if (log === undefined)
    throw new CasetrailError('schema_outdated', 'This database holds no log yet: es.log is empty.');
  const ends = await db.query<LaneEnd & Record<string, unknown>>({ text: ENDS, values: [log.lanes] });
  return { ...log, ends };
}

const LOCK_LANES = `SELECT coalesce(array_agg(l.lane ORDER BY l.lane), '{}')::int[] AS lanes FROM es.lane l`;

// Two ranges of the primary key: a single `NOT BETWEEN` would read the whole table.
const STRAY_EVENT = `
  SELECT s.lane, s.position FROM (
    (SELECT e.lane, e.position FROM es.event e WHERE e.lane < 0 ORDER BY e.lane, e.position LIMIT 1)
    UNION ALL
    (SELECT e.lane, e.position FROM es.event e WHERE e.lane >= $1 ORDER BY e.lane, e.position LIMIT 1)) s
  ORDER BY s.lane LIMIT 1`;

export async function readLockLanes(db: Queryable): Promise<readonly number[]> {
  const [row] = await db.query<{ lanes: number[] }>({ text: LOCK_LANES });
  return row?.lanes ?? [];
}

export async function findStrayEvent(
  db: Queryable,
  lanes: number,
): Promise<{ lane: number; position: number } | undefined> {
  const rows = await db.query<{ lane: number; position: number }>({ text: STRAY_EVENT, values: [lanes] });
  return rows[0];
}

// One snapshot for both sides, so a follower that moves on meanwhile never looks too far ahead.
const FOLLOWERS_AHEAD = `
  SELECT f.name, f.lane, f.position, coalesce(a.last_position, 0) AS "end"
  FROM es.follower f
  LEFT JOIN LATERAL (
    SELECT p.last_position FROM es.append p WHERE p.lane = f.lane ORDER BY p.first_position DESC LIMIT 1) a ON true
  WHERE f.position > coalesce(a.last_position, 0)
  ORDER BY f.lane, f.position LIMIT 1`;

export interface FollowerAhead {
  readonly name: string;
  readonly lane: number;
  readonly position: number;
  readonly end: number;
}

export async function findFollowerAhead(db: Queryable): Promise<FollowerAhead | undefined> {
  const rows = await db.query<FollowerAhead & Record<string, unknown>>({ text: FOLLOWERS_AHEAD });
  return rows[0];
}
