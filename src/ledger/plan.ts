import { randomUUID } from 'node:crypto';
import { judge, type Judged } from '../domain/judge';
import { type TicketHead } from '../domain/ticket-head';
import { type AppendGroup, type StoredAt } from './append-statement';
import { judgedEvent, type Judgement } from './judged-event';
import { type Outcome } from './outcome';
import { type Pending } from './pending';

/** A fact of arrival: something later was known of its ticket already. */
const OUT_OF_ORDER = 'out_of_order';

/** A group ready to be appended, with the requests that wait for it (one per event, in the same order). */
export interface PlannedGroup {
  readonly key: string;
  readonly group: AppendGroup;
  readonly waiting: readonly { readonly pending: Pending; readonly judgement: Judgement }[];
}

export interface Plan {
  readonly groups: readonly PlannedGroup[];
  /** Tickets whose next event can only be judged with the ticket's whole history, with what waits behind it. */
  readonly needHistory: readonly (readonly Pending[])[];
}

/** Judges a batch in order of arrival against the heads. */
export function planBatch(batch: readonly Pending[], heads: (key: string) => TicketHead | null): Plan {
  const groups: PlannedGroup[] = [];
  const needHistory: Pending[][] = [];
  const tickets = new Map<string, Pending[]>();
  for (const pending of batch) {
    const key = pending.incoming.partitionKey;
    if (pending.fact === null) {
      groups.push(groupOfNoTicket(pending));
      continue;
    }
    const same = tickets.get(key);
    if (same === undefined) tickets.set(key, [pending]);
    else same.push(pending);
  }
  for (const [key, events] of tickets) {
    const { group, rest } = planTicket(key, events, heads(key));
    if (group !== undefined) groups.push(group);
    if (rest.length > 0) needHistory.push(rest);
  }
  return { groups, needHistory };
}

function planTicket(
  key: string,
  events: readonly Pending[],
  head: TicketHead | null,
): { group: PlannedGroup | undefined; rest: Pending[] } {
  const waiting: { pending: Pending; judgement: Judgement }[] = [];
  const natural = new Set<string>();
  let next = head;
  for (const pending of events) {
    const repeats = pending.needsHistory || (pending.naturalKey !== null && natural.has(pending.naturalKey));
    const judged = repeats || pending.fact === null ? null : judge(next, pending.fact);
    if (judged === null) break;
    if (pending.naturalKey !== null) natural.add(pending.naturalKey);
    waiting.push({ pending, judgement: judgementOf(pending, judged, next, false) });
    next = judged.head;
  }
  const rest = events.slice(waiting.length);
  const first = waiting[0];
  if (first === undefined) return { group: undefined, rest };
  return { group: plannedGroup(key, first.pending, head, next, waiting), rest };
}

export function plannedGroup(
  key: string,
  of: Pending,
  head: TicketHead | null,
  next: TicketHead | null,
  waiting: PlannedGroup['waiting'],
): PlannedGroup {
  return {
    key,
    waiting,
    group: {
      lane: of.lane,
      tenant: of.incoming.tenant,
      ticketId: of.incoming.ticketId,
      expectedRevision: head?.revision ?? 0,
      head: next,
      events: waiting.map(({ pending, judgement }) =>
        judgedEvent(pending.incoming, pending.content, judgement),
      ),
    },
  };
}

/** `before`: the ticket as it was when the event arrived. */
export function judgementOf(
  pending: Pending,
  judged: Judged,
  before: TicketHead | null,
  naturalKnown: boolean,
): Judgement {
  const isOutOfOrder = before !== null && pending.incoming.occurredAt < before.last_event_at;
  return {
    type: judged.type,
    version: judged.verdict === 'rejected' ? null : judged.head.version,
    verdict: judged.verdict,
    reason: judged.reason,
    flags: [...pending.incoming.flags, ...judged.flags, ...(isOutOfOrder ? [OUT_OF_ORDER] : [])],
    after: judged.after,
    naturalKey: pending.naturalKey,
    naturalKnown,
  };
}

function groupOfNoTicket(pending: Pending): PlannedGroup {
  const judgement: Judgement = {
    type: pending.incoming.type,
    version: null,
    verdict: null,
    reason: null,
    flags: pending.incoming.flags,
    after: null,
    naturalKey: null,
    naturalKnown: true,
  };
  return plannedGroup(pending.incoming.partitionKey, pending, null, null, [{ pending, judgement }]);
}

export function storedOutcome(pending: Pending, judgement: Judgement, at: StoredAt): Outcome {
  return {
    kind: 'stored',
    receipt: {
      lane: at.lane,
      position: at.position,
      eventId: pending.incoming.eventId,
      type: judgement.type,
      version: judgement.version,
      verdict: judgement.verdict,
      reason: judgement.reason,
      after: judgement.after,
    },
  };
}

export function newAttempt(groups: readonly PlannedGroup[]): string {
  const attempt = randomUUID();
  for (const { waiting } of groups) for (const { pending } of waiting) pending.attempts.add(attempt);
  return attempt;
}

export function pendingsOf({ waiting }: PlannedGroup): Pending[] {
  return waiting.map(({ pending }) => pending);
}
