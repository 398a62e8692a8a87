import { type Fact } from '../fact';
import { type Breach, type ClockSpan } from './clock';
import { type Basis, type Policy, type SlaMetric } from './policy';

/** Something promised to a customer, as the events have it; whether a policy has a target for it is another matter. */
export interface Commitment {
  readonly metric: SlaMetric;
  /** Of its metric, by the ticket: the first cycle, the second waiting … */
  readonly no: number;
  readonly startedAt: number;
  readonly startedBy: Fact;
  readonly startedIn: number;
  readonly priority: string | null;
  /** No event tells of its beginning, so it cannot be judged. */
  readonly inferred: boolean;
  readonly stop: Stop | null;
  /** How the time from the start to the stop is spent, without holes. */
  readonly passages: (policy: Policy) => readonly Passage[];
}

export interface Stop {
  readonly at: number;
  readonly by: Fact;
  readonly index: number;
  /** Null: kept. Else why nobody kept it. */
  readonly unkept: CancelReason | null;
}

export interface Passage {
  readonly kind: ClockSpan['kind'];
  readonly from: number;
  /** Null: until now. */
  readonly to: number | null;
  readonly by: Fact;
}

export type CancelReason =
  | 'resolved_without_reply'
  | 'inferred_start'
  | 'policy_removed'
  | 'merged'
  | 'spam'
  | 'duplicate'
  | 'deleted';

export type Stage = 'running' | 'paused' | 'completed' | 'cancelled';
export type Outcome = 'on_track' | 'at_risk' | 'breaching' | 'met' | 'breached' | 'cancelled';

export interface SlaEvent {
  readonly type: 'activate' | 'pause' | 'resume' | 'retarget' | 'warn' | 'breach' | 'fulfil' | 'cancel';
  readonly at: number;
  /** Null for what time alone brings about. */
  readonly by: Fact | null;
  readonly target: number;
  readonly elapsed: number;
}

/** Durations in ms, instants in ms UTC. */
export interface SlaInstance {
  readonly metric: SlaMetric;
  readonly no: number;
  readonly policyId: string | null;
  readonly policyVersion: number;
  readonly scheduleId: string;
  readonly basis: Basis;
  readonly target: number;
  readonly startedAt: number;
  readonly startedBy: Fact;
  readonly stoppedAt: number | null;
  readonly stoppedBy: Fact | null;
  readonly stage: Stage;
  readonly outcome: Outcome;
  readonly cancelReason: CancelReason | null;
  readonly breach: Breach | null;
  readonly elapsed: number;
  readonly paused: number;
  /** What was run over the target that was missed; 0 when none was. */
  readonly overrun: number;
  /** Null while paused, and when out of reach. */
  readonly dueAt: number | null;
  readonly dueOutOfReach: boolean;
  readonly originalDueAt: number | null;
  /** Reached or foreseen; null while paused before it. */
  readonly warnAt: number | null;
  /** From when on it will count as broken if nothing happens; null once it is, or cannot be. */
  readonly breaksAt: number | null;
  /** When the policy will be taken away if nothing happens before. */
  readonly removedAt: number | null;
  /** While running: elapsed = elapsedAtAnchor + the SLA's own time since anchorAt. */
  readonly anchorAt: number;
  readonly elapsedAtAnchor: number;
  readonly pausedAtAnchor: number;
  readonly spans: readonly ClockSpan[];
  readonly events: readonly SlaEvent[];
}
