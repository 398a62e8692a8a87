import { omit } from '../../../src/domain/sla/output';
import { type Json } from '../../support/app';
import { type GoldenEvent, receivedAt } from '../../domain/support/golden';

/** A line of `casetrail import`. */
export interface Line {
  readonly received_at: string;
  readonly body: Json;
}

/** Events as their sender would have posted them, and when they arrived. */
export function linesOf(events: readonly GoldenEvent[], ticketId: string): Line[] {
  const bodyOf = profileOf(events) === 'tg-staff' ? conversation : envelope;
  return events.map((event) => {
    return { received_at: new Date(receivedAt(event)).toISOString(), body: bodyOf(event, ticketId) };
  });
}

/** telegram-crm for tickets, tg-staff for conversations. */
export function profileOf(events: readonly GoldenEvent[]): 'telegram-crm' | 'tg-staff' {
  return events.some(({ type }) => type.startsWith('conversation.')) ? 'tg-staff' : 'telegram-crm';
}

function envelope({ type, ts, event_id, ...fields }: GoldenEvent, ticketId: string): Json {
  return {
    event_id,
    event_type: type,
    timestamp: ts,
    version: '1.2',
    data: { ticket_id: ticketId, ...fieldsOf(type, fields) },
  };
}

function fieldsOf(type: string, fields: Json): Json {
  const { message_id, sender, agent, private: isPrivate, customer, ...rest } = omit(fields, ['received']);
  if (type === 'message.received')
    return { message_id, sender: { type: sender, agent_id: agent }, is_private: isPrivate };
  const opening = type.startsWith('ticket.') && message_id !== undefined;
  return {
    ...rest,
    agent_id: agent,
    customer_id: customer,
    ...(opening ? { initial_message: { message_id } } : {}),
  };
}

/** What tg-staff sends is flat. */
function conversation({ type, ts, event_id, ...fields }: GoldenEvent, ticketId: string): Json {
  const { agent, customer, private: isPrivate, sender, ...rest } = omit(fields, ['received']);
  return {
    event: type,
    event_id,
    timestamp: ts,
    conversation_id: ticketId,
    ...rest,
    agent_id: agent,
    user_id: customer,
    is_private: isPrivate,
    sender_type: sender,
    sender_id: agent,
  };
}
