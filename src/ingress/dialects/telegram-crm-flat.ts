import { canonicalJson, type Json } from '../../kernel/canonical-json';
import { pointer } from '../json/json-pointer';
import { contentOf } from './content';
import { type Arrival, type Body, invalid, type InvalidBody, type Reading } from './dialect';
import { type SendableType } from './event-names';
import { fieldTables } from './field-lookup';
import { FIELD_NAMES } from './field-names';
import { type Identified, type MappedDialect, readMapped } from './mapped-dialect';
import { contentKey, hashKey } from './mapped-envelope';
import { type FieldMap, type ReadingRules } from './reading-rules';
import { isId } from './values';
import { versionWarnings } from './telegram-crm';

/** Beside our own names, which are understood everywhere. */
const OTHER_NAMES: FieldMap = {
  event_type: ['/event_type', '/event', '/type'],
  user_id: ['/telegram_user_id', '/user_id'],
  contact_phone: ['/contact_phone', '/phone'],
  text: ['/message_text', '/text'],
  new_status: ['/new_status', '/status'],
  sender_type: ['/sender_type', '/sender'],
  policy: ['/policy', '/escalation_policy'],
};

const OWN_NAMES: FieldMap = Object.fromEntries(
  FIELD_NAMES.filter((name) => name !== 'happened_at').map((name) => [name, [`/${name}`]]),
);

const tables = fieldTables({ ...OWN_NAMES, ...OTHER_NAMES });

/** Flat fields and prose names, in the manner of CRMs that document no envelope. */
export function readTelegramCrmFlat(json: Body, rules: ReadingRules, arrival: Arrival): Reading {
  const dialect: MappedDialect = { table: tables(rules.fields), ...FLAT };
  return readMapped(dialect, json, rules, arrival);
}

const FLAT: Omit<MappedDialect, 'table'> = {
  keyOf,
  complete,
  dropped: ['/source', '/signature', '/version'].map(pointer),
  warningsOf: ({ version }) =>
    versionWarnings(typeof version === 'string' || typeof version === 'number' ? version : null),
};

function keyOf({ envelope, canonical, toldAt, body }: Identified): string | InvalidBody {
  if (envelope.eventId !== null) return envelope.eventId;
  const { id } = body;
  if (isId(id)) {
    const at = toldAt === null ? '' : new Date(toldAt).toISOString();
    return `${id}|${envelope.sourceType}|${at}`;
  }
  if (toldAt === null) {
    const message =
      'send event_id, id or timestamp: without any of them a repetition looks like another event';
    return invalid('event_id', message);
  }
  if (canonical !== null) return contentKey(canonical, toldAt);
  return hashKey([envelope.sourceType, toldAt, canonicalJson(contentOf(body) as Json)]);
}

/** A topic is a conversation of its own, so it can name the ticket that nobody named. */
function complete(type: SendableType, draft: Body): Body {
  if (type !== 'ticket.created' && type !== 'ticket.reopened') return draft;
  const { channel } = draft;
  if (typeof channel !== 'object' || channel === null || Array.isArray(channel)) return draft;
  const { topic_id: topicId, type: channelType } = channel as Body;
  if (!isId(topicId)) return draft;
  return {
    ...draft,
    channel: { ...channel, type: channelType ?? 'topic_group' },
    ...(type === 'ticket.created' ? { ticket_id: draft['ticket_id'] ?? `topic-${topicId}` } : {}),
  };
}
