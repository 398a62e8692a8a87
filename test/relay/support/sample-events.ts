import { splitPersonal, type JsonObject } from '../../../src/domain/personal';
import { type EventType } from '../../../src/domain/event-types';
import { type Json } from '../../../src/kernel/canonical-json';
import { type RelayedEvent } from '../../../src/relay/ticket-record';

export const LOG_ID = '5b0f6a3e-2f61-4d0c-9d3c-0a8f1c2b7d10';

const after = { status: 'in_progress', close_reason: null, assignee: 'a7', cycle_no: 1 } as const;
const customer = {
  telegram_user_id: '501',
  first_name: 'Zoë',
  language_code: 'de',
  email: 'zoe@example.org',
};
const original = {
  source: 'bot',
  event_id: '7d0d6f0a-0b1c-5e2f-8a3b-4c5d6e7f8091',
  type: 'status.changed',
  schema_version: 1,
  occurred_at: '2026-11-02T08:00:00.000Z',
  data: { new_status: 'pending' },
  personal: { extra: { note: 'asked twice' } },
} as const;
const instance = {
  instance_id: '0f1e2d3c-4b5a-5968-8776-655443322110',
  metric: 'first_response',
  instance_no: 1,
  policy_id: 'shop-default',
  policy_version: 3,
  target_seconds: 900,
  due_at: '2026-11-02T09:15:00.000Z',
  assignee_id: 'a7',
} as const;

/** A body of each type that is on a topic, with something personal wherever the type has a place for it. */
const bodies = {
  'ticket.created': {
    origin: 'customer',
    status: 'open',
    priority: 'high',
    customer,
    channel: { type: 'telegram', chat_id: '-100', topic_id: '7' },
    initial_message: { message_id: '1', text: 'Größe 38 „passt nicht“ 😕', content_type: 'text' },
    metadata: { shop: 'Köln' },
  },
  'ticket.reopened': { origin: 'customer', status: 'open', customer },
  'message.received': {
    message_id: '2',
    sender: { type: 'customer', telegram_user_id: '501', first_name: 'Zoë' },
    content: [
      { text: 'one', content_type: 'text' },
      { file_url: 'https://files.example.org/1', file_size: 1024 },
    ],
    is_private: false,
  },
  'message.edited': { message_id: '2', sender: { type: 'agent', agent_id: 'a7' }, content: { text: 'two' } },
  'status.changed': { previous_status: 'open', new_status: 'in_progress', changed_by: { agent_id: 'a7' } },
  'agent.assigned': { agent_id: 'a7', group_id: 'returns' },
  'first_response.sent': { response_time: 61.5, agent_id: 'a7' },
  'ticket.resolved': { resolution_time: 3600, resolution_note: 'sent a new pair', agent_id: 'a7' },
  'escalation.fired': { metric: 'first_response', policy: 'shop-default' },
  'priority.changed': { priority: 'urgent' },
  'transition.reinstated': {
    of_event_id: original.event_id,
    from: 'rejected',
    to: 'accepted',
    type: 'status.changed',
    reason: null,
    original,
    after,
  },
  'transition.revoked': {
    of_event_id: original.event_id,
    from: 'accepted',
    to: 'rejected',
    type: 'status.changed',
    reason: 'illegal_transition',
    original,
    after,
  },
  'sla.warned': { ...instance, warn_percent: 80 },
  'sla.breached': { ...instance, breached_at: '2026-11-02T09:15:00.000Z', breach_cause: 'no_reply' },
  'sla.breach_withdrawn': {
    ...instance,
    breached_at: '2026-11-02T09:15:00.000Z',
    cause_event_id: original.event_id,
  },
} as const satisfies Partial<Record<EventType, JsonObject>>;

export type SampleType = keyof typeof bodies;
export const sampleTypes = Object.keys(bodies) as SampleType[];

export function sampleEvent(type: SampleType, given: Partial<RelayedEvent> = {}): RelayedEvent {
  const { data, personal } = splitPersonal(type, bodies[type]);
  const isOwn = type.startsWith('transition.') || type.startsWith('sla.');
  return {
    position: 1042,
    tenant: 'shop',
    ticketId: 'T-17/ä',
    version: 5,
    eventId: '3f2b8a1e-9c4d-5e6f-8a7b-1c2d3e4f5061',
    source: isOwn ? 'casetrail' : 'bot',
    type,
    verdict: 'accepted',
    reason: null,
    occurredAt: Date.parse('2026-11-02T09:00:00.000Z'),
    recordedAt: Date.parse('2026-11-02T09:00:01.257Z'),
    data: data as { readonly [key: string]: Json },
    after,
    correlationId: null,
    causationId: isOwn ? original.event_id : null,
    traceparent: isOwn ? null : '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    topicPrev: 1040,
    personal,
    digest: 'c0ffee'.padEnd(64, '0'),
    ...given,
  };
}
