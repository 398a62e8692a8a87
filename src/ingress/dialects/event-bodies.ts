import { z } from 'zod';
import { type SendableType } from './event-names';
import { SENDER_TYPES } from './reading-rules';
import { id, INSTANT_EXPECTED, instantOf, jsonObject, ticketIdFault } from './values';

const maybeId = id.nullish();
const text = z.string().nullish();
/** Of a status, a priority or a kind of channel: they become part of keys and of what is kept of every ticket. */
const NAME_MAX = 100;
const name = z.string().min(1).max(NAME_MAX);
const maybeName = z.string().max(NAME_MAX).nullish();
const ticketId = id.superRefine((ticket, context) => {
  const message = ticketIdFault(ticket);
  if (message !== null) context.addIssue({ code: 'custom', message });
});
/** Body times are claims: the envelope's timestamp decides when something happened. */
const claimedTime = z
  .union([z.string(), z.number()])
  .refine((value) => instantOf(value) !== null, INSTANT_EXPECTED)
  .nullish();
/** Beyond any ticket's life in any unit, and still finite once converted. */
const DURATION_MAX = 1e13;
const duration = z.number().nonnegative().max(DURATION_MAX).nullish();

const file = z.looseObject({ text, content_type: text, file_url: text, file_size: z.number().nullish() });
const files = z.array(file);

const sender = z.looseObject({
  type: z.enum(SENDER_TYPES),
  telegram_user_id: maybeId,
  agent_id: maybeId,
  username: text,
  first_name: text,
  last_name: text,
});

const ticketCreated = z.looseObject({
  ticket_id: ticketId,
  created_at: claimedTime,
  origin: z.enum(['customer', 'agent']).nullish(),
  status: maybeName,
  priority: maybeName,
  agent_id: maybeId,
  customer_id: maybeId,
  customer: z
    .looseObject({
      telegram_user_id: maybeId,
      username: text,
      first_name: text,
      last_name: text,
      language_code: text,
      contact_phone: text,
      email: text,
    })
    .nullish(),
  channel: z.looseObject({ type: maybeName, chat_id: maybeId, topic_id: maybeId }).nullish(),
  initial_message: z.looseObject({ message_id: maybeId, text, content_type: text, file_url: text }).nullish(),
  metadata: jsonObject.nullish(),
  referrer: z.unknown().optional(),
});

const messageReceived = z.looseObject({
  ticket_id: ticketId,
  message_id: id,
  sender,
  content: z.union([file.extend({ files: files.nullish() }), files]).nullish(),
  sent_at: claimedTime,
  is_private: z.boolean().nullish(),
});

const statusChanged = z.looseObject({
  ticket_id: ticketId,
  previous_status: maybeName,
  new_status: name,
  changed_by: z.looseObject({ agent_id: maybeId, rule: text }).nullish(),
  changed_at: claimedTime,
  agent_id: maybeId,
  close_reason: text,
  merged_into: maybeId,
});

const agentAssigned = z.looseObject({
  ticket_id: ticketId,
  agent_id: maybeId,
  group_id: maybeId,
  assigned_at: claimedTime,
});

/**
 * What each type's body must and may hold, in the one shape that every dialect brings it to first. Whatever else a
 * sender adds is kept as it is.
 */
export const bodies = {
  'ticket.created': ticketCreated,
  'ticket.reopened': ticketCreated,
  'message.received': messageReceived,
  'message.edited': messageReceived,
  'status.changed': statusChanged,
  'agent.assigned': agentAssigned,
  'first_response.sent': z.looseObject({
    ticket_id: ticketId,
    response_time: duration,
    agent_id: maybeId,
  }),
  'ticket.resolved': z.looseObject({
    ticket_id: ticketId,
    resolution_time: duration,
    resolution_note: text,
    agent_id: maybeId,
  }),
  'escalation.fired': z.looseObject({ ticket_id: ticketId, metric: text, policy: text }),
  'priority.changed': z.looseObject({ ticket_id: ticketId, priority: name }),
  'agent.status_changed': z.looseObject({
    agent_id: id,
    status: name,
    previous_status: maybeName,
    username: text,
  }),
} as const satisfies Record<SendableType, z.ZodObject>;

/** The one field of each body that tells the sender's own time of the happening. */
export const CLAIMED_TIME: Readonly<Partial<Record<SendableType, string>>> = {
  'ticket.created': 'created_at',
  'ticket.reopened': 'created_at',
  'message.received': 'sent_at',
  'message.edited': 'sent_at',
  'status.changed': 'changed_at',
  'agent.assigned': 'assigned_at',
};
