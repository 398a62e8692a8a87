import { canonicalJson } from '../../kernel/canonical-json';
import { laneOf, ticketKey } from '../../kernel/ticket-key';
import { bodyHash, contentHash, eventHash } from '../event-hash';
import { type Fault, fault, type FaultKind } from './fault';
import { type AppendRow, type EventRow } from './read-lane';

/** The lane's last position on each Kafka topic, as the events so far make it. */
export interface TopicTails {
  events: number | null;
  rejections: number | null;
}

export interface EventPlace {
  readonly lane: number;
  readonly lanes: number;
  readonly append: AppendRow;
  readonly tails: Readonly<TopicTails>;
}

/** The checks of one event that need nothing but its own row, its append and the topics so far. */
export function checkEvent(event: EventRow, place: EventPlace): Fault | null {
  const { lane, append } = place;
  const found = (kind: FaultKind, detail: string): Fault => fault(kind, lane, event.position, detail);
  const wrongLane = rightLane(event, place);
  if (wrongLane !== lane) return found('lane', `the ticket belongs to lane ${wrongLane}`);
  if (event.recordedAt !== append.recordedAt) {
    return found('recorded_at', `not the instant of the append ${append.first} to ${append.last}`);
  }
  if (event.ticketId === null && event.version !== null)
    return found('version', 'an event of no ticket has a version');
  const previous = previousOnTopic(event, place.tails);
  if (event.topicPrev !== previous)
    return found('topic_prev', `${shown(event.topicPrev)} instead of ${shown(previous)}`);
  const content = checkContent(event);
  if (content !== null) return found(...content);
  if (!hashOf(event, lane).equals(event.hash))
    return found('event_hash', 'a column was changed, or the hash was');
  return null;
}

/** Moves the tails past an event. */
export function passOnTopic(event: EventRow, tails: TopicTails): void {
  if (event.ticketId === null) return;
  if (event.verdict === 'rejected') tails.rejections = event.position;
  else tails.events = event.position;
}

function previousOnTopic(event: EventRow, tails: Readonly<TopicTails>): number | null {
  if (event.ticketId === null) return null;
  return event.verdict === 'rejected' ? tails.rejections : tails.events;
}

/** The partition key of an event of no ticket is not stored: where it stands is where it belongs. */
function rightLane({ tenant, ticketId }: EventRow, { lane, lanes }: EventPlace): number {
  return ticketId === null ? lane : laneOf(ticketKey(tenant, ticketId), lanes);
}

/**
 * Erased content keeps its row, with neither personal fields nor raw bytes nor salt: without the salt the hashes that
 * stay in the event can't be tried against guesses. A row that is gone altogether was not erased but lost.
 */
function checkContent(event: EventRow): [FaultKind, string] | null {
  const { salt, personal, rawBytes, rawHashFound } = event;
  if (salt === null || rawHashFound === null) return ['content_missing', 'no row in es.content'];
  const text = canonicalJson(personal);
  if (salt.length === 0) {
    return text === '{}' && rawBytes === 0
      ? null
      : ['content', 'erased by halves: something is left beside an empty salt'];
  }
  if (contentHash(salt, text) !== event.personalHash.toString('hex'))
    return ['content', 'personal fields do not match personal_hash'];
  if (!rawHashFound.equals(event.rawHash)) return ['content', 'raw bytes do not match raw_hash'];
  return null;
}

export function hashOf(event: EventRow, lane: number): Buffer {
  const body = bodyHash({
    ...event,
    fingerprint: event.fingerprint.toString('hex'),
    personalHash: event.personalHash.toString('hex'),
    rawHash: event.rawHash.toString('hex'),
    occurredAt: event.occurredAt / 1000,
    claimedAt: event.claimedAt === null ? null : event.claimedAt / 1000,
    receivedAt: event.receivedAt / 1000,
    data: canonicalJson(event.data),
    after: event.after === null ? null : canonicalJson(event.after),
  });
  return eventHash(body, lane, event.position, event.topicPrev, event.recordedAt);
}

function shown(position: number | null): string {
  return position === null ? 'none' : String(position);
}
