import { createHash, createHmac } from 'node:crypto';
import { type VectorRequest, type VectorSource } from './vector';

export type Json = Record<string, unknown>;

const SECRET = 'conformance-secret-0001';
const WHSEC = `whsec_${Buffer.from('conformance-secret-of-24b').toString('base64')}`;
const AT = '2026-03-02T10:00:00.000Z';
const AT_S = String(Date.parse(AT) / 1000);
/** Of vectors whose signature holds a time. */
export const CLOCK = AT;

/** How one profile's sender writes and signs, in its own words: nothing here comes from the receiver's code. */
export interface Sender {
  readonly profile: string;
  readonly secret: string;
  readonly settings: Json;
  readonly absorbs: boolean;
  /** The credential's header; null: it stands in the body. */
  readonly credential: string | null;
  readonly missing: string;
  readonly invalid: string;
  readonly clock?: string;
  /** Null where the sender knows no such event. */
  readonly ping: Json | null;
  opening(id: string, more?: Json): Json;
  message(id: string, messageId: number): Json;
  status(id: string, from: string, to: string): Json | null;
  unknown(id: string): Json;
  sign(raw: Buffer, secret?: string): Record<string, string>;
  /** For a signature inside the body. */
  seal(body: Json, secret?: string): Json;
  /** Fields without which the opening is no event, with the path that is complained of. */
  readonly required: readonly string[];
}

const hmac = (secret: string | Buffer, text: string | Buffer, algorithm = 'sha256'): Buffer =>
  createHmac(algorithm, secret).update(text).digest();

/** One move after the other: what happened at one instant has no order that a reader could tell. */
const movedAt = (from: string): string =>
  from === 'open' ? '2026-03-02T10:00:10.000Z' : '2026-03-02T10:00:20.000Z';

export function uuid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

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

const telegramCrm: Sender = {
  profile: 'telegram-crm',
  secret: SECRET,
  settings: {},
  absorbs: false,
  credential: null,
  missing: 'signature_missing',
  invalid: 'signature_invalid',
  ...crmBodies,
  sign: () => ({}),
  seal: (body, secret = SECRET) => withSignature(body, secret),
  required: ['data.ticket_id'],
};

const standardWebhooks: Sender = {
  ...telegramCrm,
  profile: 'standard-webhooks',
  secret: WHSEC,
  credential: 'webhook-signature',
  clock: CLOCK,
  sign: (raw, secret = WHSEC) => standardHeaders(raw, secret, AT_S),
  seal: (body) => body,
  required: ['data.ticket_id', 'event_type'],
};

export function standardHeaders(raw: Buffer, secret: string, seconds: string): Record<string, string> {
  // As a sender would: the same id for the same event, whatever it says of it.
  const said = /"event_id":"([^"]+)"/.exec(raw.toString('latin1'))?.[1] ?? raw;
  const id = `msg_${createHash('sha256').update(said).digest('hex').slice(0, 16)}`;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signature = hmac(key, Buffer.concat([Buffer.from(`${id}.${seconds}.`), raw])).toString('base64');
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${signature}` };
}

function flat(event: string, name: string, fields: Json): Json {
  return { event, event_id: uuid(`flat ${name}`), timestamp: AT, ...fields };
}

const bodySigner =
  (header: string, own: string) =>
  (raw: Buffer, secret = own): Record<string, string> => ({ [header]: hmac(secret, raw).toString('hex') });

const telegramCrmFlat: Sender = {
  profile: 'telegram-crm-flat',
  secret: SECRET,
  settings: {},
  absorbs: false,
  credential: 'x-webhook-signature',
  missing: 'signature_missing',
  invalid: 'signature_invalid',
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

function staff(type: string, name: string, fields: Json): Json {
  return { event_id: uuid(`staff ${name}`), event_type: type, timestamp: AT, ...fields };
}

const tgStaff: Sender = {
  profile: 'tg-staff',
  secret: SECRET,
  settings: {},
  absorbs: true,
  credential: 'x-tg-staff-signature',
  missing: 'signature_missing',
  invalid: 'signature_invalid',
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

function update(name: string, part: string, message: Json): Json {
  const n = Number.parseInt(uuid(name).slice(0, 7), 16);
  const chat = { id: -1001, type: 'supergroup', is_forum: true };
  const told = {
    message_id: n % 100_000,
    date: Number(AT_S),
    chat,
    message_thread_id: 5,
    is_topic_message: true,
    ...message,
  };
  return { update_id: n, [part]: told };
}

const telegramBot: Sender = {
  profile: 'telegram-bot',
  secret: SECRET,
  settings: {},
  absorbs: true,
  credential: 'x-telegram-bot-api-secret-token',
  missing: 'token_missing',
  invalid: 'token_invalid',
  ping: null,
  opening: (id, more = {}) =>
    update(`topic ${id}`, 'message', {
      from: { id: 9, is_bot: true, first_name: 'B' },
      forum_topic_created: { name: id },
      ...more,
    }),
  message: (id, messageId) =>
    update(`message ${id} ${messageId}`, 'message', {
      from: { id: 7, is_bot: false, first_name: 'M' },
      text: `Hello ${id}`,
    }),
  status: () => null,
  unknown: (id) => ({
    update_id: Number.parseInt(uuid(`unknown ${id}`).slice(0, 7), 16),
    poll: { id, question: '?' },
  }),
  sign: (_raw, secret = SECRET) => ({ 'x-telegram-bot-api-secret-token': secret }),
  seal: (body) => body,
  required: ['update_id'],
};

const generic: Sender = {
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

export const SENDERS: readonly Sender[] = [
  telegramCrm,
  telegramCrmFlat,
  tgStaff,
  telegramBot,
  standardWebhooks,
  generic,
];

export function sourceOf(
  sender: Sender,
  settings: Json = {},
  more: Partial<VectorSource> = {},
): VectorSource {
  return {
    secret: sender.secret,
    integration_id: 'conformance',
    settings: { ...sender.settings, ...settings },
    ...more,
  };
}

/** A signed request with this body; bytes are sent as they are, an object as JSON. */
export function requestOf(
  sender: Sender,
  body: Json | Buffer,
  { headers = {}, ...more }: Partial<VectorRequest> = {},
  secret: string = sender.secret,
): VectorRequest {
  const raw = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(sender.seal(body, secret)));
  return {
    method: 'POST',
    suffix: '',
    peer: null,
    body: raw.toString('base64'),
    ...more,
    headers: { 'content-type': 'application/json', ...sender.sign(raw, secret), ...headers },
  };
}

/** Bytes of a telegram-crm envelope whose signature is right, whatever else stands in it. */
export function sealedText(sender: Sender, name: string, text: (members: string) => string): Buffer {
  const base = sender.opening(name);
  const sealed = sender.seal(base);
  const members = JSON.stringify(sealed).slice(1, -1);
  return Buffer.from(text(members));
}
