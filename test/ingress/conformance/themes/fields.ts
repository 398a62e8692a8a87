import { type Json, requestOf, uuid } from '../senders/sender';
import { type Vector } from '../vector';
import { expected, type Make, vector } from './make';

/** telegram-crm's own fields: the type of each. */
export const fields: Make = (s) => {
  if (s.profile !== 'telegram-crm') return [];
  const wrong = (type: string, data: Json): Vector => {
    const body = {
      ...s.opening('T-1'),
      event_id: uuid(`${type} ${JSON.stringify(data)}`),
      event_type: type,
      data,
    };
    const [field = ''] = Object.keys(data).slice(-1);
    const shown = JSON.stringify(data[field]);
    return vector(
      s,
      19,
      `${type} with ${field} ${shown}`,
      requestOf(s, body),
      expected(422, 'schema_violation', 'Q'),
    );
  };
  const of = { ticket_id: 'T-1' };
  const long = 'x'.repeat(101);
  const said = { ...of, message_id: 1, sender: { type: 'customer' } };
  return [
    wrong('ticket.created', { ticket_id: null }),
    wrong('ticket.created', { ticket_id: '' }),
    wrong('ticket.created', { ticket_id: {} }),
    wrong('ticket.created', { ticket_id: '/T' }),
    wrong('ticket.created', { ticket_id: 'x'.repeat(201) }),
    wrong('ticket.created', { ...of, customer: 'Maria' }),
    wrong('ticket.created', { ...of, channel: [] }),
    wrong('ticket.created', { ...of, initial_message: 'Hello' }),
    wrong('ticket.created', { ...of, metadata: 'x' }),
    wrong('ticket.created', { ...of, origin: 'nobody' }),
    wrong('message.received', { ...of, sender: { type: 'customer' } }),
    wrong('message.received', { ...of, message_id: 1 }),
    wrong('message.received', { ...said, sender: { type: 'martian' } }),
    wrong('message.received', { ...said, content: 'Hello' }),
    wrong('message.received', { ...said, is_private: 'no' }),
    wrong('status.changed', of),
    wrong('status.changed', { ...of, new_status: null }),
    wrong('status.changed', { ...of, new_status: 7 }),
    wrong('status.changed', { ...of, new_status: 'open', previous_status: 7 }),
    wrong('agent.assigned', { ...of, agent_id: {} }),
    wrong('first_response.sent', { ...of, response_time: 'soon' }),
    wrong('first_response.sent', { ...of, response_time: -1 }),
    wrong('ticket.resolved', { ...of, resolution_time: 'soon' }),
    wrong('priority.changed', { ...of, priority: 1 }),
    wrong('agent.status_changed', { status: 'online' }),
    wrong('ticket.created', { ...of, status: long }),
    wrong('ticket.created', { ...of, priority: long }),
    wrong('ticket.created', { ...of, channel: { type: long } }),
    wrong('status.changed', { ...of, new_status: long }),
    wrong('status.changed', { ...of, new_status: 'open', previous_status: long }),
    wrong('priority.changed', { ...of, priority: long }),
    wrong('agent.status_changed', { agent_id: 'A-1', status: long }),
    wrong('agent.status_changed', { agent_id: 'A-1', status: 'online', previous_status: long }),
  ];
};
