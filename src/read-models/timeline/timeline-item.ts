import { foldTicket } from '../../domain/fold-ticket';
import { compareKeys, type OrderKey } from '../../domain/order';
import { type Step } from '../../domain/step';
import { identityOf } from '../../ledger/identity';
import { factOfStored, isOwn, type StoredEvent } from '../../ledger/reading';

/** Behind all that happened at the same instant. */
const ANNOUNCEMENT_RANK = 10;

/** One event of a ticket in its place in the ticket's truth; `step` is null for casetrail's own announcements. */
export interface TimelineItem {
  readonly key: OrderKey;
  readonly event: StoredEvent;
  readonly step: Step | null;
}

/** All of a ticket's events, in the order in which things happened, judged by all that is known now. */
export function timelineItems(events: readonly StoredEvent[]): TimelineItem[] {
  const byRef = new Map(events.map((event) => [identityOf(event.source, event.dedupeKey), event]));
  const facts = events.filter((event) => !isOwn(event)).map(factOfStored);
  const steps = facts.length === 0 ? [] : foldTicket(facts).steps;
  const told = steps.flatMap((step): TimelineItem[] => {
    const event = byRef.get(step.fact.ref);
    return event === undefined ? [] : [{ key: step.key, event, step }];
  });
  return [...told, ...events.filter(isOwn).map(announced)].sort((a, b) => compareKeys(a.key, b.key));
}

function announced(event: StoredEvent): TimelineItem {
  const ref = identityOf(event.source, event.dedupeKey);
  return { key: [event.occurredAt, ANNOUNCEMENT_RANK, event.eventId, ref], event, step: null };
}
