import { type TicketEventType } from '../../../src/domain/event-types';
import { type Body } from '../../../src/domain/events';
import { type Fact, factOf } from '../../../src/domain/fact';

export const START = Date.parse('2026-03-02T10:00:00.000Z');

export interface Told {
  readonly id?: string;
  readonly source?: string;
  readonly namedReopened?: boolean;
  readonly flags?: readonly string[];
}

/** An event of a ticket `minute` minutes after ten; `id` orders events of the same instant. */
export function at<T extends TicketEventType>(minute: number, type: T, data: Body<T>, told: Told = {}): Fact {
  const { id = `${type}@${minute}`, source = 'acme', namedReopened = false, flags = [] } = told;
  const occurredAt = START + Math.round(minute * 60_000);
  return factOf({
    ref: `${source}/${id}`,
    eventId: id,
    source,
    type,
    namedReopened,
    occurredAt,
    flags,
    data,
  });
}

export const created = (minute: number, data: Body<'ticket.created'> = {}, told?: Told): Fact =>
  at(minute, 'ticket.created', data, told);

export const status = (minute: number, from: string | null, to: string, told?: Told): Fact =>
  at(minute, 'status.changed', { previous_status: from, new_status: to }, told);

export const closed = (minute: number, reason: string, told?: Told): Fact =>
  at(minute, 'status.changed', { new_status: 'closed', close_reason: reason }, told);

export const says = (
  minute: number,
  type: 'customer' | 'agent' | 'bot' | 'system',
  messageId: string,
  told?: Told & { readonly private?: boolean },
): Fact =>
  at(
    minute,
    'message.received',
    { message_id: messageId, sender: { type }, is_private: told?.private },
    told,
  );

export const assigned = (
  minute: number,
  agentId: string | null,
  groupId: string | null = null,
  told?: Told,
): Fact => at(minute, 'agent.assigned', { agent_id: agentId, group_id: groupId }, told);
