import { type Checkpoint } from '../followers/checkpoint';
import { type PartitionTail, type TailRecord } from '../platform/kafka/partition-tail';
import { type Queryable } from '../platform/postgres/database';
import { type TopicKind } from './relay-topic';

/** Another database's events are on the topic, or newer ones than this database has (it was restored from a backup). */
export class ForeignTopic extends Error {
  override readonly name = 'ForeignTopic';

  constructor(topic: string, partition: number, why: string) {
    super(
      `topic ${topic} partition ${partition} belongs to another log: ${why}. Set another KAFKA_TOPIC_PREFIX, or use the ` +
        'database that the topic was published from',
    );
  }
}

const EVENT_AT = {
  name: 'relay_event_at',
  text: `SELECT e.event_id AS "eventId" FROM es.event e WHERE e.lane = $1 AND e.position = $2`,
} as const;

// The append that covers the checkpoint may reach beyond it, so its own events are looked at one by one.
const lastOnTopic = (column: string, onTopic: string): string => `
    SELECT coalesce(
      (SELECT max(e.position) FROM es.event e
       WHERE e.lane = $1 AND e.position BETWEEN a.first_position AND $2 AND ${onTopic}),
      (SELECT p.${column} FROM es.append p
       WHERE p.lane = $1 AND p.first_position < a.first_position ORDER BY p.first_position DESC LIMIT 1)) AS position
    FROM (
      SELECT c.first_position FROM es.append c
      WHERE c.lane = $1 AND c.first_position <= $2 ORDER BY c.first_position DESC LIMIT 1) a`;

const LAST_ON_TOPIC = {
  'ticket-events': {
    name: 'relay_last_on_events',
    text: lastOnTopic('last_on_events', `e.ticket_id IS NOT NULL AND e.verdict <> 'rejected'`),
  },
  'ticket-rejections': {
    name: 'relay_last_on_rejections',
    text: lastOnTopic('last_on_rejections', `e.verdict = 'rejected'`),
  },
} as const satisfies Record<TopicKind, object>;

export interface PublishedTo {
  readonly topic: string;
  readonly kind: TopicKind;
  readonly logId: string;
}

/**
 * Up to which position of the lane the partition holds everything, judged by its last record. Each batch ever published
 * starts at or before what was published until then, so the record at position n proves that first copies of all before it
 * are there, also when it is a late second copy.
 *
 * Ahead of the checkpoint: acked, but the checkpoint was lost on the way. Behind it: the topic lost its end, or the last
 * record is a late copy. Nobody can tell these apart, and the first must be mended: publishing again costs copies only.
 * Empty, but made to hold events that the checkpoint has passed: a topic made anew gets the whole lane; one that was
 * emptied by retention was complete, and stays as its operator wants it.
 */
export async function publishedPosition(
  db: Queryable,
  { topic, kind, logId }: PublishedTo,
  { lane, position }: Checkpoint,
  tail: PartitionTail,
): Promise<number> {
  const ahead = tail.last === null ? 0 : await ownPosition(db, topic, lane, logId, tail.last);
  if (ahead >= position) return ahead;
  if (tail.last === null && tail.everWritten) return position;
  const [last] = await db.query<{ position: number | null }>({
    ...LAST_ON_TOPIC[kind],
    values: [lane, position],
  });
  return ahead < (last?.position ?? 0) ? ahead : position;
}

async function ownPosition(
  db: Queryable,
  topic: string,
  lane: number,
  logId: string,
  { headers, offset }: TailRecord,
): Promise<number> {
  const { ce_logid, ce_id, ce_position } = headers;
  if (ce_logid !== logId) {
    throw new ForeignTopic(
      topic,
      lane,
      `its last record (offset ${offset}) is of log ${ce_logid ?? 'unknown'}`,
    );
  }
  const position = /^[1-9]\d{0,14}$/.test(ce_position ?? '') ? Number(ce_position) : 0;
  const [event] = await db.query<{ eventId: string }>({ ...EVENT_AT, values: [lane, position] });
  if (event === undefined || event.eventId !== ce_id) {
    const found = event === undefined ? 'is not in this database' : 'is another event in this database';
    throw new ForeignTopic(topic, lane, `position ${ce_position ?? 'unknown'} of its last record ${found}`);
  }
  return position;
}
