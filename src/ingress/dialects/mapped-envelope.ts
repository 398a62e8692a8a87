import { createHash } from 'node:crypto';
import { type Pointer, pointer } from '../json/json-pointer';
import { type Canonical } from './canonical-event';
import { type Body, invalid, type InvalidBody } from './dialect';
import { meaningOf, type EventMeaning, type SendableType } from './event-names';
import { type FieldTable, firstName, lookUp } from './field-lookup';
import { type ReadingRules } from './reading-rules';
import { INSTANT_EXPECTED, instantOf, isId } from './values';

export interface MappedEnvelope {
  readonly kind: 'envelope';
  readonly sourceType: string;
  /** Null: nobody knows this type yet. */
  readonly type: EventMeaning | null;
  readonly eventId: string | null;
  /** The envelope's own time, ms UTC. */
  readonly timestamp: number | null;
  readonly taken: readonly Pointer[];
}

/** What a mapped sender says about an event before its body: each part may be missing but the type. */
export function mappedEnvelope(
  json: Body,
  table: FieldTable,
  rules: ReadingRules,
): MappedEnvelope | InvalidBody {
  const named = lookUp(table, json, 'event_type');
  const sourceType = named?.value;
  if (named === null || typeof sourceType !== 'string' || sourceType === '' || sourceType.length > 100) {
    const path = named?.pointer.join('.') ?? firstName(table, 'event_type');
    return invalid(path, 'expected the name of the event, up to 100 characters');
  }
  const eventId = lookUp(table, json, 'event_id');
  if (eventId !== null && !isId(eventId.value)) {
    return invalid(eventId.pointer.join('.'), 'expected text of 1 to 200 characters, or a whole number');
  }
  const time = lookUp(table, json, 'timestamp');
  const timestamp = time === null ? null : instantOf(time.value);
  if (time !== null && timestamp === null) return invalid(time.pointer.join('.'), INSTANT_EXPECTED);
  return {
    kind: 'envelope',
    sourceType,
    type: meaningOf(sourceType, rules.eventTypes),
    eventId: eventId === null ? null : String(eventId.value),
    timestamp,
    taken: [named, eventId, time].flatMap((found) => (found === null ? [] : [found.pointer])),
  };
}

/** Which field of a body tells its time. A created_at beside a change of status is another happening's. */
const BODY_TIMES: Readonly<Record<SendableType, readonly string[]>> = {
  'ticket.created': ['/created_at', '/started_at'],
  'ticket.reopened': ['/reopened_at', '/created_at'],
  'message.received': ['/sent_at', '/created_at', '/date'],
  'message.edited': ['/edited_at', '/sent_at', '/date'],
  'status.changed': ['/changed_at', '/updated_at'],
  'agent.assigned': ['/assigned_at', '/assignment_time'],
  'first_response.sent': ['/responded_at', '/first_response_at', '/response_time'],
  'ticket.resolved': ['/resolved_at', '/resolution_time'],
  'escalation.fired': ['/fired_at', '/escalated_at'],
  'priority.changed': ['/changed_at', '/updated_at'],
  'agent.status_changed': ['/changed_at', '/updated_at'],
};

export interface BodyTime {
  readonly at: number;
  readonly pointer: Pointer;
}

const bodyTimeTables: ReadonlyMap<SendableType, FieldTable> = new Map(
  Object.entries(BODY_TIMES).map(([type, texts]) => [
    type as SendableType,
    new Map([['happened_at', texts.map(pointer)]]) as FieldTable,
  ]),
);

/**
 * The body's own time of the happening; null when it tells none. `resolution_time` and `response_time` are durations where
 * they are numbers, and instants where they are written as such.
 */
export function bodyTime(type: SendableType, body: Body, table: FieldTable): BodyTime | InvalidBody | null {
  const found =
    lookUp(table, body, 'happened_at') ?? lookUp(bodyTimeTables.get(type) ?? table, body, 'happened_at');
  if (found === null) return null;
  const { value, pointer: steps } = found;
  const mayBeDuration = steps.at(-1) === 'resolution_time' || steps.at(-1) === 'response_time';
  const at = instantOf(value);
  if (mayBeDuration && (typeof value === 'number' || at === null)) return null;
  return at === null ? { ...invalid(steps.join('.'), INSTANT_EXPECTED) } : { at, pointer: steps };
}

/** Of an event without an id: what it says, so that its repetition says the same. Never a clock. */
export function contentKey({ type, ticketId, body }: Canonical, toldAt: number | null): string {
  return hashKey([
    type,
    ticketId ?? body['agent_id'] ?? null,
    messageIdOf(body) ?? statementOf(body),
    toldAt,
  ]);
}

export function messageIdOf(body: Body): unknown {
  return body['message_id'] ?? (body['initial_message'] as Body | null | undefined)?.['message_id'] ?? null;
}

function statementOf(body: Body): readonly unknown[] {
  const { previous_status: from, new_status, status, agent_id, group_id, priority, metric } = body;
  const pair = [from ?? null, new_status ?? status ?? null];
  return pair.some((one) => one !== null)
    ? pair
    : [agent_id, group_id, priority, metric].map((one) => one ?? null);
}

export function hashKey(parts: readonly unknown[]): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`;
}
