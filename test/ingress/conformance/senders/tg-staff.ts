import { AT, bodySigner, type Json, movedAt, SECRET, type Sender, uuid } from './sender';

function staff(type: string, name: string, fields: Json): Json {
  return { event_id: uuid(`staff ${name}`), event_type: type, timestamp: AT, ...fields };
}

export const tgStaff: Sender = {
  profile: 'tg-staff',
  secret: SECRET,
  settings: {},
  absorbs: true,
  credential: 'x-tg-staff-signature',
  missing: 'signature_missing',
  invalid: 'signature_invalid',
  signing: null,
  ping: { event_type: 'ping' },
  opening: (id, more = {}) =>
    staff('conversation.created', `open ${id}`, { conversation_id: id, user_id: 7, text: 'Hello', ...more }),
  message: (id, messageId) =>
    staff('message.received', `message ${id} ${messageId}`, {
      conversation_id: id,
      message_id: messageId,
      text: 'Hello',
      sender_type: 'user',
    }),
  status: (id, from, to) =>
    staff('conversation.status_changed', `status ${id} ${from} ${to}`, {
      timestamp: movedAt(from),
      conversation_id: id,
      previous_status: from,
      new_status: to,
    }),
  unknown: (id) => staff('conversation.sneezed', `unknown ${id}`, { conversation_id: id }),
  sign: bodySigner('x-tg-staff-signature', SECRET),
  seal: (body) => body,
  required: ['event_type', 'conversation_id'],
};
