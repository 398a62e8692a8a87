import { type Fact } from '../domain/fact';
import { rejudge, type Rejudged, type VerdictChange } from '../domain/rejudge';
import { type Json } from '../kernel/canonical-json';
import { type Queryable } from '../platform/postgres/database';
import { identityOf } from './identity';
import { type Incoming } from './incoming';
import { judgedEvent, type Judgement, seal } from './judged-event';
import { type Pending } from './pending';
import { ownIncoming } from './own-event';
import { judgementOf, plannedGroup, type PlannedGroup } from './plan';
import { factOfStored, isOwn, readHeads, readTicket, type StoredEvent } from './reading';

const READ_PERSONAL = {
  name: 'es_read_personal',
  text: `SELECT c.personal FROM es.content c WHERE c.lane = $1 AND c.position = $2`,
} as const;

/** Judges one event against its ticket's whole history, with an announcement for each earlier verdict it changes. */
export async function planWithHistory(db: Queryable, pending: Pending): Promise<PlannedGroup> {
  const { incoming, fact } = pending;
  if (fact === null || incoming.ticketId === null) throw new Error('an event of no ticket has no history');
  const { tenant, ticketId } = incoming;
  // The head first: what is appended after it was read fails the comparison of revisions.
  const head = (await readHeads(db, [{ tenant, ticketId }])).get(0) ?? null;
  // Itself too, where another node was faster: the append then refuses this copy as a duplicate.
  const stored = (await readTicket(db, tenant, ticketId)).filter(
    (event) => !isOwn(event) && identityOf(event.source, event.dedupeKey) !== pending.identity,
  );
  const judged = rejudge(head, stored.map(factOfStored), fact);
  const version = (head?.version ?? 0) + (judged.verdict === 'rejected' ? 0 : 1);
  const judgement = {
    ...judgementOf(pending, judged, head, true),
    version: judged.verdict === 'rejected' ? null : version,
  };
  const planned = plannedGroup(incoming.partitionKey, pending, head, judged.head, [{ pending, judgement }]);
  if (judged.changes.length === 0) return planned;
  const byRef = new Map(stored.map((event) => [factOfStored(event).ref, event]));
  const announcements = [];
  for (const [index, change] of judged.changes.entries()) {
    const original = byRef.get(change.of.ref);
    if (original === undefined)
      throw new Error(`a changed verdict of an event that is not stored: ${change.of.ref}`);
    const own = announcement(incoming, fact, judged, change, original, await personalOf(db, original));
    announcements.push(judgedEvent(own, seal(own), ownJudgement(judged, change, version + index + 1)));
  }
  return { ...planned, group: { ...planned.group, events: [...planned.group.events, ...announcements] } };
}

async function personalOf(db: Queryable, event: StoredEvent): Promise<Json> {
  const rows = await db.query<{ personal: Json }>({ ...READ_PERSONAL, values: [event.lane, event.position] });
  return rows[0]?.personal ?? {};
}

/** It happened when we learned of it: with the event that changed our mind. */
function announcement(
  cause: Incoming,
  causeFact: Fact,
  judged: Rejudged,
  change: VerdictChange,
  original: StoredEvent,
  personal: Json,
): Incoming {
  const dedupeKey = `${change.announcement}:${change.of.ref}@${causeFact.ref}`;
  const body = {
    of_event_id: original.eventId,
    from: change.from,
    to: change.to,
    type: change.type,
    reason: change.reason,
    original: {
      source: original.source,
      event_id: original.eventId,
      type: original.type,
      schema_version: original.schemaVersion,
      occurred_at: instant(original.occurredAt),
      claimed_at: original.claimedAt === null ? null : instant(original.claimedAt),
      received_at: instant(original.receivedAt),
      source_type: original.sourceType,
      data: original.data,
      personal,
    },
    after: { ...judged.after },
  };
  return ownIncoming({
    tenant: original.tenant,
    ticketId: cause.ticketId ?? '',
    type: change.announcement,
    dedupeKey,
    occurredAt: cause.receivedAt,
    receivedAt: cause.receivedAt,
    correlationId: cause.correlationId,
    causationId: cause.eventId,
    traceparent: cause.traceparent,
    body,
  });
}

function ownJudgement(judged: Rejudged, change: VerdictChange, version: number): Judgement {
  return {
    type: change.announcement,
    version,
    verdict: 'accepted',
    reason: null,
    flags: [],
    after: judged.after,
    // Finds the latest word on an event when its first answer is repeated.
    naturalKey: `of:${change.of.ref}`,
    naturalKnown: true,
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
