import { canonicalEvent } from './canonical-event';
import { contentOf, without } from './content';
import { type Arrival, type Body, invalid, type Reading } from './dialect';
import { invalidBody } from './field-errors';
import { type ReadingRules } from './reading-rules';
import { meaningOf, telegramBody } from './telegram-bodies';
import { telegramMessage } from './telegram-update';
import { understood, unmapped } from './understood';
import { isId } from './values';

const SECOND = 1000;
/** The kinds of update that are about a message of a conversation. All others are kept, unmapped. */
const MESSAGES = ['message', 'edited_message'] as const;
/** The parts of a message that the canonical body holds. */
const USED: ReadonlySet<string> = new Set([
  'message_id',
  'date',
  'edit_date',
  'from',
  'message_thread_id',
  'is_topic_message',
  'text',
  'caption',
]);

const FRAME: ReadonlySet<string> = new Set(['chat', 'sender_chat', 'reply_to_message', 'via_bot']);

/** An update of Telegram's Bot API: a ticket is a topic of a group, or a chat. */
export function readTelegramBot(json: Body, rules: ReadingRules, arrival: Arrival): Reading {
  const { update_id: updateId, ...parts } = json;
  if (!isId(updateId)) return invalid('update_id', 'expected the number that Telegram gives each update');
  const base = { sourceEventId: String(updateId), content: contentOf(json), warnings: [] };
  const kind = MESSAGES.find((name) => Object.hasOwn(parts, name));
  if (kind === undefined) {
    const sourceType = (Object.keys(parts)[0] || 'update').slice(0, 100);
    const dedupeKey = `update:${updateId}`;
    return unmapped({ ...base, sourceType, dedupeKey, occurredAt: arrival.receivedAt }, parts);
  }
  const pathOf = (path: string): string => (path === '' ? kind : `${kind}.${path}`);
  const parsed = telegramMessage.safeParse(parts[kind]);
  if (!parsed.success) return invalidBody(parsed.error, pathOf);
  const message = parsed.data;
  const meaning = meaningOf(kind, message);
  const told = {
    ...base,
    sourceType: meaning?.sourceType ?? serviceName(kind, message),
    dedupeKey: `${message.chat.id}:${message.message_id}:${updateId}`,
    occurredAt: ((kind === 'edited_message' ? message.edit_date : null) ?? message.date) * SECOND,
  };
  if (meaning === null) return unmapped(told, parts);
  const { type } = meaning;
  const body = telegramBody(type, message, rules.agents);
  const canonical = canonicalEvent(type, body, rules, pathOf, without(message, USED));
  return canonical.kind === 'invalid' ? canonical : understood(canonical, told);
}

/** What a message that nobody said is about: the first part that says more than where, when and by whom. */
function serviceName(kind: string, message: Body): string {
  const part = Object.keys(message).find((name) => !USED.has(name) && !FRAME.has(name));
  return part === undefined ? kind : `${kind}.${part.slice(0, 50)}`;
}
