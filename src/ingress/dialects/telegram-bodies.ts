import { type Body } from './dialect';
import { type SendableType } from './event-names';
import { type SenderType } from './reading-rules';
import { contentTypeOf, fileSizeOf, type TelegramMessage } from './telegram-update';

export interface Meaning {
  readonly type: SendableType;
  /** What Telegram calls it: the kind of update, or of service message. */
  readonly sourceType: string;
}

const TOPIC_EVENTS: Readonly<Record<string, SendableType>> = {
  forum_topic_created: 'ticket.created',
  forum_topic_closed: 'status.changed',
  forum_topic_reopened: 'ticket.reopened',
};
/** The first thing anybody sends to a bot: Telegram's own Start button. A deep link adds a parameter. */
const START = /^\/start(?:@\w+)?(?: +(\S+))?\s*$/;

/** Null for what is part of no conversation (somebody joined, something was pinned …). */
export function meaningOf(kind: 'message' | 'edited_message', message: TelegramMessage): Meaning | null {
  const spoken = contentTypeOf(message) !== null;
  if (kind === 'edited_message') return spoken ? { type: 'message.edited', sourceType: kind } : null;
  for (const [sourceType, type] of Object.entries(TOPIC_EVENTS)) {
    if (typeof message[sourceType] === 'object' && message[sourceType] !== null) return { type, sourceType };
  }
  if (isStart(message)) return { type: 'ticket.created', sourceType: kind };
  return spoken ? { type: 'message.received', sourceType: kind } : null;
}

function isStart({ chat, text, from }: TelegramMessage): boolean {
  return chat.type === 'private' && from?.is_bot !== true && START.test(text ?? '');
}

/** In a group without topics message_thread_id names a thread of replies, which is no conversation of its own. */
function topicIdOf(message: TelegramMessage): string | null {
  const isTopic =
    message.is_topic_message === true ||
    Object.keys(TOPIC_EVENTS).some((name) => Object.hasOwn(message, name));
  return isTopic ? (message.message_thread_id ?? null) : null;
}

function ticketIdOf(message: TelegramMessage): string {
  const topic = topicIdOf(message);
  return topic === null ? `chat:${message.chat.id}` : `chat:${message.chat.id}:topic:${topic}`;
}

/** The body in the shape all dialects share. */
export function telegramBody(type: SendableType, message: TelegramMessage, agents: readonly string[]): Body {
  const ticket = { ticket_id: ticketIdOf(message) };
  switch (type) {
    case 'ticket.created':
    case 'ticket.reopened':
      return { ...ticket, ...opening(message, agents) };
    case 'status.changed': {
      const by = senderOf(message, agents);
      return { ...ticket, new_status: 'closed', changed_by: { agent_id: by.agent_id ?? null } };
    }
    default:
      return { ...ticket, ...spoken(message, agents) };
  }
}

function opening(message: TelegramMessage, agents: readonly string[]): Body {
  const { chat, from, text, message_id } = message;
  const sender = senderOf(message, agents);
  const start = isStart(message);
  const topic = topicIdOf(message);
  const payload = start ? START.exec(text ?? '')?.[1] : undefined;
  const type = topic === null ? (chat.type === 'private' ? 'direct_message' : chat.type) : 'topic_group';
  return {
    origin: sender.type === 'agent' ? 'agent' : 'customer',
    channel: { type, chat_id: chat.id, topic_id: topic },
    ...(sender.type === 'customer' && from ? { customer: personOf(from) } : {}),
    ...(sender.agent_id === undefined ? {} : { agent_id: sender.agent_id }),
    ...(start ? { initial_message: { message_id, text, content_type: 'text' } } : {}),
    ...(payload === undefined ? {} : { referrer: payload }),
  };
}

function spoken(message: TelegramMessage, agents: readonly string[]): Body {
  const contentType = contentTypeOf(message) ?? 'text';
  const fileSize = fileSizeOf(message, contentType);
  return {
    message_id: message.message_id,
    sender: senderOf(message, agents),
    content: {
      text: message.text ?? message.caption ?? null,
      content_type: contentType,
      ...(fileSize === null ? {} : { file_size: fileSize }),
    },
  };
}

interface Sender {
  readonly type: SenderType;
  readonly agent_id?: string;
}

/**
 * Telegram knows bots and people. Which people answer is for the source to say; an administrator who writes as the group
 * itself is one of them. What a channel or nobody wrote is the system's.
 */
function senderOf({ chat, from, sender_chat }: TelegramMessage, agents: readonly string[]): Sender & Body {
  if (sender_chat) return { type: sender_chat.id === chat.id ? 'agent' : 'system' };
  if (!from) return { type: 'system' };
  const person = { telegram_user_id: from.id, username: from.username, first_name: from.first_name };
  const names = { ...person, last_name: from.last_name };
  if (from.is_bot === true) return { type: 'bot', ...names };
  if (agents.includes(from.id)) return { type: 'agent', agent_id: from.id, ...names };
  return { type: 'customer', ...names };
}

function personOf(from: NonNullable<TelegramMessage['from']>): Body {
  const { id, username, first_name, last_name, language_code } = from;
  return { telegram_user_id: id, username, first_name, last_name, language_code };
}
