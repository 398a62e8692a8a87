import { canonicalJson, type Json } from '../../kernel/canonical-json';
import { pointer } from '../json/json-pointer';
import { contentOf } from './content';
import { type Arrival, type Body, invalid, type InvalidBody, type Reading } from './dialect';
import { fieldTables } from './field-lookup';
import { type Identified, type MappedDialect, readMapped } from './mapped-dialect';
import { contentKey, hashKey, messageIdOf } from './mapped-envelope';
import { type FieldMap, type ReadingRules } from './reading-rules';

/**
 * What TG-Staff calls things is public only in part, so this is the one table of spellings that are accepted. The first
 * that is there wins; an operator puts others in front of them with the setting `fields`.
 */
const SPELLINGS: FieldMap = {
  event_type: ['/event_type', '/event', '/type'],
  event_id: ['/event_id', '/eventId'],
  timestamp: ['/timestamp', '/event_time', '/occurred_at', '/time'],
  ticket_id: [
    '/conversation_id',
    '/session_id',
    '/conversationId',
    '/sessionId',
    '/conversation/id',
    '/session/id',
    '/ticket_id',
  ],
  status: ['/status', '/conversation/status', '/session/status'],
  previous_status: [
    '/previous_status',
    '/old_status',
    '/from_status',
    '/previousStatus',
    '/oldStatus',
    '/from',
  ],
  new_status: ['/new_status', '/status', '/to_status', '/newStatus', '/to', '/conversation/status'],
  priority: ['/priority'],
  agent_id: ['/agent_id', '/agentId', '/operator_id', '/staff_id', '/agent/id'],
  user_id: ['/user_id', '/userId', '/telegram_user_id', '/user/id', '/user/telegram_user_id', '/customer_id'],
  username: ['/username', '/user_name', '/user/username', '/agent/username'],
  first_name: ['/first_name', '/user/first_name'],
  last_name: ['/last_name', '/user/last_name'],
  language_code: ['/language_code', '/user/language_code'],
  chat_id: ['/chat_id', '/chat/id'],
  channel_type: ['/channel_type', '/channel/type'],
  message_id: ['/message_id', '/messageId', '/first_message_id', '/message/id', '/first_message/id'],
  text: [
    '/text',
    '/message_text',
    '/first_message_text',
    '/first_message',
    '/message',
    '/content',
    '/message/text',
    '/first_message/text',
    '/content/text',
  ],
  content_type: ['/content_type', '/message_type', '/message/type', '/content/type'],
  file_url: ['/file_url', '/message/file_url'],
  sender_type: ['/sender_type', '/senderType', '/sender', '/sender/type', '/message/sender_type'],
  sender_id: ['/sender_id', '/senderId', '/sender/id', '/message/sender_id'],
  is_private: ['/is_private', '/isPrivate', '/private', '/is_internal', '/internal'],
  close_reason: ['/close_reason', '/closeReason', '/reason'],
  changed_by_agent_id: ['/changed_by', '/changed_by/agent_id', '/changed_by/id'],
  changed_by_rule: ['/changed_by/rule'],
  referrer: ['/referrer', '/referer', '/ref', '/utm'],
  metadata: ['/metadata'],
};

const tables = fieldTables(SPELLINGS);

/** TG-Staff speaks of conversations; each is a ticket. */
export function readTgStaff(json: Body, rules: ReadingRules, arrival: Arrival): Reading {
  return readMapped({ table: tables(rules.fields), ...TG_STAFF }, json, rules, arrival);
}

const TG_STAFF: Omit<MappedDialect, 'table'> = {
  keyOf: statementKey,
  complete: (_type, draft) => draft,
  dropped: ['/signature'].map(pointer),
  warningsOf: () => [],
};

/**
 * The sender's id, else what is said. An edit needs its time too: the same message may be edited again. A message needs
 * none, since it has an id of its own.
 */
export function statementKey({ envelope, canonical, toldAt, body }: Identified): string | InvalidBody {
  if (envelope.eventId !== null) return envelope.eventId;
  if (canonical === null) return hashKey([envelope.sourceType, canonicalJson(contentOf(body) as Json)]);
  const isMessage = canonical.type !== 'message.edited' && messageIdOf(canonical.body) !== null;
  if (toldAt !== null || isMessage) return contentKey(canonical, toldAt);
  const message = 'send event_id or timestamp: without either a repetition looks like another event';
  return invalid('event_id', message);
}
