import { ms } from '../ledger/reading';
import { type Queryable } from '../platform/postgres/database';
import { type TopicKind } from './relay-topic';
import { type RelayedEvent } from './ticket-record';

const MIB = 1024 * 1024;
/** A read, and a checkpoint behind it, for several batches: each statement costs as much as a few dozen events. */
const POSITIONS_MAX = 1000;
const SLICE_BYTES_MAX = MIB;

export type PersonalData = 'include' | 'omit';

export interface OfTopic {
  readonly kind: TopicKind;
  readonly personalData: PersonalData;
}

export interface SliceRequest {
  readonly lane: number;
  readonly after: number;
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

/** Looks at a bounded number of positions and bytes; rejects when a position is missing. */
export async function readSlice(
  db: Queryable,
  { kind, personalData, ...request }: SliceRequest & OfTopic,
): Promise<LaneSlice> {
  const [slice] = await readSlices(db, { kind, personalData }, [request]);
  if (slice === undefined) throw new Error('one request has one answer');
  if (slice instanceof HoleInLane) throw slice;
  return slice;
}

/** Of several lanes at once, each behind its own position; a hole is the trouble of its own lane. */
export async function readSlices(
  db: Queryable,
  { kind, personalData }: OfTopic,
  requests: readonly SliceRequest[],
): Promise<(LaneSlice | HoleInLane)[]> {
  const rows = await db.query<SliceRow & Record<string, unknown>>({
    ...SLICES[personalData],
    values: [
      requests.map(({ lane }) => lane),
      requests.map(({ after }) => after),
      requests.map(({ after, to = Infinity }) => Math.min(to, after + POSITIONS_MAX)),
      kind === 'ticket-rejections',
      SLICE_BYTES_MAX,
    ],
  });
  const byRequest = requests.map((): SliceRow[] => []);
  for (const row of rows) byRequest[row.index]?.push(row);
  return requests.map((request, index) => sliceOf(request, byRequest[index] ?? []));
}

/** A row for each position; of what is not on the topic only its place is read. */
interface SliceRow extends RelayedEvent {
  readonly index: number;
  readonly isOnTopic: boolean;
  readonly bodyBytes: number;
}

function sliceOf({ lane, after }: SliceRequest, rows: readonly SliceRow[]): LaneSlice | HoleInLane {
  const last = rows.at(-1)?.position ?? after;
  if (last - after !== rows.length) {
    return new HoleInLane(
      `lane ${lane} has a hole: ${rows.length} events between ${after} and ${last}. casetrail verify says more`,
    );
  }
  const events = rows.filter(({ isOnTopic }) => isOnTopic);
  const bytes = events.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0);
  return { events, last, isFull: rows.length === POSITIONS_MAX || bytes >= SLICE_BYTES_MAX };
}

// $4: whether the topic is the one of rejections.
const ON_TOPIC = `(e.ticket_id IS NOT NULL AND (e.verdict = 'rejected') = $4)`;

// Only what a record needs: each column costs at every event. OFFSET 0 keeps each look-up a look-up by index, whatever
// the planner believes of the tables' sizes.
const eventsFrom = (events: string, personal: PersonalData): string => `
    SELECT e.index, e.is_on_topic AS "isOnTopic", e.body_bytes AS "bodyBytes", e.position, e.tenant,
           e.ticket_id AS "ticketId", e.version, e.event_id AS "eventId", e.source, e.type, e.verdict,
           e.verdict_reason AS "reason", ${ms('e.occurred_at')} AS "occurredAt", ${ms('e.recorded_at')} AS "recordedAt",
           CASE WHEN e.is_on_topic THEN e.data END AS data, e.after, e.correlation_id AS "correlationId",
           e.causation_id AS "causationId", e.traceparent, e.topic_prev AS "topicPrev", a.digest,
           ${PERSONAL[personal]} AS personal
    FROM (${events}) e
    LEFT JOIN LATERAL (
      SELECT encode(p.digest, 'hex') AS digest FROM es.append p
      WHERE e.is_on_topic AND p.lane = e.lane AND p.first_position <= e.position
      ORDER BY p.first_position DESC LIMIT 1) a ON true
    ORDER BY e.index, e.position`;

const PERSONAL = {
  include: `(
      SELECT c.personal FROM es.content c
      WHERE e.is_on_topic AND c.lane = e.lane AND c.position = e.position OFFSET 0)`,
  omit: 'NULL::jsonb',
} as const satisfies Record<PersonalData, string>;

// Positions have no gaps, so a range of them is a limit, of which the planner need not know the values. The bytes the
// senders wrote stand for the size of what is read, so that memory is bounded before anything is fetched.
const OF_LANES = `
      SELECT k.ord::int - 1 AS index, b.*
      FROM unnest($1::smallint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS k(lane, after, up_to, ord)
      CROSS JOIN LATERAL (
        SELECT * FROM (
          SELECT o.*, sum(CASE WHEN o.is_on_topic THEN o.body_bytes ELSE 0 END)
                   OVER (ORDER BY o.position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
          FROM (
            SELECT e.*, ${ON_TOPIC} AS is_on_topic FROM es.event e
            WHERE e.lane = k.lane AND e.position > k.after AND e.position <= k.up_to) o) s
        WHERE s.bytes_before IS NULL OR s.bytes_before < $5 OFFSET 0) b`;

const SLICES = {
  include: { name: 'relay_read_with_personal', text: eventsFrom(OF_LANES, 'include') },
  omit: { name: 'relay_read', text: eventsFrom(OF_LANES, 'omit') },
} as const;

const OF_TICKET = `
      SELECT 0 AS index, true AS is_on_topic, e.* FROM es.event e
      WHERE e.tenant = $1 AND e.ticket_id = $2 AND e.position > $3 AND ${ON_TOPIC}`;

const TICKET_EVENTS = {
  include: { name: 'relay_ticket_with_personal', text: eventsFrom(OF_TICKET, 'include') },
  omit: { name: 'relay_ticket', text: eventsFrom(OF_TICKET, 'omit') },
} as const;

export interface TicketRequest extends OfTopic {
  readonly after: number;
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
