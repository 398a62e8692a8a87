import { type SendableType } from './event-names';
import { type FieldName } from './field-names';

export type Places = Readonly<Partial<Record<FieldName, string>>>;

const person = (holder: string): Places => ({
  user_id: `${holder}.telegram_user_id`,
  username: `${holder}.username`,
  first_name: `${holder}.first_name`,
  last_name: `${holder}.last_name`,
});

const opening: Places = {
  ticket_id: 'ticket_id',
  origin: 'origin',
  status: 'status',
  priority: 'priority',
  agent_id: 'agent_id',
  customer_id: 'customer_id',
  customer: 'customer',
  ...person('customer'),
  language_code: 'customer.language_code',
  contact_phone: 'customer.contact_phone',
  email: 'customer.email',
  channel: 'channel',
  channel_type: 'channel.type',
  chat_id: 'channel.chat_id',
  topic_id: 'channel.topic_id',
  initial_message: 'initial_message',
  message_id: 'initial_message.message_id',
  text: 'initial_message.text',
  content_type: 'initial_message.content_type',
  file_url: 'initial_message.file_url',
  metadata: 'metadata',
  referrer: 'referrer',
};

/** Whose name and id a message carries depends on who sent it: that is the mapper's to decide. */
const message: Places = {
  ticket_id: 'ticket_id',
  message_id: 'message_id',
  sender: 'sender',
  sender_type: 'sender.type',
  content: 'content',
  text: 'content.text',
  content_type: 'content.content_type',
  file_url: 'content.file_url',
  file_size: 'content.file_size',
  is_private: 'is_private',
};

/** Where each field goes in the body that all dialects have in common. Parents stand before what they hold. */
export const PLACES: Readonly<Record<SendableType, Places>> = {
  'ticket.created': opening,
  'ticket.reopened': opening,
  'message.received': message,
  'message.edited': message,
  'status.changed': {
    ticket_id: 'ticket_id',
    previous_status: 'previous_status',
    new_status: 'new_status',
    changed_by: 'changed_by',
    changed_by_agent_id: 'changed_by.agent_id',
    changed_by_rule: 'changed_by.rule',
    agent_id: 'agent_id',
    close_reason: 'close_reason',
    merged_into: 'merged_into',
  },
  'agent.assigned': { ticket_id: 'ticket_id', agent_id: 'agent_id', group_id: 'group_id' },
  'first_response.sent': { ticket_id: 'ticket_id', response_time: 'response_time', agent_id: 'agent_id' },
  'ticket.resolved': {
    ticket_id: 'ticket_id',
    resolution_time: 'resolution_time',
    resolution_note: 'resolution_note',
    agent_id: 'agent_id',
  },
  'escalation.fired': { ticket_id: 'ticket_id', metric: 'metric', policy: 'policy' },
  'priority.changed': { ticket_id: 'ticket_id', priority: 'priority' },
  'agent.status_changed': {
    agent_id: 'agent_id',
    new_status: 'status',
    previous_status: 'previous_status',
    username: 'username',
  },
};

/** Hold other fields: only an object or a list can stand for them. */
export const CONTAINERS: ReadonlySet<FieldName> = new Set([
  'customer',
  'channel',
  'initial_message',
  'sender',
  'content',
  'changed_by',
  'metadata',
]);
