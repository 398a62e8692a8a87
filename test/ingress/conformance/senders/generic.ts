import { AT, hmac, movedAt, SECRET, type Sender, uuid } from './sender';
import { telegramCrm } from './telegram-crm';

export const generic: Sender = {
  ...telegramCrm,
  profile: 'generic',
  secret: SECRET,
  settings: {
    any_of: [
      { kind: 'body-hmac', header: 'X-Signature', prefix: 'sha256=', encoding: 'hex', algorithm: 'sha256' },
    ],
    fields: {
      event_id: ['/uid'],
      event_type: ['/what'],
      timestamp: ['/when'],
      ticket_id: ['/case/number'],
      message_id: ['/message/number'],
      text: ['/message/text'],
      sender_type: ['/message/by'],
      previous_status: ['/was'],
      new_status: ['/is'],
    },
    event_types: {
      'case opened': 'ticket.created',
      'case message': 'message.received',
      'case moved': 'status.changed',
    },
  },
  credential: 'x-signature',
  ping: { what: 'ping' },
  opening: (id, more = {}) => ({
    uid: uuid(`generic open ${id}`),
    what: 'case opened',
    when: AT,
    case: { number: id },
    ...more,
  }),
  message: (id, messageId) => ({
    uid: uuid(`generic message ${id} ${messageId}`),
    what: 'case message',
    when: AT,
    case: { number: id },
    message: { number: messageId, text: 'Hello', by: 'customer' },
  }),
  status: (id, from, to) => ({
    uid: uuid(`generic status ${id} ${from} ${to}`),
    what: 'case moved',
    when: movedAt(from),
    case: { number: id },
    was: from,
    is: to,
  }),
  unknown: (id) => ({
    uid: uuid(`generic unknown ${id}`),
    what: 'case sneezed',
    when: AT,
    case: { number: id },
  }),
  sign: (raw, secret = SECRET) => ({ 'x-signature': `sha256=${hmac(secret, raw).toString('hex')}` }),
  seal: (body) => body,
  required: ['what'],
};
