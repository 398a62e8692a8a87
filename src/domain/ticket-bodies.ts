import { z } from 'zod';

/**
 * Canonical bodies, version 1. Ticket id and the sender's own times (created_at, sent_at, changed_at …) are
 * not here: they stand on the envelope as ticket_id and claimed_at. Ids are text whatever the sender used.
 * All that is optional may be null or missing; both mean "not said".
 *
 * What is marked personal is stored apart, so every marked field must stay optional: a stored body without
 * its personal part still has to parse. What a sender sent beyond these fields goes to `extra`.
 */
const text = z.string().nullish();
const id = z.string().nullish();
const personalText = z.string().meta({ personal: true }).nullish();
const personalRecord = z.record(z.string(), z.unknown()).meta({ personal: true }).nullish();
const personalValue = z.unknown().meta({ personal: true });

const extra = { extra: personalRecord };

const customer = z.object({
  telegram_user_id: id,
  username: personalText,
  first_name: personalText,
  last_name: personalText,
  language_code: text,
  contact_phone: personalText,
  email: personalText,
});

const file = z.object({
  text: personalText,
  content_type: text,
  file_url: personalText,
  file_size: z.number().nullish(),
});

const content = z.union([file.extend({ files: z.array(file).nullish() }), z.array(file)]).nullish();

const sender = z.object({
  type: z.enum(['customer', 'agent', 'bot', 'system']),
  telegram_user_id: id,
  agent_id: id,
  username: personalText,
  first_name: personalText,
  last_name: personalText,
});

export const openingBody = z.object({
  origin: z.enum(['customer', 'agent']).nullish(),
  status: text,
  priority: text,
  agent_id: id,
  customer_id: id,
  customer: customer.nullish(),
  channel: z.object({ type: text, chat_id: id, topic_id: id }).nullish(),
  initial_message: z
    .object({ message_id: id, text: personalText, content_type: text, file_url: personalText })
    .nullish(),
  metadata: personalRecord,
  referrer: personalValue.optional(),
  /** Short codes of where the customer came from; nothing in it names a person, so it may be counted. */
  acquisition: z.object({ source: text, campaign: text }).nullish(),
  ...extra,
});

export const messageBody = z.object({
  message_id: z.string(),
  sender,
  content,
  is_private: z.boolean().nullish(),
  ...extra,
});

export const statusChangedBody = z.object({
  previous_status: text,
  new_status: z.string(),
  changed_by: z.object({ agent_id: id, rule: text }).nullish(),
  agent_id: id,
  close_reason: text,
  merged_into: id,
  ...extra,
});

export const agentAssignedBody = z.object({ agent_id: id, group_id: id, ...extra });

/** response_time in seconds; a source that counts otherwise is converted by its dialect. */
export const firstResponseSentBody = z.object({
  response_time: z.number().nullish(),
  agent_id: id,
  ...extra,
});

/** resolution_time in seconds. */
export const ticketResolvedBody = z.object({
  resolution_time: z.number().nullish(),
  resolution_note: personalText,
  agent_id: id,
  ...extra,
});

export const escalationFiredBody = z.object({ metric: text, policy: text, ...extra });

export const priorityChangedBody = z.object({ priority: z.string(), ...extra });

export const agentStatusChangedBody = z.object({
  agent_id: z.string(),
  status: z.string(),
  previous_status: text,
  username: personalText,
  ...extra,
});

/** A type no dialect knows: all of it is the sender's, so all of it may be personal. */
export const unmappedBody = z.object(extra);
