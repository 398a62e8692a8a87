import { randomUUID } from 'node:crypto';
import { signEnvelope } from '../../src/ingress/auth/envelope-hmac';

/** The tickets that one sender's connection writes to at a time. */
const CONCURRENT_TICKETS = 4;
/** In the past, so that nothing is from the future, and not so far that it would count as late. */
const BEGAN_BEFORE_MS = 30_000;
const STEP_MS = 1_000;

const WORDS =
  'order parcel arrived broken delivery address refund please invoice number yesterday courier called nobody answer photo attached box replacement account payment twice charged card support chat thank you waiting reply today morning warehouse tracking link shows transit since week size colour wrong return label printed shop closed weekend manager'.split(
    ' ',
  );

export interface Sender {
  readonly integrationId: string;
  readonly secret: string;
}

export interface Webhook {
  readonly eventId: string;
  readonly body: string;
}

interface Ticket {
  readonly id: string;
  readonly number: number;
  readonly beganAt: number;
  readonly steps: readonly Step[];
  done: number;
}

type Step = (ticket: Ticket) => { type: string; data: Record<string, unknown> };

/**
 * What one connection of a CRM sends: the lives of a few tickets at a time, each in order. A life is a creation,
 * messages of both sides, an assignment and status changes up to closed; its events are all acceptable to the guard.
 */
export class TicketLives {
  readonly #tickets: (Ticket | undefined)[] = Array.from({ length: CONCURRENT_TICKETS }, () => undefined);
  #sent = 0;
  #begun = 0;

  /** `name` keeps the tickets of different connections apart. */
  constructor(
    private readonly sender: Sender,
    private readonly name: string,
  ) {}

  next(): Webhook {
    const slot = this.#sent++ % CONCURRENT_TICKETS;
    let ticket = this.#tickets[slot];
    if (ticket === undefined || ticket.done === ticket.steps.length) ticket = this.#begin(slot);
    const step = ticket.steps[ticket.done] as Step;
    const at = new Date(ticket.beganAt + ticket.done * STEP_MS).toISOString();
    const { type, data } = step(ticket);
    ticket.done += 1;
    return this.#signed(type, at, data);
  }

  #begin(slot: number): Ticket {
    const number = this.#begun++;
    const ticket: Ticket = {
      id: `TKT-${this.name}-${number}`,
      number,
      beganAt: Date.now() - BEGAN_BEFORE_MS,
      // Different lengths, so that the tickets of a connection do not stay in step.
      steps: LIFE.slice(0, LIFE.length - (number % 4)),
      done: 0,
    };
    this.#tickets[slot] = ticket;
    return ticket;
  }

  #signed(eventType: string, timestamp: string, data: Record<string, unknown>): Webhook {
    const eventId = randomUUID();
    const body = JSON.stringify({
      event_id: eventId,
      event_type: eventType,
      timestamp,
      version: '1.2',
      source: {
        platform: 'telegram_crm',
        integration_id: this.sender.integrationId,
        environment: 'production',
      },
      data,
      signature: signEnvelope(this.sender.secret, { eventId, eventType, timestamp }),
    });
    return { eventId, body };
  }
}

const created: Step = (ticket) => ({
  type: 'ticket.created',
  data: {
    ticket_id: ticket.id,
    origin: 'customer',
    priority: 'normal',
    customer: {
      telegram_user_id: 77_000_000 + ticket.number,
      username: `maria_${ticket.number}`,
      first_name: 'Maria',
      last_name: 'Lindqvist',
      language_code: 'en',
      contact_phone: '+46701234567',
    },
    channel: { type: 'topic_group', chat_id: -1001, topic_id: ticket.number },
    initial_message: { message_id: 1, text: prose(ticket, 220), content_type: 'text' },
    metadata: { campaign: 'autumn', landing_page: 'https://shop.example/help' },
  },
});

function customerSays(ticket: Ticket): ReturnType<Step> {
  const sender = {
    type: 'customer',
    telegram_user_id: 77_000_000 + ticket.number,
    username: `maria_${ticket.number}`,
    first_name: 'Maria',
    last_name: 'Lindqvist',
  };
  return message(ticket, sender);
}

function agentSays(ticket: Ticket): ReturnType<Step> {
  return message(ticket, {
    type: 'agent',
    agent_id: agentOf(ticket),
    username: 'support_jonas',
    first_name: 'Jonas',
  });
}

function message(ticket: Ticket, sender: Record<string, unknown>): ReturnType<Step> {
  return {
    type: 'message.received',
    data: {
      ticket_id: ticket.id,
      message_id: ticket.done + 1,
      sender,
      content: { text: prose(ticket, 300), content_type: 'text' },
      sent_at: new Date(ticket.beganAt + ticket.done * STEP_MS).toISOString(),
      is_private: false,
    },
  };
}

const assigned: Step = (ticket) => ({
  type: 'agent.assigned',
  data: {
    ticket_id: ticket.id,
    agent_id: agentOf(ticket),
    group_id: 'first-level',
    assigned_by: { type: 'rule', rule: 'round robin of the first level' },
    queue: { name: 'first-level', waiting: 12, note: prose(ticket, 220) },
  },
});

function moves(from: string, to: string, more: Record<string, unknown> = {}): Step {
  return (ticket) => ({
    type: 'status.changed',
    data: {
      ticket_id: ticket.id,
      previous_status: from,
      new_status: to,
      changed_by: { agent_id: agentOf(ticket) },
      changed_at: new Date(ticket.beganAt + ticket.done * STEP_MS).toISOString(),
      note: prose(ticket, 240),
      ...more,
    },
  });
}

const LIFE: readonly Step[] = [
  created,
  customerSays,
  assigned,
  moves('open', 'in_progress'),
  agentSays,
  customerSays,
  moves('in_progress', 'pending'),
  customerSays,
  moves('pending', 'in_progress'),
  agentSays,
  moves('in_progress', 'resolved'),
  moves('resolved', 'closed', { close_reason: 'resolved' }),
];

function agentOf(ticket: Ticket): string {
  return `agent-${ticket.number % 40}`;
}

/** Different in every event, as people write. */
function prose(ticket: Ticket, length: number): string {
  let text = '';
  for (let word = ticket.number * 7 + ticket.done * 13; text.length < length; word += 5) {
    text += `${WORDS[word % WORDS.length] ?? ''} `;
  }
  return text.slice(0, length);
}
