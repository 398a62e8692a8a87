import { type Fact } from '../../domain/fact';
import { type Status } from '../../domain/lifecycle';
import { type Row } from '../../followers/projections/table';
import { type TicketEvent, type TicketHistory } from '../../followers/projections/ticket-history';
import { identityOf } from '../../ledger/identity';

/** Every event that is rejected now, and every event that was judged otherwise when it arrived. */
export function verdictChangeRows({ key, events, fold }: TicketHistory): Row[] {
  if (events.every(({ verdict, type }) => verdict !== 'rejected' && !type.startsWith('transition.')))
    return [];
  const stored = new Map(events.map((event) => [identityOf(event.source, event.dedupeKey), event]));
  const rows: Row[] = [];
  let status: Status | null = null;
  for (const { fact, judgement, head } of fold.steps) {
    const event = stored.get(fact.ref);
    const changed = event?.verdict !== judgement.verdict;
    if (event !== undefined && (changed || judgement.verdict === 'rejected')) {
      rows.push({
        tenant_id: event.tenant,
        ticket_id: event.ticketId,
        ticket_key: key,
        event_id: event.eventId,
        source: event.source,
        type: judgement.type,
        occurred_at: event.occurredAt,
        received_at: event.receivedAt,
        current_status: status,
        ...claimOf(fact),
        verdict_at_arrival: event.verdict,
        verdict_now: judgement.verdict,
        reason: judgement.reason,
        changed_at: changed ? changedAt(events, event) : event.recordedAt,
        lane: event.lane,
        position: event.position,
      });
    }
    status = head.status;
  }
  return rows;
}

function claimOf(fact: Fact): { claimed_previous: string | null; claimed_new: string | null } {
  switch (fact.type) {
    case 'status.changed':
      return { claimed_previous: fact.data.previous_status ?? null, claimed_new: fact.data.new_status };
    case 'ticket.resolved':
      return { claimed_previous: null, claimed_new: 'resolved' };
    case 'ticket.created':
    case 'ticket.reopened':
      return { claimed_previous: null, claimed_new: fact.data.status ?? 'open' };
    case 'message.received':
    case 'message.edited':
    case 'agent.assigned':
    case 'first_response.sent':
    case 'escalation.fired':
    case 'priority.changed':
      return { claimed_previous: null, claimed_new: null };
  }
}

/** The last announcement about the event; the log holds it behind the late event that changed the verdict. */
function changedAt(events: readonly TicketEvent[], event: TicketEvent): number {
  const told = events.filter(
    ({ type, data }) => type.startsWith('transition.') && data['of_event_id'] === event.eventId,
  );
  return told.at(-1)?.recordedAt ?? event.recordedAt;
}
