import { type Fact } from '../../../src/domain/fact';
import { type Incoming } from '../../../src/ledger/incoming';
import {
  factOfStored,
  isOwn,
  NAMED_REOPENED,
  readTicket,
  type StoredEvent,
} from '../../../src/ledger/reading';
import { type Queryable } from '../../../src/platform/postgres/database';
import { arrive } from '../../domain/support/arrival';
import { event } from '../../support/events';

/** A fact of the domain's own generator as a webhook of a ticket of this run. */
export function incomingOf(fact: Fact, ticketId: string): Incoming {
  const flags = [...fact.flags, ...(fact.namedReopened ? [NAMED_REOPENED] : [])];
  return event(fact.type, ticketId, 0, {
    eventId: fact.eventId,
    source: fact.source,
    // Unique in the database, and in the order of the facts' own references, which break ties.
    dedupeKey: `${ticketId}:${fact.ref}`,
    body: fact.data as never,
    occurredAt: fact.occurredAt,
    receivedAt: fact.occurredAt + 1000,
    namedReopened: fact.namedReopened,
    flags,
  });
}

/** What of a stored event the guard decided. */
export interface Decided {
  readonly ref: string;
  readonly type: string;
  readonly verdict: string | null;
  readonly reason: string | null;
  readonly version: number | null;
  readonly after: unknown;
}

export function decidedOf(event: StoredEvent): Decided {
  const { type, verdict, reason, version, after } = event;
  return {
    ref: isOwn(event) ? ofEvent(event) : factOfStored(event).ref,
    type,
    verdict,
    reason,
    version,
    after,
  };
}

function ofEvent({ data }: StoredEvent): string {
  return typeof data['of_event_id'] === 'string' ? data['of_event_id'] : '';
}

/** What a single node that got the same events one at a time, in the order of the lane, would have stored. */
export function sequential(stored: readonly StoredEvent[]): Decided[] {
  const facts = stored.filter((one) => !isOwn(one)).map(factOfStored);
  let version = 0;
  return arrive(facts).arrivals.flatMap(({ fact, result, changes }) => {
    const { type, verdict, reason, after } = result;
    if (verdict !== 'rejected') version += 1;
    const own = changes.map(({ of, announcement }): Decided => {
      version += 1;
      return { ref: of.eventId, type: announcement, verdict: 'accepted', reason: null, version, after };
    });
    const first = version - own.length;
    return [
      { ref: fact.ref, type, verdict, reason, version: verdict === 'rejected' ? null : first, after },
      ...own,
    ];
  });
}

export function storedTicket(db: Queryable, ticketId: string): Promise<StoredEvent[]> {
  return readTicket(db, 'acme', ticketId);
}
