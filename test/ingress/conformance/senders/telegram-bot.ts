import { AT, type Json, SECRET, type Sender, uuid } from './sender';

function update(name: string, part: string, message: Json): Json {
  const n = Number.parseInt(uuid(name).slice(0, 7), 16);
  const chat = { id: -1001, type: 'supergroup', is_forum: true };
  const told = {
    message_id: n % 100_000,
    date: Date.parse(AT) / 1000,
    chat,
    message_thread_id: 5,
    is_topic_message: true,
    ...message,
  };
  return { update_id: n, [part]: told };
}

export const telegramBot: Sender = {
  profile: 'telegram-bot',
  secret: SECRET,
  settings: {},
  absorbs: true,
  credential: 'x-telegram-bot-api-secret-token',
  missing: 'token_missing',
  invalid: 'token_invalid',
  signing: null,
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
