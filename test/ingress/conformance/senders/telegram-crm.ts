import { AT, hmac, type Json, movedAt, SECRET, type Sender, uuid } from './sender';

function envelope(type: string, name: string, data: Json): Json {
  return {
    event_id: uuid(name),
    event_type: type,
    timestamp: AT,
    source: { platform: 'telegram_crm', integration_id: 'conformance', environment: 'production' },
    version: '1.2',
    data,
  };
}

const crmBodies = {
  ping: { event_type: 'ping', event_id: uuid('ping'), timestamp: AT },
  opening: (id: string, more: Json = {}): Json =>
    envelope('ticket.created', `open ${id}`, { ticket_id: id, customer: { telegram_user_id: 7 }, ...more }),
  message: (id: string, messageId: number): Json =>
    envelope('message.received', `message ${id} ${messageId}`, {
      ticket_id: id,
      message_id: messageId,
      sender: { type: 'customer', telegram_user_id: 7 },
      content: { text: 'Hello', content_type: 'text' },
    }),
  status: (id: string, from: string, to: string): Json => ({
    ...envelope('status.changed', `status ${id} ${from} ${to}`, {
      ticket_id: id,
      previous_status: from,
      new_status: to,
    }),
    timestamp: movedAt(from),
  }),
  unknown: (id: string): Json => envelope('ticket.sneezed', `unknown ${id}`, { ticket_id: id }),
};

function withSignature(body: Json, secret: string, algorithm = 'sha256'): Json {
  const { event_id: id, event_type: type, timestamp } = body;
  return {
    ...body,
    signature: hmac(secret, `${String(id)}${String(type)}${String(timestamp)}`, algorithm).toString('hex'),
  };
}

export const telegramCrm: Sender = {
  profile: 'telegram-crm',
  secret: SECRET,
  settings: {},
  absorbs: false,
  credential: null,
  missing: 'signature_missing',
  invalid: 'signature_invalid',
  signing: null,
  ...crmBodies,
  sign: () => ({}),
  seal: (body, secret = SECRET) => withSignature(body, secret),
  required: ['data.ticket_id'],
};
