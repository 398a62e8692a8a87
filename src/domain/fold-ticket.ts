import { type Fact, isOpening, mayBeCreation, type Opening } from './fact';
import { compareKeys, creationKey, orderKey, type OrderKey, rankOf } from './order';
import { remember, repetitionOf, type SeenKeys } from './repetition';
import { type Step } from './step';
import { creationStep, nextStep } from './take-step';
import { effectiveAt, type TicketHead } from './ticket-head';
import { type Judgement } from './verdict';

export interface TicketFold {
  readonly head: TicketHead;
  /** By `ref`: the verdict of every event as of now. */
  readonly verdicts: ReadonlyMap<string, Judgement>;
  /** In the order in which things happened. Whatever is derived from a ticket is derived from these. */
  readonly steps: readonly Step[];
  /** What the next event in order could be a repetition of. */
  readonly seen: Readonly<SeenKeys>;
}

interface Placed {
  readonly fact: Fact;
  readonly key: OrderKey;
}

/** The truth of a ticket: its events in the order in which they happened, whatever the order of arrival. */
export function foldTicket(facts: readonly Fact[]): TicketFold {
  const creation = creationOf(facts);
  const seen: SeenKeys = new Set();
  const steps: Step[] = [];
  for (const { fact, key } of place(facts, creation)) {
    steps.push(fact === creation ? creationStep(creation) : stepBehind(steps, seen, fact, key));
    remember(seen, fact, steps.at(-1)?.judgement.verdict === 'rejected');
  }
  return foldOf(steps, seen);
}

/**
 * The same fold, had the facts been there from the beginning, without going through the ticket again. Null when one of
 * them is not the last in the ticket's truth, or may be its creation: then all has to be folded.
 */
export function extendFold(fold: TicketFold, facts: readonly Fact[]): TicketFold | null {
  const [first] = facts;
  // Found out before anything is copied.
  if (first !== undefined && keyBehind(fold.steps, first) === null) return null;
  const steps = [...fold.steps];
  const seen = new Set(fold.seen);
  for (const fact of facts) {
    const key = keyBehind(steps, fact);
    if (key === null) return null;
    steps.push(stepBehind(steps, seen, fact, key));
    remember(seen, fact, steps.at(-1)?.judgement.verdict === 'rejected');
  }
  return foldOf(steps, seen);
}

/** Null for what is not the last, or may be the creation. */
function keyBehind(steps: readonly Step[], fact: Fact): OrderKey | null {
  const last = steps.at(-1);
  if (last === undefined) return null;
  const { head } = last;
  if (mayBeCreation(fact) && (head.creation_inferred || fact.occurredAt <= head.created_at)) return null;
  const key = orderKey(fact, effectiveAt(head, fact.occurredAt), rankOf(fact));
  return compareKeys(key, last.key) <= 0 ? null : key;
}

function stepBehind(steps: readonly Step[], seen: SeenKeys, fact: Fact, key: OrderKey): Step {
  return nextStep(steps.at(-1)?.head ?? null, fact, key, repetitionOf(seen, fact));
}

function foldOf(steps: readonly Step[], seen: SeenKeys): TicketFold {
  const last = steps.at(-1);
  if (last === undefined) throw new Error('a ticket has at least one event');
  return new Folded(last.head, steps, seen);
}

/**
 * Few ask for the verdicts, and a map for each event of a ticket is much to keep. A class: V8 keeps the getter of an object
 * literal, and with it the ticket, until the next full garbage collection.
 */
class Folded implements TicketFold {
  #verdicts: ReadonlyMap<string, Judgement> | undefined;

  constructor(
    readonly head: TicketHead,
    readonly steps: readonly Step[],
    readonly seen: Readonly<SeenKeys>,
  ) {}

  get verdicts(): ReadonlyMap<string, Judgement> {
    return (this.#verdicts ??= new Map(this.steps.map(({ fact, judgement }) => [fact.ref, judgement])));
  }
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
