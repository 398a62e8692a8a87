import { randomUUID } from 'node:crypto';
import { type EventType } from '../../src/domain/event-types';
import { splitPersonal } from '../../src/domain/personal';
import { type Json } from '../../src/kernel/canonical-json';
import { ticketKey } from '../../src/kernel/ticket-key';
import { fingerprintOf } from '../../src/ledger/event-hash';
import { type Incoming } from '../../src/ledger/incoming';

export const T0 = Date.UTC(2026, 2, 2, 10, 0, 0);
export const MINUTE = 60_000;

type Fields = Partial<Omit<Incoming, 'data' | 'personal'>> & { readonly body?: Record<string, Json> };

/** An event as ingress would hand it to the ledger: one minute after T0 for each unit of `minute`. */
export function event(
  type: EventType,
  ticketId: string | null,
  minute: number,
  fields: Fields = {},
): Incoming {
  const { body = defaultBody(type), ...rest } = fields;
  const eventId = fields.eventId ?? randomUUID();
  const tenant = fields.tenant ?? 'acme';
  const { data, personal } = splitPersonal(type, body) as Record<'data' | 'personal', Record<string, Json>>;
  const occurredAt = T0 + minute * MINUTE;
  return {
    tenant,
    ticketId,
    partitionKey: ticketId === null ? `${tenant}//agent/a1` : ticketKey(tenant, ticketId),
    eventId,
    source: 'acme',
    sourceEventId: eventId,
    sourceType: type,
    dedupeKey: eventId,
    fingerprint: fingerprintOf({ type, body, occurredAt }),
    type,
    namedReopened: false,
    schemaVersion: 1,
    occurredAt,
    claimedAt: null,
    receivedAt: occurredAt + 1000,
    flags: [],
    data,
    personal,
    raw: Buffer.from(JSON.stringify({ type, body })),
    correlationId: randomUUID(),
    causationId: null,
    traceparent: null,
    keyId: 'k_1',
    ...rest,
  };
}

export function created(ticketId: string, minute = 0, fields: Fields = {}): Incoming {
  return event('ticket.created', ticketId, minute, fields);
}

export function status(
  ticketId: string,
  minute: number,
  from: string,
  to: string,
  fields: Fields = {},
): Incoming {
  return event('status.changed', ticketId, minute, {
    body: { previous_status: from, new_status: to },
    ...fields,
  });
}

export function message(ticketId: string, minute: number, messageId: string, fields: Fields = {}): Incoming {
  const body = {
    message_id: messageId,
    sender: { type: 'customer' },
    content: { text: `text of ${messageId}` },
  };
  return event('message.received', ticketId, minute, { body, ...fields });
}

function defaultBody(type: EventType): Record<string, Json> {
  switch (type) {
    case 'ticket.created':
    case 'ticket.reopened':
      return { customer: { telegram_user_id: '7', username: 'maria' } };
    case 'agent.assigned':
      return { agent_id: 'A1' };
    case 'agent.status_changed':
      return { agent_id: 'a1', status: 'online' };
    default:
      return {};
  }
}
