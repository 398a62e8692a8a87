import { type TicketEventType } from './event-types';

export const verdicts = ['accepted', 'accepted_gap', 'noop', 'rejected'] as const;
export type Verdict = (typeof verdicts)[number];

export const rejectReasons = ['illegal_transition', 'unknown_status', 'merged_is_final'] as const;
export type RejectReason = (typeof rejectReasons)[number];
export const verdictReasons = [...rejectReasons, 'natural_duplicate'] as const;
export type Reason = (typeof verdictReasons)[number];

/** What only the fold can find out about an event; future_clock and the like are facts of its arrival. */
export type FoldFlag = 'before_creation' | 'transition_gap';

export interface Judgement {
  readonly verdict: Verdict;
  readonly reason: Reason | null;
  /** An opening is stored as what it turned out to be: creation or reopening. */
  readonly type: TicketEventType;
  readonly flags: readonly FoldFlag[];
}

const NO_FLAGS: readonly FoldFlag[] = [];
const GAP: readonly FoldFlag[] = ['transition_gap'];
const BEFORE: readonly FoldFlag[] = ['before_creation'];
const BEFORE_AND_GAP: readonly FoldFlag[] = ['before_creation', 'transition_gap'];

export function foldFlags(beforeCreation: boolean, verdict: Verdict): readonly FoldFlag[] {
  if (verdict === 'accepted_gap') return beforeCreation ? BEFORE_AND_GAP : GAP;
  return beforeCreation ? BEFORE : NO_FLAGS;
}
