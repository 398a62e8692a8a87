/** Events of one ticket: the only input of judge, fold and T4 order. */
export const ticketEventTypes = [
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
] as const;

/** Stored as evidence, but of no ticket: ticket_id and version are null. */
export const ticketlessEventTypes = ['agent.status_changed', 'unmapped'] as const;

/** casetrail's own announcements: they take a position and a version, and no fold reads them. */
export const ownEventTypes = [
  'transition.reinstated',
  'transition.revoked',
  'sla.warned',
  'sla.breached',
  'sla.breach_withdrawn',
] as const;

export const eventTypes = [...ticketEventTypes, ...ticketlessEventTypes, ...ownEventTypes] as const;

export type TicketEventType = (typeof ticketEventTypes)[number];

export type EventType = (typeof eventTypes)[number];
export type OpeningType = 'ticket.created' | 'ticket.reopened';
