import { type Fact } from './fact';
import { foldTicket } from './fold-ticket';
import { type Judged } from './judge';
import { afterOf, type TicketHead } from './ticket-head';
import { type Judgement, type Reason, type Verdict } from './verdict';
import { type TicketEventType } from './event-types';

export interface VerdictChange {
  readonly of: Fact;
  readonly from: Verdict;
  readonly to: Verdict;
  /** The type it has now: a late opening can turn an earlier creation into a reopening. */
  readonly type: TicketEventType;
  readonly reason: Reason | null;
  readonly announcement: 'transition.reinstated' | 'transition.revoked';
}

export interface Rejudged extends Judged {
  /** Earlier events that are judged otherwise now that this one is known, in the order of the ticket's truth. */
  readonly changes: readonly VerdictChange[];
}

/**
 * Judges an event by the ticket's whole history (all its stored facts but casetrail's own), in any order.
 * `head` is the stored one: only it knows how many versions went to announcements. The returned head counts the
 * event and one announcement per change, so the store must append them all together.
 */
export function rejudge(head: TicketHead | null, history: readonly Fact[], fact: Fact): Rejudged {
  const fold = foldTicket([...history, fact]);
  const judgement = fold.verdicts.get(fact.ref);
  if (judgement === undefined) throw new Error(`event ${fact.ref} is missing from its own fold`);
  const changes = history.length === 0 ? [] : changesBetween(foldTicket(history).verdicts, fold.steps);
  const versions = changes.length + (judgement.verdict === 'rejected' ? 0 : 1);
  const next: TicketHead = {
    ...fold.head,
    version: (head?.version ?? 0) + versions,
    revision: (head?.revision ?? 0) + changes.length + 1,
  };
  return { ...judgement, head: next, after: afterOf(next), changes };
}

function changesBetween(
  before: ReadonlyMap<string, Judgement>,
  steps: readonly { readonly fact: Fact; readonly judgement: Judgement }[],
): VerdictChange[] {
  return steps.flatMap(({ fact, judgement }) => {
    const was = before.get(fact.ref);
    if (was === undefined || (was.verdict === judgement.verdict && was.type === judgement.type)) return [];
    const { verdict: to, type, reason } = judgement;
    const announcement = isReinstated(was.verdict, to) ? 'transition.reinstated' : 'transition.revoked';
    return [{ of: fact, from: was.verdict, to, type, reason, announcement }];
  });
}

/** Towards being counted; every other change takes something back that followers were told. */
function isReinstated(from: Verdict, to: Verdict): boolean {
  const counts = to === 'accepted' || to === 'accepted_gap';
  return (from === 'rejected' && (counts || to === 'noop')) || (from === 'noop' && counts);
}
