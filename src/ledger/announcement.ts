import { type EventType } from '../domain/event-types';
import { afterOf, headAfterOwnEvent, type TicketHead } from '../domain/ticket-head';
import { laneOf, ticketKey } from '../kernel/ticket-key';
import { type Queryable } from '../platform/postgres/database';
import { type AppendGroup } from './append-statement';
import { type JudgedEvent, judgedEvent, seal } from './judged-event';
import { type OwnEvent, ownIncoming } from './own-event';
import { readHeads } from './reading';

/** What casetrail found out about a ticket by itself. */
export type Announcement = OwnEvent & { readonly type: Extract<EventType, `sla.${string}`> };

/** Of one ticket. Null when it is no longer as it was when it had so many events. */
export async function announcedGroup(
  db: Queryable,
  announcements: readonly Announcement[],
  revision: number,
  lanes: number,
): Promise<AppendGroup | null> {
  const [first] = announcements;
  if (first === undefined) return null;
  const { tenant, ticketId } = first;
  const head = (await readHeads(db, [first])).get(0);
  if (head?.revision !== revision) return null;
  let next = head;
  const events = announcements.map((announcement) => {
    next = headAfterOwnEvent(next);
    return judged(announcement, next);
  });
  const lane = laneOf(ticketKey(tenant, ticketId), lanes);
  return { lane, tenant, ticketId, expectedRevision: revision, head: next, events };
}

function judged(announcement: Announcement, head: TicketHead): JudgedEvent {
  const incoming = ownIncoming(announcement);
  return judgedEvent(incoming, seal(incoming), {
    type: announcement.type,
    version: head.version,
    verdict: 'accepted',
    reason: null,
    flags: [],
    after: afterOf(head),
    naturalKey: null,
    naturalKnown: true,
  });
}
