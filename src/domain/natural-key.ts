import { type Fact } from './fact';
import { statusName } from './status-names';

/**
 * The same happening sent again under another event id. Null where a type has no such key: two assignments to
 * the same agent may well both be real.
 */
export function naturalKey(fact: Fact): string | null {
  switch (fact.type) {
    case 'message.received':
      return `m:${fact.data.message_id}`;
    case 'ticket.created':
    case 'ticket.reopened': {
      const id = fact.data.initial_message?.message_id ?? null;
      return id === null ? null : `m:${id}`;
    }
    case 'status.changed': {
      const previous = fact.data.previous_status ?? '';
      return `s:${statusName(previous)}>${statusName(fact.data.new_status)}@${fact.occurredAt}`;
    }
    case 'message.edited':
    case 'agent.assigned':
    case 'first_response.sent':
    case 'ticket.resolved':
    case 'escalation.fired':
    case 'priority.changed':
      return null;
  }
}
