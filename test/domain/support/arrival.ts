import { type Fact } from '../../../src/domain/fact';
import { judge, type Judged } from '../../../src/domain/judge';
import { naturalKey } from '../../../src/domain/natural-key';
import { rejudge, type Rejudged, type VerdictChange } from '../../../src/domain/rejudge';
import { type TicketHead } from '../../../src/domain/ticket-head';
import { type Verdict } from '../../../src/domain/verdict';

export interface Arrival {
  readonly fact: Fact;
  readonly before: TicketHead | null;
  readonly history: readonly Fact[];
  /** The store's index already knew the natural key. */
  readonly keyKnown: boolean;
  /** Null when the head alone did not suffice. */
  readonly fast: Judged | null;
  readonly result: Judged;
  readonly changes: readonly VerdictChange[];
}

export interface Arrived {
  readonly arrivals: readonly Arrival[];
  readonly head: TicketHead | null;
  /** The verdict at arrival, overlaid with the announcements since. */
  readonly current: ReadonlyMap<string, { readonly verdict: Verdict; readonly type: string }>;
}

/** What the event store does with the events of one ticket, one after the other. */
export function arrive(deliveries: readonly Fact[]): Arrived {
  const arrivals: Arrival[] = [];
  const history: Fact[] = [];
  const keys = new Set<string>();
  const current = new Map<string, { verdict: Verdict; type: string }>();
  let head: TicketHead | null = null;
  for (const fact of deliveries) {
    if (current.has(fact.ref)) continue;
    const key = naturalKey(fact);
    const keyKnown = key !== null && keys.has(key);
    const fast: Judged | null = keyKnown ? null : judge(head, fact);
    const { changes, ...result }: Rejudged =
      fast === null ? rejudge(head, history, fact) : { ...fast, changes: [] };
    arrivals.push({ fact, before: head, history: [...history], keyKnown, fast, result, changes });
    current.set(fact.ref, { verdict: result.verdict, type: result.type });
    for (const change of changes) current.set(change.of.ref, { verdict: change.to, type: change.type });
    if (key !== null) keys.add(key);
    history.push(fact);
    head = result.head;
  }
  return { arrivals, head, current };
}

/** What must come out the same whatever the order: versions and revisions are facts of arrival. */
export function withoutCounts(head: TicketHead | null): object | null {
  return head === null ? null : { ...head, version: 0, revision: 0 };
}
