import { type Fact } from './fact';

/** An event's place in its ticket's truth: when it happened, never when it arrived. */
export type OrderKey = readonly [at: number, rank: number, eventId: string, ref: string];

const CREATION_RANK = 0;

/**
 * Within one instant: who asked, who was assigned, who answered, and only then the status. A reply and the
 * solve in the same second count as a reply before the solve.
 */
export function rankOf(fact: Fact): number {
  switch (fact.type) {
    case 'ticket.created':
    case 'ticket.reopened':
      return 1;
    case 'message.received':
      return fact.data.sender.type === 'customer' ? 2 : 4;
    case 'agent.assigned':
      return 3;
    case 'status.changed':
    case 'ticket.resolved':
      return 5;
    case 'first_response.sent':
      return 6;
    case 'priority.changed':
      return 7;
    case 'escalation.fired':
      return 8;
    case 'message.edited':
      return 9;
  }
}

export function orderKey(fact: Fact, at: number, rank: number): OrderKey {
  return [at, rank, fact.eventId, fact.ref];
}

export function creationKey(fact: Fact): OrderKey {
  return orderKey(fact, fact.occurredAt, CREATION_RANK);
}

export function compareKeys(a: OrderKey, b: OrderKey): number {
  if (a[0] !== b[0]) return a[0] - b[0];
  if (a[1] !== b[1]) return a[1] - b[1];
  if (a[2] !== b[2]) return a[2] < b[2] ? -1 : 1;
  if (a[3] !== b[3]) return a[3] < b[3] ? -1 : 1;
  return 0;
}
