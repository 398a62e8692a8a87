import { type CloseReason, type Status } from './lifecycle';
import { type OrderKey } from './order';

export type Origin = 'customer' | 'agent' | 'unknown';

/**
 * All the guard needs to judge an event that is not late, without the ticket's history. Rewritten at every
 * append and stored as JSON, so nothing in it may grow with the ticket. Instants are ms UTC.
 */
export interface TicketHead {
  /** Counts what has a version: every stored event of the ticket but the rejected ones. */
  readonly version: number;
  /** Counts every stored event of the ticket: what the append compares and sets. */
  readonly revision: number;
  readonly status: Status;
  readonly close_reason: CloseReason | null;
  readonly merged_into: string | null;
  readonly cycle_no: number;
  readonly assignee_id: string | null;
  readonly team_id: string | null;
  readonly priority: string | null;
  readonly origin: Origin;
  readonly customer_id: string | null;
  readonly channel_type: string | null;
  readonly created_at: number;
  readonly creation_inferred: boolean;
  /** The last claim of the sender, canonical where known, else as sent. Null while nothing was claimed. */
  readonly upstream_status: string | null;
  readonly is_diverged: boolean;
  /** The latest of all the sender's events, rejected ones and repetitions included. */
  readonly last_event_at: number;
  /** Last among the events that can change status, owner or priority: what comes after it is in order. */
  readonly last_key: OrderKey | null;
  /** Instants of the last event about each, so that a late event about another can still be judged at once. */
  readonly status_at: number | null;
  readonly owner_at: number | null;
  readonly priority_at: number | null;
}

/** The ticket's state as published with every event. */
export interface After {
  readonly status: Status;
  readonly close_reason: CloseReason | null;
  readonly assignee: string | null;
  readonly cycle_no: number;
}

export function afterOf(head: TicketHead): After {
  return {
    status: head.status,
    close_reason: head.close_reason,
    assignee: head.assignee_id,
    cycle_no: head.cycle_no,
  };
}

/** An announcement of casetrail's own takes a place in the ticket and says nothing new about it. */
export function headAfterOwnEvent(head: TicketHead): TicketHead {
  return { ...head, version: head.version + 1, revision: head.revision + 1 };
}

/** A ticket before its first event. */
export function blankHead(at: number, creationInferred: boolean): TicketHead {
  return {
    version: 0,
    revision: 0,
    status: 'open',
    close_reason: null,
    merged_into: null,
    cycle_no: 1,
    assignee_id: null,
    team_id: null,
    priority: null,
    origin: 'unknown',
    customer_id: null,
    channel_type: null,
    created_at: at,
    creation_inferred: creationInferred,
    upstream_status: null,
    is_diverged: false,
    last_event_at: at,
    last_key: null,
    status_at: null,
    owner_at: null,
    priority_at: null,
  };
}

/** Nothing happens before the creation. An inferred creation binds nobody: it moves back with its evidence. */
export function effectiveAt(head: TicketHead, occurredAt: number): number {
  return head.creation_inferred ? occurredAt : Math.max(occurredAt, head.created_at);
}
