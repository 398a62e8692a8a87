import { type z } from 'zod';
import { type EventType } from './event-types';
import { slaBreachedBody, slaBreachWithdrawnBody, slaWarnedBody, transitionBody } from './own-bodies';
import {
  agentAssignedBody,
  agentStatusChangedBody,
  escalationFiredBody,
  firstResponseSentBody,
  messageBody,
  openingBody,
  priorityChangedBody,
  statusChangedBody,
  ticketResolvedBody,
  unmappedBody,
} from './ticket-bodies';

/** The canonical body of each type in its current version; older stored versions reach it by upcasting. */
export const bodySchemas = {
  'ticket.created': openingBody,
  'ticket.reopened': openingBody,
  'message.received': messageBody,
  'message.edited': messageBody,
  'status.changed': statusChangedBody,
  'agent.assigned': agentAssignedBody,
  'first_response.sent': firstResponseSentBody,
  'ticket.resolved': ticketResolvedBody,
  'escalation.fired': escalationFiredBody,
  'priority.changed': priorityChangedBody,
  'agent.status_changed': agentStatusChangedBody,
  unmapped: unmappedBody,
  'transition.reinstated': transitionBody,
  'transition.revoked': transitionBody,
  'sla.warned': slaWarnedBody,
  'sla.breached': slaBreachedBody,
  'sla.breach_withdrawn': slaBreachWithdrawnBody,
} as const satisfies Record<EventType, z.ZodObject>;

export type Body<T extends EventType> = z.output<(typeof bodySchemas)[T]>;
