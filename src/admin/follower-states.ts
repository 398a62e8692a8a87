import { type Queryable } from '../platform/postgres/database';

/** red: it can't go on and says why. unowned: no node follows this lane. behind and current: as they say. */
export const FOLLOWER_STATES = ['red', 'unowned', 'behind', 'current'] as const;

/** How far one follower has come in one lane. */
export interface FollowerState {
  /** `projections`, or `relay:<topic>`. */
  readonly name: string;
  readonly lane: number;
  readonly position: number;
  /** Of the log. */
  readonly head: number;
  readonly state: (typeof FOLLOWER_STATES)[number];
  readonly lag_events: number;
  /** How long the first event that it has not handled has been in the log. */
  readonly lag_seconds: number;
  /** The node that has the lane, until lease_until at least. */
  readonly owner: string | null;
  readonly lease_until: string | null;
  readonly error: string | null;
}

const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

// A follower may pass the head between the two look-ups: it is never shown as ahead of the log.
const STATES = {
  name: 'app_follower_states',
  text: `
    SELECT f.name, f.lane, f.position, l.head,
           CASE WHEN f.error IS NOT NULL THEN 'red'
                WHEN m.lease_until IS NULL OR m.lease_until < clock_timestamp() THEN 'unowned'
                WHEN f.position < l.head THEN 'behind'
                ELSE 'current' END AS state,
           l.head - f.position AS lag_events,
           coalesce(greatest(0, extract(epoch FROM clock_timestamp() - n.recorded_at)), 0)::float8 AS lag_seconds,
           f.owner, to_char(m.lease_until AT TIME ZONE 'UTC', ${INSTANT}) AS lease_until, f.error
    FROM es.follower f
    LEFT JOIN es.follower_node m ON m.name = f.name AND m.owner = f.owner
    CROSS JOIN LATERAL (
      SELECT greatest(f.position, coalesce(max(p.last_position), 0)) AS head FROM (
        SELECT a.last_position FROM es.append a
        WHERE a.lane = f.lane ORDER BY a.first_position DESC LIMIT 1) p) l
    LEFT JOIN LATERAL (
      SELECT e.recorded_at FROM es.event e
      WHERE e.lane = f.lane AND e.position > f.position ORDER BY e.position LIMIT 1) n ON true
    ORDER BY f.name, f.lane`,
} as const;

export function followerStates(db: Queryable): Promise<FollowerState[]> {
  return db.query<FollowerState & Record<string, unknown>>(STATES);
}
