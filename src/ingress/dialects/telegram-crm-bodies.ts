import { z } from 'zod';
import { type EventType } from '../../domain/event-types';

/** Ids come as text or numbers and are kept as text. */
const id = z.union([z.string().min(1), z.number()]).transform(String);
const maybeId = id.nullish();
const text = z.string().nullish();
/** Body times are claims: the envelope's timestamp decides when something happened. */
const claimedTime = z.string().nullish();

const file = z.looseObject({ text, content_type: text, file_url: text, file_size: z.number().nullish() });

const sender = z.looseObject({
  type: z.enum(['customer', 'agent', 'bot', 'system']),
  telegram_user_id: maybeId,
  agent_id: maybeId,
  username: text,
});

const ticketCreated = z.looseObject({
  ticket_id: id,
  created_at: claimedTime,
  origin: z.enum(['customer', 'agent']).nullish(),
  status: text,
  priority: text,
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
  channel: z.looseObject({ type: text, chat_id: maybeId, topic_id: maybeId }).nullish(),
  initial_message: z.looseObject({ message_id: maybeId, text, content_type: text, file_url: text }).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  referrer: z.unknown().optional(),
});

const messageReceived = z.looseObject({
  ticket_id: id,
  message_id: id,
  sender,
  content: z.union([file, z.array(file)]).nullish(),
  sent_at: claimedTime,
  is_private: z.boolean().nullish(),
});

const statusChanged = z.looseObject({
  ticket_id: id,
  previous_status: text,
  new_status: z.string().min(1),
  changed_by: z.looseObject({ agent_id: maybeId, rule: text }).nullish(),
  changed_at: claimedTime,
  agent_id: maybeId,
  close_reason: text,
  merged_into: maybeId,
});

const agentAssigned = z.looseObject({
  ticket_id: id,
  agent_id: maybeId,
  group_id: maybeId,
  assigned_at: claimedTime,
});

/** What each type's body must and may hold. Whatever else a sender adds is kept as it is. */
export const bodies = {
  'ticket.created': ticketCreated,
  'ticket.reopened': ticketCreated,
  'message.received': messageReceived,
  'message.edited': messageReceived,
  'status.changed': statusChanged,
  'agent.assigned': agentAssigned,
  'first_response.sent': z.looseObject({
    ticket_id: id,
    response_time: z.number().nonnegative().nullish(),
    agent_id: maybeId,
  }),
  'ticket.resolved': z.looseObject({
    ticket_id: id,
    resolution_time: z.number().nonnegative().nullish(),
    resolution_note: text,
    agent_id: maybeId,
  }),
  'escalation.fired': z.looseObject({ ticket_id: id, metric: text, policy: text }),
  'priority.changed': z.looseObject({ ticket_id: id, priority: z.string().min(1) }),
  'agent.status_changed': z.looseObject({ agent_id: id, status: z.string().min(1), previous_status: text }),
} as const satisfies Partial<Record<EventType, z.ZodType>>;

export type KnownType = keyof typeof bodies;

/** Other spellings of the same happening. */
const ALIASES: Readonly<Record<string, KnownType>> = {
  'conversation.created': 'ticket.created',
  'conversation.status_changed': 'status.changed',
};

export function canonicalType(eventType: string): KnownType | null {
  if (Object.hasOwn(bodies, eventType)) return eventType as KnownType;
  return Object.hasOwn(ALIASES, eventType) ? (ALIASES[eventType] ?? null) : null;
}

/** The one field of each body that tells the sender's own time of the happening. */
export const CLAIMED_TIME: Readonly<Partial<Record<KnownType, string>>> = {
  'ticket.created': 'created_at',
  'ticket.reopened': 'created_at',
  'message.received': 'sent_at',
  'message.edited': 'sent_at',
  'status.changed': 'changed_at',
  'agent.assigned': 'assigned_at',
};
