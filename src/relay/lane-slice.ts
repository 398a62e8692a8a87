import { type Queryable } from '../platform/postgres/database';
import { type TopicKind } from './relay-topic';
import { type RelayedEvent } from './ticket-record';

const MIB = 1024 * 1024;
/** A read, and a checkpoint behind it, for several batches: each statement costs as much as a few dozen events. */
const POSITIONS_MAX = 1000;
const SLICE_BYTES_MAX = MIB;

export type PersonalData = 'include' | 'omit';

export interface SliceRequest {
  readonly kind: TopicKind;
  readonly lane: number;
  readonly after: number;
  readonly personalData: PersonalData;
  /** Default: the end of the lane. */
  readonly to?: number;
}

/** The next positions of a lane, and which of their events are on the topic. */
export interface LaneSlice {
  readonly events: readonly RelayedEvent[];
  /** Whatever is on the topic up to here is among the events. The position asked behind when the lane has no more. */
  readonly last: number;
  /** There may be more behind it. */
  readonly isFull: boolean;
}

/** A position is missing: publishing what comes behind it would hide that for ever. */
export class HoleInLane extends Error {
  override readonly name = 'HoleInLane';
}

/** Looks at a bounded number of positions and bytes; says so when a position is missing. */
export async function readSlice(db: Queryable, request: SliceRequest): Promise<LaneSlice> {
  const { after } = request;
  const { found, last, onTopic } = await readExtent(db, request);
  if (last - after !== found) {
    throw new HoleInLane(
      `lane ${request.lane} has a hole: ${found} events between ${after} and ${last}. casetrail verify says more`,
    );
  }
  const events = onTopic === 0 ? [] : await readEvents(db, request, last);
  const lastRead = events.at(-1)?.position ?? last;
  return events.length < onTopic
    ? { events, last: lastRead, isFull: true }
    : { events, last, isFull: found === POSITIONS_MAX };
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
      WHERE n.lane = $1 AND n.position > $2 AND n.position <= $5 ORDER BY n.position LIMIT $3) e`,
} as const;

interface Extent {
  readonly found: number;
  readonly last: number;
  readonly onTopic: number;
}

async function readExtent(db: Queryable, request: SliceRequest): Promise<Extent> {
  const { kind, lane, after, to = Number.MAX_SAFE_INTEGER } = request;
  const [row] = await db.query<Extent & Record<string, unknown>>({
    ...EXTENT,
    values: [lane, after, POSITIONS_MAX, kind === 'ticket-rejections', to],
  });
  if (row === undefined) throw new Error('an aggregate without GROUP BY has one row');
  return row;
}

const ms = (column: string): string => `(extract(epoch FROM e.${column}) * 1000)::bigint`;

// Only what a record needs: each column costs at every event. OFFSET 0 keeps each look-up a look-up by index, whatever
// the planner believes of the tables' sizes.
const eventsFrom = (events: string, personal: PersonalData): string => `
    SELECT e.position, e.tenant, e.ticket_id AS "ticketId", e.version, e.event_id AS "eventId", e.source, e.type,
           e.verdict, e.verdict_reason AS "reason", ${ms('occurred_at')} AS "occurredAt",
           ${ms('recorded_at')} AS "recordedAt", e.data, e.after, e.correlation_id AS "correlationId",
           e.causation_id AS "causationId", e.traceparent, e.topic_prev AS "topicPrev", a.digest, ${PERSONAL[personal]} AS personal
    FROM (${events}) e
    CROSS JOIN LATERAL (
      SELECT encode(p.digest, 'hex') AS digest FROM es.append p
      WHERE p.lane = e.lane AND p.first_position <= e.position ORDER BY p.first_position DESC LIMIT 1) a
    ORDER BY e.position`;

const PERSONAL = {
  include: `(
      SELECT c.personal FROM es.content c WHERE c.lane = e.lane AND c.position = e.position OFFSET 0)`,
  omit: 'NULL::jsonb',
} as const satisfies Record<PersonalData, string>;

// The bytes the senders wrote stand for the size of what is read, so that memory is bounded before anything is fetched.
const OF_LANE = `
      SELECT * FROM (
        SELECT e.*, sum(e.body_bytes) OVER (ORDER BY e.position) - e.body_bytes AS bytes_before
        FROM es.event e
        WHERE e.lane = $1 AND e.position > $2 AND e.position <= $3 AND ${ON_TOPIC}) s
      WHERE s.bytes_before < $5`;

const EVENTS = {
  include: { name: 'relay_read_with_personal', text: eventsFrom(OF_LANE, 'include') },
  omit: { name: 'relay_read', text: eventsFrom(OF_LANE, 'omit') },
} as const;

/** From the first on, perhaps not all of them, but at least one. */
function readEvents(
  db: Queryable,
  { kind, lane, after, personalData }: SliceRequest,
  to: number,
): Promise<RelayedEvent[]> {
  return db.query<RelayedEvent & Record<string, unknown>>({
    ...EVENTS[personalData],
    values: [lane, after, to, kind === 'ticket-rejections', SLICE_BYTES_MAX],
  });
}

const OF_TICKET = `
      SELECT e.* FROM es.event e
      WHERE e.tenant = $1 AND e.ticket_id = $2 AND e.position > $3 AND ${ON_TOPIC}`;

const TICKET_EVENTS = {
  include: { name: 'relay_ticket_with_personal', text: eventsFrom(OF_TICKET, 'include') },
  omit: { name: 'relay_ticket', text: eventsFrom(OF_TICKET, 'omit') },
} as const;

export interface TicketRequest extends Pick<SliceRequest, 'kind' | 'after' | 'personalData'> {
  readonly tenant: string;
  readonly ticketId: string;
}

/** What of one ticket is on the topic, in the order of its lane. */
export function readTicketEvents(db: Queryable, request: TicketRequest): Promise<RelayedEvent[]> {
  const { kind, tenant, ticketId, after, personalData } = request;
  return db.query<RelayedEvent & Record<string, unknown>>({
    ...TICKET_EVENTS[personalData],
    values: [tenant, ticketId, after, kind === 'ticket-rejections'],
  });
}
