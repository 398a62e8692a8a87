import { AT, bodySigner, type Json, movedAt, SECRET, type Sender, uuid } from './sender';

function flat(event: string, name: string, fields: Json): Json {
  return { event, event_id: uuid(`flat ${name}`), timestamp: AT, ...fields };
}

export const telegramCrmFlat: Sender = {
  profile: 'telegram-crm-flat',
  secret: SECRET,
  settings: {},
  absorbs: false,
  credential: 'x-webhook-signature',
  missing: 'signature_missing',
  invalid: 'signature_invalid',
  signing: null,
  ping: { event: 'ping' },
  opening: (id, more = {}) =>
    flat('Ticket Created', `open ${id}`, { ticket_id: id, customer_id: 7, topic_id: 12, ...more }),
  message: (id, messageId) =>
    flat('Message Received', `message ${id} ${messageId}`, {
      ticket_id: id,
      message_id: messageId,
      message_text: 'Hello',
      sender_type: 'customer',
    }),
  status: (id, from, to) =>
    flat('Status Changed', `status ${id} ${from} ${to}`, {
      timestamp: movedAt(from),
      ticket_id: id,
      previous_status: from,
      new_status: to,
    }),
  unknown: (id) => flat('Ticket Sneezed', `unknown ${id}`, { ticket_id: id }),
  sign: bodySigner('x-webhook-signature', SECRET),
  seal: (body) => body,
  required: ['event'],
};
