import { type Fact, isOpening, mayBeCreation, type Opening } from './fact';
import { compareKeys, creationKey, orderKey, type OrderKey, rankOf } from './order';
import { remember, repetitionOf } from './repetition';
import { type Step } from './step';
import { creationStep, nextStep } from './take-step';
import { type TicketHead } from './ticket-head';
import { type Judgement } from './verdict';

export interface TicketFold {
  readonly head: TicketHead;
  /** By `ref`: the verdict of every event as of now. */
  readonly verdicts: ReadonlyMap<string, Judgement>;
  /** In the order in which things happened. Whatever is derived from a ticket is derived from these. */
  readonly steps: readonly Step[];
}

interface Placed {
  readonly fact: Fact;
  readonly key: OrderKey;
}

/** The truth of a ticket: its events in the order in which they happened, whatever the order of arrival. */
export function foldTicket(facts: readonly Fact[]): TicketFold {
  const creation = creationOf(facts);
  const seen = new Set<string>();
  const steps: Step[] = [];
  let head: TicketHead | null = null;
  for (const { fact, key } of place(facts, creation)) {
    const step: Step =
      fact === creation ? creationStep(creation) : nextStep(head, fact, key, repetitionOf(seen, fact));
    remember(seen, fact, step.judgement.verdict === 'rejected');
    steps.push(step);
    head = step.head;
  }
  if (head === null) throw new Error('a ticket has at least one event');
  const verdicts = new Map<string, Judgement>();
  for (const { fact, judgement } of steps) verdicts.set(fact.ref, judgement);
  return { head, steps, verdicts };
}

/** The earliest opening that its sender did not call a reopening; null while it is still missing. */
function creationOf(facts: readonly Fact[]): Opening | null {
  let creation: Opening | null = null;
  for (const fact of facts) {
    if (!isOpening(fact) || !mayBeCreation(fact)) continue;
    if (creation === null || compareKeys(creationKey(fact), creationKey(creation)) < 0) creation = fact;
  }
  return creation;
}

/** Nothing happens before the creation: what claims to is moved to its instant. */
function place(facts: readonly Fact[], creation: Opening | null): Placed[] {
  const start = creation?.occurredAt ?? -Infinity;
  return facts
    .map((fact) => ({
      fact,
      key:
        fact === creation
          ? creationKey(creation)
          : orderKey(fact, Math.max(fact.occurredAt, start), rankOf(fact)),
    }))
    .sort((a, b) => compareKeys(a.key, b.key));
}
