import { type TicketEventType } from '../../domain/event-types';

/** What a sender may tell us of. casetrail's own announcements can't be sent, and `unmapped` is our word. */
export const SENDABLE_TYPES = [
  'ticket.created',
  'ticket.reopened',
  'message.received',
  'message.edited',
  'status.changed',
  'agent.assigned',
  'first_response.sent',
  'ticket.resolved',
  'escalation.fired',
  'priority.changed',
  'agent.status_changed',
] as const satisfies readonly (TicketEventType | 'agent.status_changed')[];
export type SendableType = (typeof SENDABLE_TYPES)[number];
export type EventMeaning = SendableType | 'ping';

/** Other names of the same happenings, in every profile. */
const OTHER_NAMES: Readonly<Record<string, EventMeaning>> = {
  'conversation.created': 'ticket.created',
  'new conversation created': 'ticket.created',
  'conversation.reopened': 'ticket.reopened',
  'new message': 'message.received',
  'conversation.status_changed': 'status.changed',
  ping: 'ping',
  test: 'ping',
  'test event': 'ping',
  'webhook.test': 'ping',
  'webhook.ping': 'ping',
};

/** "Ticket Created", ticket_created and ticket.created are one name. */
function foldName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s._-]+/g, ' ');
}

const MEANINGS: ReadonlyMap<string, EventMeaning> = new Map([
  ...SENDABLE_TYPES.map((type) => [foldName(type), type] as const),
  ...Object.entries(OTHER_NAMES).map(([name, type]) => [foldName(name), type] as const),
]);

/** Null: nobody knows this name yet. A source's own names come first. */
export function meaningOf(name: string, own: Readonly<Record<string, EventMeaning>>): EventMeaning | null {
  if (Object.hasOwn(own, name)) return own[name] ?? null;
  return MEANINGS.get(name) ?? MEANINGS.get(foldName(name)) ?? null;
}
