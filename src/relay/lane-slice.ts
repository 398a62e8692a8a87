import { EVENT_COLUMNS } from '../ledger/reading';
import { type Queryable } from '../platform/postgres/database';
import { type TopicKind } from './relay-topic';
import { type RelayedEvent } from './ticket-record';

/** The next positions of a lane behind a checkpoint. */
export interface LaneExtent {
  /** The last of them; the checkpoint's own position when the lane has no more. */
  readonly last: number;
  /** How many of them are on the topic. */
  readonly onTopic: number;
}

/** A position is missing: publishing what comes behind it would hide that for ever. */
export class HoleInLane extends Error {
  override readonly name = 'HoleInLane';
}

// $4: whether the topic is the one of rejections.
const ON_TOPIC = `(e.ticket_id IS NOT NULL AND (e.verdict = 'rejected') = $4)`;

const EXTENT = {
  name: 'relay_extent',
  text: `
    SELECT count(*)::int AS found, coalesce(max(e.position), $2) AS last,
           count(*) FILTER (WHERE ${ON_TOPIC})::int AS "onTopic"
    FROM (
      SELECT n.position, n.ticket_id, n.verdict FROM es.event n
      WHERE n.lane = $1 AND n.position > $2 ORDER BY n.position LIMIT $3) e`,
} as const;

/** Looks at no more than `limit` positions; says so when one of them is missing. */
export async function readExtent(
  db: Queryable,
  kind: TopicKind,
  lane: number,
  after: number,
  limit: number,
): Promise<LaneExtent> {
  const [row] = await db.query<{ found: number; last: number; onTopic: number }>({
    ...EXTENT,
    values: [lane, after, limit, kind === 'ticket-rejections'],
  });
  if (row === undefined) throw new Error('an aggregate without GROUP BY has one row');
  if (row.last - after !== row.found) {
    throw new HoleInLane(`lane ${lane} has a hole: ${row.found} events between ${after} and ${row.last}`);
  }
  return row;
}

// The bytes the senders wrote stand for the size of what is read, so that memory is bounded before anything is fetched.
// OFFSET 0 keeps each look-up a look-up by index, whatever the planner believes of the tables' sizes.
const readEvents = (personal: string): string => `
    SELECT ${EVENT_COLUMNS}, a.digest, ${personal} AS personal
    FROM (
      SELECT e.*, sum(e.body_bytes) OVER (ORDER BY e.position) - e.body_bytes AS bytes_before
      FROM es.event e
      WHERE e.lane = $1 AND e.position > $2 AND e.position <= $3 AND ${ON_TOPIC}) e
    CROSS JOIN LATERAL (
      SELECT encode(p.digest, 'hex') AS digest FROM es.append p
      WHERE p.lane = e.lane AND p.first_position <= e.position ORDER BY p.first_position DESC LIMIT 1) a
    WHERE e.bytes_before < $5
    ORDER BY e.position`;

const READ_EVENTS = {
  include: {
    name: 'relay_read_with_personal',
    text: readEvents(`(
      SELECT c.personal FROM es.content c WHERE c.lane = e.lane AND c.position = e.position OFFSET 0)`),
  },
  omit: { name: 'relay_read', text: readEvents('NULL::jsonb') },
} as const;

export type PersonalData = keyof typeof READ_EVENTS;

export interface EventsRequest {
  readonly kind: TopicKind;
  readonly lane: number;
  readonly after: number;
  readonly to: number;
  readonly personalData: PersonalData;
  /** At least one event is read, and none behind the one that goes beyond this. */
  readonly bytesMax: number;
}

/** The topic's events between two positions, from the first on, perhaps not all of them. */
export function readEventsOfTopic(db: Queryable, request: EventsRequest): Promise<RelayedEvent[]> {
  const { kind, lane, after, to, personalData, bytesMax } = request;
  return db.query<RelayedEvent & Record<string, unknown>>({
    ...READ_EVENTS[personalData],
    values: [lane, after, to, kind === 'ticket-rejections', bytesMax],
  });
}
