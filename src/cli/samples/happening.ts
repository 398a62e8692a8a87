/** Something that happens at a help desk, before any sender's way of telling it. Instants are ms UTC. */
export type Happening = Said & {
  readonly at: number;
  /** Tells it apart from every other; a UUID. */
  readonly id: string;
  readonly ticket: SampleTicket;
};

type Said =
  | { readonly kind: 'opened'; readonly text: string }
  | {
      readonly kind: 'message';
      readonly from: 'customer' | 'agent';
      readonly messageId: number;
      readonly text: string;
    }
  | { readonly kind: 'status'; readonly from: string; readonly to: string }
  | { readonly kind: 'assigned' }
  | { readonly kind: 'first_response'; readonly seconds: number }
  | { readonly kind: 'resolved'; readonly seconds: number; readonly note: string }
  | { readonly kind: 'priority'; readonly priority: string }
  | { readonly kind: 'escalated'; readonly metric: string }
  | { readonly kind: 'presence'; readonly status: string };

export interface SampleTicket {
  readonly id: string;
  readonly number: number;
  readonly customerId: number;
  readonly customerName: string;
  readonly agentId: string;
  readonly topicId: number;
}

/** As we call it; senders have names of their own. */
export const TYPES = {
  opened: 'ticket.created',
  message: 'message.received',
  status: 'status.changed',
  assigned: 'agent.assigned',
  first_response: 'first_response.sent',
  resolved: 'ticket.resolved',
  priority: 'priority.changed',
  escalated: 'escalation.fired',
  presence: 'agent.status_changed',
} as const satisfies Readonly<Record<Happening['kind'], string>>;

export type Body = Record<string, unknown>;

export const SAMPLE_CHAT = -1_001_234_567_890;
