import { COMMON, type Profile, type ProfileName } from '../../ingress/profiles/profile';
import { genericBody } from './generic-body';
import { type Body, type Happening, SAMPLE_CHAT, type SampleTicket, TYPES } from './happening';

/** What a sender of this profile would post; null where it has no word for such a thing. Unsigned. */
export function bodyOf(
  profile: ProfileName,
  happening: Happening,
  integrationId: string,
  { reading, environment }: Pick<Profile, 'reading' | 'environment'> = COMMON,
): Body | null {
  switch (profile) {
    case 'telegram-crm':
    case 'standard-webhooks':
      return envelopeOf(happening, integrationId, environment ?? 'production');
    case 'telegram-crm-flat':
      return flatOf(happening);
    case 'tg-staff':
      return staffOf(happening);
    case 'telegram-bot':
      return updateOf(happening);
    case 'generic':
      return genericBody(happening, reading);
    default:
      return profile satisfies never;
  }
}

const iso = (ms: number): string => new Date(ms).toISOString();

function envelopeOf(happening: Happening, integrationId: string, environment: string): Body {
  return {
    event_id: happening.id,
    event_type: TYPES[happening.kind],
    timestamp: iso(happening.at),
    source: { platform: 'telegram_crm', integration_id: integrationId, environment },
    version: '1.2',
    data: envelopeData(happening),
  };
}

function envelopeData(happening: Happening): Body {
  const { ticket } = happening;
  const of = { ticket_id: ticket.id };
  switch (happening.kind) {
    case 'opened':
      return {
        ...of,
        customer: customerOf(ticket),
        channel: { type: 'topic_group', chat_id: SAMPLE_CHAT, topic_id: ticket.topicId },
        initial_message: { message_id: ticket.number * 1000, text: happening.text, content_type: 'text' },
        metadata: { source_url: 'https://shop.example/help', campaign_id: 'spring' },
        created_at: iso(happening.at),
      };
    case 'message': {
      const sender =
        happening.from === 'agent'
          ? { type: 'agent', agent_id: ticket.agentId }
          : {
              type: 'customer',
              telegram_user_id: ticket.customerId,
              username: ticket.customerName.toLowerCase(),
            };
      const content = { text: happening.text, content_type: 'text' };
      return {
        ...of,
        message_id: happening.messageId,
        sender,
        content,
        sent_at: iso(happening.at),
        is_private: false,
      };
    }
    case 'status':
      return {
        ...of,
        previous_status: happening.from,
        new_status: happening.to,
        changed_by: { agent_id: ticket.agentId },
        changed_at: iso(happening.at),
      };
    case 'assigned':
      return { ...of, agent_id: ticket.agentId, assigned_at: iso(happening.at) };
    case 'first_response':
      return { ...of, response_time: happening.seconds, agent_id: ticket.agentId };
    case 'resolved':
      return {
        ...of,
        resolution_time: happening.seconds,
        resolution_note: happening.note,
        agent_id: ticket.agentId,
      };
    case 'priority':
      return { ...of, priority: happening.priority };
    case 'escalated':
      return { ...of, metric: happening.metric, policy: 'standard' };
    case 'presence':
      return { agent_id: ticket.agentId, status: happening.status };
  }
}

function customerOf(ticket: SampleTicket): Body {
  return {
    telegram_user_id: ticket.customerId,
    username: ticket.customerName.toLowerCase(),
    first_name: ticket.customerName,
    language_code: 'en',
  };
}

const FLAT_NAMES: Readonly<Record<Happening['kind'], string>> = {
  opened: 'Ticket Created',
  message: 'Message Received',
  status: 'Status Changed',
  assigned: 'Agent Assigned',
  first_response: 'First Response Sent',
  resolved: 'Ticket Resolved',
  priority: 'priority.changed',
  escalated: 'Escalation Fired',
  presence: 'agent.status_changed',
};

function flatOf(happening: Happening): Body {
  const { ticket } = happening;
  const head = { event: FLAT_NAMES[happening.kind], event_id: happening.id, timestamp: iso(happening.at) };
  const of = { ...head, ticket_id: ticket.id };
  switch (happening.kind) {
    case 'opened':
      return {
        ...of,
        customer_id: ticket.customerId,
        message_text: happening.text,
        topic_id: ticket.topicId,
      };
    case 'message': {
      const who =
        happening.from === 'agent' ? { agent_id: ticket.agentId } : { customer_id: ticket.customerId };
      return {
        ...of,
        message_id: happening.messageId,
        message_text: happening.text,
        sender_type: happening.from,
        ...who,
      };
    }
    case 'status':
      return { ...of, previous_status: happening.from, new_status: happening.to, agent_id: ticket.agentId };
    case 'assigned':
      return { ...of, agent_id: ticket.agentId, assignment_time: iso(happening.at) };
    case 'first_response':
      return { ...of, response_time: happening.seconds, agent_id: ticket.agentId };
    case 'resolved':
      return { ...of, resolution_time: happening.seconds, resolution_note: happening.note };
    case 'priority':
      return { ...of, priority: happening.priority };
    case 'escalated':
      return { ...of, metric: happening.metric };
    case 'presence':
      return { ...head, agent_id: ticket.agentId, status: happening.status };
  }
}

function staffOf(happening: Happening): Body | null {
  const { ticket } = happening;
  const head = { event_id: happening.id, timestamp: iso(happening.at) };
  const of = { ...head, conversation_id: ticket.id, user_id: ticket.customerId };
  switch (happening.kind) {
    case 'opened':
      return {
        ...of,
        event_type: 'conversation.created',
        username: ticket.customerName.toLowerCase(),
        text: happening.text,
        referrer: { source: 'ads', campaign: 'spring' },
      };
    case 'message': {
      const senderId = happening.from === 'agent' ? ticket.agentId : ticket.customerId;
      return {
        ...of,
        event_type: 'message.received',
        message_id: happening.messageId,
        text: happening.text,
        sender_type: happening.from === 'agent' ? 'agent' : 'user',
        sender_id: senderId,
      };
    }
    case 'status':
      return {
        ...of,
        event_type: 'conversation.status_changed',
        old_status: happening.from,
        status: happening.to,
        agent_id: ticket.agentId,
      };
    case 'presence':
      return {
        ...head,
        event_type: 'agent.status_changed',
        agent_id: ticket.agentId,
        status: happening.status,
      };
    default:
      return null;
  }
}

/** Telegram itself knows messages and topics; tickets, statuses and agents are what we make of them. */
function updateOf(happening: Happening): Body | null {
  const { ticket } = happening;
  const updateId = Number.parseInt(happening.id.slice(0, 8), 16);
  const message = (from: Body, messageId: number, more: Body): Body => ({
    update_id: updateId,
    message: {
      message_id: messageId,
      message_thread_id: ticket.topicId,
      is_topic_message: true,
      date: Math.floor(happening.at / 1000),
      chat: { id: SAMPLE_CHAT, type: 'supergroup', title: 'Support', is_forum: true },
      from,
      ...more,
    },
  });
  const customer = {
    id: ticket.customerId,
    is_bot: false,
    first_name: ticket.customerName,
    language_code: 'en',
  };
  const bot = { id: 900_000_001, is_bot: true, first_name: 'Support', username: 'support_bot' };
  switch (happening.kind) {
    case 'opened': {
      const created = { forum_topic_created: { name: ticket.customerName, icon_color: 7_322_096 } };
      return message(bot, ticket.topicId, created);
    }
    case 'message':
      return happening.from === 'customer'
        ? message(customer, happening.messageId, { text: happening.text })
        : null;
    case 'status':
      return happening.to === 'closed'
        ? message(bot, ticket.topicId + 900_000, { forum_topic_closed: {} })
        : null;
    default:
      return null;
  }
}
