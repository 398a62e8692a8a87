import { type Fact } from '../../../src/domain/fact';
import { NAMED_REOPENED } from '../../../src/ledger/reading';
import { type TicketEvent } from '../../../src/followers/projections/ticket-history';

const SECOND = 1000;

/** Events of one ticket, as they are stored, one a second from its latest instant on. */
export function stored(facts: readonly Fact[]): TicketEvent[] {
  const begin = Math.max(...facts.map(({ occurredAt }) => occurredAt));
  return facts.map(({ ref, source, namedReopened, ...fact }, index) => ({
    ...fact,
    lane: 0,
    position: index + 1,
    tenant: 'acme',
    ticketId: 'T-1',
    version: index + 1,
    source,
    dedupeKey: ref.slice(source.length + 1),
    schemaVersion: 1,
    verdict: 'accepted',
    reason: null,
    claimedAt: null,
    receivedAt: begin + index * SECOND,
    recordedAt: begin + index * SECOND,
    flags: namedReopened ? [...fact.flags, NAMED_REOPENED] : fact.flags,
    data: fact.data as TicketEvent['data'],
  }));
}
