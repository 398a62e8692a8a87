import { type Body, type Reading, type Understood } from '../../../src/ingress/dialects/dialect';
import { bodySchemas } from '../../../src/domain/events';
import { bodies } from '../../../src/ingress/dialects/event-bodies';
import { SENDABLE_TYPES } from '../../../src/ingress/dialects/event-names';
import { readWebhook } from '../../../src/ingress/dialects/read-webhook';
import { type ProfileName, PROFILES } from '../../../src/ingress/profiles';
import { applySettings, profileSettings } from '../../../src/ingress/profiles/settings';
import { ARRIVAL } from './samples';

function read(name: ProfileName, body: Body, settings: object = {}): Reading {
  const applied = applySettings(PROFILES[name], profileSettings.parse(settings));
  if (!applied.ok) throw new Error(JSON.stringify(applied.errors));
  return readWebhook(applied.profile, body, ARRIVAL);
}

function event(reading: Reading): Understood {
  if (reading.kind !== 'event') throw new Error(JSON.stringify(reading));
  return reading;
}

function errorsOf(reading: Reading): Readonly<Record<string, string>> {
  if (reading.kind !== 'invalid') throw new Error(JSON.stringify(reading));
  return Object.fromEntries(reading.errors.map(({ path, message }) => [path, message]));
}

const at = '2026-03-02T09:15:00.000Z';
const crm = (event_type: string, data: Body, rest: Body = {}): Body => ({
  event_id: 'e-1',
  event_type,
  timestamp: at,
  data,
  ...rest,
});

test.each(SENDABLE_TYPES)('no field of %s reaches the canonical body unchecked', (type) => {
  const unchecked = Object.keys(bodySchemas[type].shape).filter(
    (name) => !Object.hasOwn(bodies[type].shape, name) && name !== 'extra' && name !== 'acquisition',
  );
  expect(unchecked).toEqual([]);
});

describe('telegram-crm', () => {
  test.each([
    ['event_id', { event_id: undefined }],
    ['event_id', { event_id: 12 }],
    ['event_type', { event_type: '' }],
    ['timestamp', { timestamp: undefined }],
    ['timestamp', { timestamp: '2026-03-02 09:15' }],
    ['timestamp', { timestamp: '2026-03-02T09:15:00' }],
    ['timestamp', { timestamp: '2026-02-30T09:15:00Z' }],
    ['timestamp', { timestamp: '1999-12-31T23:59:59Z' }],
    ['timestamp', { timestamp: '2100-01-01T00:00:00Z' }],
    ['data', { data: [] }],
    ['source.integration_id', { source: { integration_id: {} } }],
    ['version', { version: [] }],
  ])('needs %s to be right on the envelope: %j', (path, change) => {
    expect(
      errorsOf(
        read('telegram-crm', { ...crm('priority.changed', { ticket_id: 'T', priority: 'p' }), ...change }),
      ),
    ).toHaveProperty([path]);
  });

  test.each([
    ['ticket.created', {}, 'data.ticket_id'],
    ['ticket.created', { ticket_id: '/T' }, 'data.ticket_id'],
    ['ticket.created', { ticket_id: 'T'.repeat(201) }, 'data.ticket_id'],
    ['ticket.created', { ticket_id: 2 ** 53 }, 'data.ticket_id'],
    ['ticket.created', { ticket_id: 'T', customer: 'Maria' }, 'data.customer'],
    ['ticket.created', { ticket_id: 'T', customer: { username: 1 } }, 'data.customer.username'],
    ['ticket.created', { ticket_id: 'T', created_at: 'yesterday' }, 'data.created_at'],
    ['ticket.created', { ticket_id: 'T', created_at: '1970-01-01T00:00:00Z' }, 'data.created_at'],
    ['message.received', { ticket_id: 'T', sender: { type: 'agent' } }, 'data.message_id'],
    ['message.received', { ticket_id: 'T', message_id: 1 }, 'data.sender'],
    ['message.received', { ticket_id: 'T', message_id: 1, sender: { type: 'robot' } }, 'data.sender.type'],
    [
      'message.received',
      { ticket_id: 'T', message_id: 1, sender: { type: 'agent' }, is_private: 'no' },
      'data.is_private',
    ],
    ['status.changed', { ticket_id: 'T', previous_status: 'open' }, 'data.new_status'],
    ['first_response.sent', { ticket_id: 'T', response_time: '12' }, 'data.response_time'],
    ['first_response.sent', { ticket_id: 'T', response_time: -1 }, 'data.response_time'],
    ['priority.changed', { ticket_id: 'T' }, 'data.priority'],
    ['agent.status_changed', { status: 'online' }, 'data.agent_id'],
  ])('%s with %j is wrong at %s', (type, data, path) => {
    expect(errorsOf(read('telegram-crm', crm(type, data)))).toHaveProperty([path]);
  });

  test('says what is missing', () => {
    expect(errorsOf(read('telegram-crm', crm('status.changed', { ticket_id: 'T' })))).toEqual({
      'data.new_status': 'is required: expected string',
    });
  });

  test('warns of a version it does not know and reads the event all the same', () => {
    const body = crm('priority.changed', { ticket_id: 'T', priority: 'p' }, { version: '9.0' });
    expect(event(read('telegram-crm', body))).toMatchObject({
      type: 'priority.changed',
      warnings: ['unknown payload version 9.0'],
    });
  });

  test('keeps what it does not know, and the order of two deliveries does not matter', () => {
    const body = crm('priority.changed', { ticket_id: 'T', priority: 'p', mood: 'good' });
    const first = event(read('telegram-crm', { ...body, signature: 'a', delivery_attempt: 1 }));
    const second = event(read('telegram-crm', { ...body, signature: 'b', delivery_attempt: 2 }));
    expect(first.body).toEqual({ priority: 'p', extra: { mood: 'good' } });
    expect(second.content).toEqual(first.content);
  });

  test.each(['Ticket Created', 'ticket_created', 'TICKET.CREATED', 'conversation.created'])(
    'takes "%s" for a creation',
    (name) => {
      expect(event(read('telegram-crm', crm(name, { ticket_id: 'T' })))).toMatchObject({
        type: 'ticket.created',
        sourceType: name,
      });
    },
  );

  test('counts in seconds whatever the sender counts in', () => {
    const body = crm('ticket.resolved', { ticket_id: 'T', resolution_time: 90 });
    const time = (unit: string): unknown =>
      event(read('telegram-crm', body, { vendor_time_unit: unit })).body['resolution_time'];
    expect(['ms', 's', 'min', 'h'].map(time)).toEqual([0.09, 90, 5400, 324_000]);
  });

  test('knows the names that an operator taught', () => {
    const settings = {
      event_types: { 'case.raised': 'ticket.created' },
      statuses: { 'Waiting for vendor': 'on_hold' },
    };
    const raised = crm('case.raised', { ticket_id: 'T', status: ' waiting for VENDOR' });
    expect(event(read('telegram-crm', raised, settings))).toMatchObject({
      type: 'ticket.created',
      body: { status: 'on_hold', extra: { sent_status: ' waiting for VENDOR' } },
    });
  });
});

describe('telegram-crm-flat', () => {
  const created = { event: 'Ticket Created', customer_id: 1, message_text: 'Hi', topic_id: 42 };

  test('names a ticket by its topic when nobody else does', () => {
    expect(event(read('telegram-crm-flat', { ...created, timestamp: at })).ticketId).toBe('topic-42');
    expect(errorsOf(read('telegram-crm-flat', { ...created, topic_id: null, timestamp: at }))).toHaveProperty(
      ['ticket_id'],
    );
  });

  test('can not tell a repetition without event id, id and time', () => {
    expect(errorsOf(read('telegram-crm-flat', created))).toHaveProperty(['event_id']);
    expect(event(read('telegram-crm-flat', { ...created, data: { id: 7 } })).dedupeKey).toBe(
      '7|Ticket Created|',
    );
    expect(event(read('telegram-crm-flat', { ...created, data: { id: 7 }, timestamp: at })).dedupeKey).toBe(
      `7|Ticket Created|${at}`,
    );
    expect(event(read('telegram-crm-flat', { ...created, event_id: 'e', data: { id: 7 } })).dedupeKey).toBe(
      'e',
    );
  });

  test("takes the body's time where the envelope has none, and the arrival's where neither has", () => {
    const assigned = { event: 'Agent Assigned', ticket_id: 'T', agent_id: 7 };
    const time = '2026-03-02T09:18:00Z';
    expect(event(read('telegram-crm-flat', { ...assigned, assignment_time: time })).occurredAt).toBe(
      Date.parse(time),
    );
    expect(
      event(read('telegram-crm-flat', { ...assigned, assignment_time: time, timestamp: at })),
    ).toMatchObject({
      occurredAt: Date.parse(at),
      claimedAt: Date.parse(time),
    });
    expect(event(read('telegram-crm-flat', { ...assigned, event_id: 'e' })).occurredAt).toBe(
      ARRIVAL.receivedAt,
    );
    expect(errorsOf(read('telegram-crm-flat', { ...assigned, assignment_time: 'noon' }))).toHaveProperty([
      'assignment_time',
    ]);
  });

  test('takes a resolution_time for what it is written as', () => {
    const resolved = { event: 'Ticket Resolved', ticket_id: 'T' };
    const instant = event(read('telegram-crm-flat', { ...resolved, resolution_time: at }));
    expect(instant.occurredAt).toBe(Date.parse(at));
    expect(instant.body).toEqual({});
    expect(
      event(read('telegram-crm-flat', { ...resolved, resolution_time: 60, timestamp: at })).body,
    ).toEqual({ resolution_time: 60 });
  });
});

describe('tg-staff', () => {
  const message = {
    event_type: 'message.received',
    conversation_id: 'c',
    message_id: 5,
    text: 'Hi',
    sender_type: 'user',
  };

  test('knows an event without id by what it says', () => {
    const key = (body: Body): string => event(read('tg-staff', body)).dedupeKey;
    const status = {
      event_type: 'conversation.status_changed',
      conversation_id: 'c',
      old_status: 'waiting',
      status: 'assigned',
      timestamp: at,
    };
    expect(key(message)).toBe(key({ ...message, text: 'other words' }));
    expect(key(message)).not.toBe(key({ ...message, message_id: 6 }));
    expect(key(status)).toBe(key({ ...status }));
    expect(key(status)).not.toBe(key({ ...status, status: 'closed' }));
    expect(key(status)).not.toBe(key({ ...status, timestamp: '2026-03-02T09:15:01.000Z' }));
    expect(errorsOf(read('tg-staff', { ...status, timestamp: undefined }))).toHaveProperty(['event_id']);
  });

  test.each([
    ['user', { sender_id: 9 }, { type: 'customer', telegram_user_id: '9' }],
    ['User', { user_id: 9 }, { type: 'customer', telegram_user_id: '9' }],
    ['agent', { sender_id: 'a' }, { type: 'agent', agent_id: 'a' }],
    ['agent', { agent_id: 'a', user_id: 9 }, { type: 'agent', agent_id: 'a' }],
    ['system', { sender_id: 's' }, { type: 'system' }],
  ])('a message of a %s with %j', (sender_type, fields, sender) => {
    expect(event(read('tg-staff', { ...message, sender_type, ...fields })).body['sender']).toEqual(sender);
  });

  test('names a mistake as the sender names the field', () => {
    expect(errorsOf(read('tg-staff', { ...message, sender_type: 'ghost' }))).toHaveProperty(['sender_type']);
    expect(errorsOf(read('tg-staff', { ...message, sender_type: undefined }))).toHaveProperty([
      'sender_type',
    ]);
    expect(errorsOf(read('tg-staff', { ...message, conversation_id: undefined }))).toHaveProperty([
      'conversation_id',
    ]);
    expect(
      errorsOf(read('tg-staff', { ...message, conversation_id: undefined, session_id: {} })),
    ).toHaveProperty(['session_id']);
  });

  test('takes the spelling that an operator taught before its own', () => {
    const body = { ...message, dialog: { uid: 'd' } };
    expect(event(read('tg-staff', body, { fields: { ticket_id: '/dialog/uid' } })).ticketId).toBe('d');
  });

  test.each([
    ['fb_ads', { source: 'fb_ads', campaign: null }],
    ['https://t.example.org/x?utm_source=tiktok&utm_campaign=c1', { source: 'tiktok', campaign: 'c1' }],
    ['https://blog.example.org/post', { source: 'blog.example.org', campaign: null }],
    ['utm_source=a&utm_campaign=b', { source: 'a', campaign: 'b' }],
    [
      { source: 'ads', params: { utm_campaign: 'spring' } },
      { source: 'ads', campaign: 'spring' },
    ],
    [{ url: 'https://x.example.org/?utm_source=q' }, { source: 'q', campaign: null }],
    ['maria@example.org', null],
    ['+49 151 12345678', null],
    [{ source: 'a friend who told me of you' }, null],
  ])('of the referrer %j only a code without personal data is a figure', (referrer, acquisition) => {
    const created = { event_type: 'conversation.created', conversation_id: 'c', message_id: 1, referrer };
    const { body } = event(read('tg-staff', created));
    expect(body['referrer']).toEqual(referrer);
    expect(body['acquisition'] ?? null).toEqual(acquisition);
  });
});

describe('telegram-bot', () => {
  const from = { id: 7, is_bot: false, first_name: 'A' };
  const message = (fields: Body): Body => ({
    update_id: 1,
    message: { message_id: 2, date: 1772442900, ...fields },
  });
  const group = { id: -100, type: 'supergroup' };

  test.each([
    [{ chat: { id: 7, type: 'private' }, from, text: 'x' }, 'chat:7'],
    [{ chat: group, from, text: 'x' }, 'chat:-100'],
    [{ chat: group, from, text: 'x', message_thread_id: 5 }, 'chat:-100'],
    [{ chat: group, from, text: 'x', message_thread_id: 5, is_topic_message: true }, 'chat:-100:topic:5'],
    [{ chat: group, from, message_thread_id: 5, forum_topic_closed: {} }, 'chat:-100:topic:5'],
  ])('%j belongs to the ticket %s', (fields, ticketId) => {
    expect(event(read('telegram-bot', message(fields))).ticketId).toBe(ticketId);
  });

  test.each([
    [{ from }, 'customer'],
    [{ from: { ...from, id: 8 } }, 'agent'],
    [{ from: { ...from, is_bot: true } }, 'bot'],
    [{ from, sender_chat: { id: -100 } }, 'agent'],
    [{ from, sender_chat: { id: -200, type: 'channel' } }, 'system'],
    [{}, 'system'],
  ])('%j is written by the %s', (fields, type) => {
    const reading = event(
      read('telegram-bot', message({ chat: group, text: 'x', ...fields }), { agents: ['8'] }),
    );
    expect(reading.body['sender']).toMatchObject({ type });
  });

  test.each([
    ['update_id', { message: { message_id: 1 } }],
    ['message.message_id', { update_id: 1, message: { chat: { id: 1 }, date: 1772442900 } }],
    ['message.chat', { update_id: 1, message: { message_id: 1, date: 1772442900 } }],
    ['message.date', { update_id: 1, message: { message_id: 1, chat: { id: 1 }, date: 12 } }],
    ['edited_message', { update_id: 1, edited_message: 'x' }],
  ])('needs %s', (path, body) => {
    expect(errorsOf(read('telegram-bot', body))).toHaveProperty([path]);
  });
});

describe('standard-webhooks', () => {
  test('knows an event by webhook-id, whatever the body says', () => {
    const body = {
      event_id: 'other',
      type: 'priority.changed',
      timestamp: at,
      data: { ticket_id: 'T', priority: 'p' },
    };
    expect(event(read('standard-webhooks', body))).toMatchObject({
      dedupeKey: ARRIVAL.webhookId,
      sourceEventId: ARRIVAL.webhookId,
    });
  });
});

describe('generic', () => {
  const settings = { fields: { ticket_id: '/n' }, dedupe: ['/n', '/seq'] };

  test('needs what its recipe names', () => {
    const body = { type: 'priority.changed', n: 1, priority: 'p' };
    const mapped = { ...settings, fields: { ticket_id: '/n', priority: '/priority' } };
    expect(errorsOf(read('generic', body, mapped))).toHaveProperty(['seq']);
    expect(event(read('generic', { ...body, seq: 2 }, mapped)).dedupeKey).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});
