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
  /** Of a relay only events that belong on its topic count. */
  readonly lag_events: number;
  /** How long the first of these has been in the log. */
  readonly lag_seconds: number;
  /** The node that has the lane, until lease_until at least. */
  readonly owner: string | null;
  readonly lease_until: string | null;
  readonly error: string | null;
}

const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
/** Further ahead nobody looks at the events one by one: all up to the last one of the topic count as its own. */
const COUNTED_MAX = 100_000;

const EVENTS = `f.name LIKE 'relay:%ticket-events.v_'`;
const REJECTIONS = `f.name LIKE 'relay:%ticket-rejections.v_'`;

/** The last position that is the follower's business, up to and including an append. */
const lastIn = (append: string): string => `
  coalesce(CASE WHEN ${EVENTS} THEN ${append}.last_on_events
                WHEN ${REJECTIONS} THEN ${append}.last_on_rejections
                ELSE ${append}.last_position END, 0)`;

const COUNT = `
  CASE WHEN ${EVENTS} OR ${REJECTIONS} THEN
    (SELECT count(*) FROM es.event e
     WHERE e.lane = f.lane AND e.position > f.position AND e.position <= least(l.last, f.position + $1)
       AND e.ticket_id IS NOT NULL AND (e.verdict = 'rejected') = (${REJECTIONS}))
    + greatest(0, l.last - f.position - $1)
  ELSE l.last - f.position END`;

// A follower may pass the head between the two look-ups: it is never shown as ahead of the log.
const STATES = {
  name: 'app_follower_states',
  text: `
    SELECT f.name, f.lane, f.position, greatest(f.position, coalesce(l.head, 0)) AS head,
           CASE WHEN f.error IS NOT NULL THEN 'red'
                WHEN m.lease_until IS NULL OR m.lease_until < clock_timestamp() THEN 'unowned'
                WHEN b.lag_events > 0 THEN 'behind'
                ELSE 'current' END AS state,
           coalesce(b.lag_events, 0) AS lag_events, coalesce(b.lag_seconds, 0) AS lag_seconds,
           f.owner, to_char(m.lease_until AT TIME ZONE 'UTC', ${INSTANT}) AS lease_until, f.error
    FROM es.follower f
    LEFT JOIN es.follower_node m ON m.name = f.name AND m.owner = f.owner
    LEFT JOIN LATERAL (
      SELECT a.last_position AS head, ${lastIn('a')} AS last
      FROM es.append a WHERE a.lane = f.lane ORDER BY a.first_position DESC LIMIT 1) l ON true
    LEFT JOIN LATERAL (
      SELECT ${COUNT} AS lag_events, (
        SELECT greatest(0, extract(epoch FROM clock_timestamp() - n.recorded_at))::float8 FROM es.append n
        WHERE n.lane = f.lane AND ${lastIn('n')} > f.position AND n.first_position >= coalesce((
          SELECT max(s.first_position) FROM es.append s WHERE s.lane = f.lane AND s.first_position <= f.position), 0)
        ORDER BY n.first_position LIMIT 1) AS lag_seconds) b ON l.last > f.position
    ORDER BY f.name, f.lane`,
  values: [COUNTED_MAX],
} as const;

export function followerStates(db: Queryable): Promise<FollowerState[]> {
  return db.query<FollowerState & Record<string, unknown>>(STATES);
}
