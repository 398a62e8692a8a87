import { type After } from '../domain/ticket-head';
import { type Reason, type Verdict } from '../domain/verdict';

/** How an event stands in the log. */
export interface Receipt {
  readonly lane: number;
  readonly position: number;
  readonly eventId: string;
  readonly type: string;
  readonly version: number | null;
  readonly verdict: Verdict | null;
  readonly reason: Reason | null;
  readonly after: After | null;
}

export type Outcome =
  | { readonly kind: 'stored'; readonly receipt: Receipt }
  | {
      readonly kind: 'duplicate';
      readonly first: Receipt;
      /** False: the same identity came with other content. */
      readonly sameContent: boolean;
      /** The first event's verdict today: a late event may have changed it. */
      readonly currentVerdict: Verdict | null;
    };

/**
 * What a copy of an event is told once the event itself was: a repetition of it. Null where only the store knows: the
 * event had another content than what is stored, so the copy must be compared with that.
 */
export function outcomeOfCopy(outcome: Outcome, sameContent: boolean): Outcome | null {
  if (outcome.kind === 'stored') {
    return {
      kind: 'duplicate',
      first: outcome.receipt,
      sameContent,
      currentVerdict: outcome.receipt.verdict,
    };
  }
  return outcome.sameContent ? { ...outcome, sameContent } : null;
}
