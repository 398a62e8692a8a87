export const statuses = [
  'open',
  'assigned',
  'in_progress',
  'pending',
  'on_hold',
  'resolved',
  'closed',
] as const;
export type Status = (typeof statuses)[number];

export type StatusCategory = 'active' | 'waiting_customer' | 'waiting_third_party' | 'done';

export const closeReasons = [
  'resolved',
  'auto',
  'merged',
  'spam',
  'duplicate',
  'abandoned',
  'deleted',
] as const;
export type CloseReason = (typeof closeReasons)[number];

export const categoryOf: Readonly<Record<Status, StatusCategory>> = {
  open: 'active',
  assigned: 'active',
  in_progress: 'active',
  pending: 'waiting_customer',
  on_hold: 'waiting_third_party',
  resolved: 'done',
  closed: 'done',
};

export function isDone(status: Status): boolean {
  return status === 'resolved' || status === 'closed';
}

/** `start`: a ticket may begin there. `gap`: it begins open and is moved there at the same instant. */
export const creation = {
  open: 'start',
  assigned: 'start',
  in_progress: 'start',
  pending: 'gap',
  on_hold: 'gap',
  resolved: 'gap',
  closed: 'gap',
} as const satisfies Record<Status, 'start' | 'gap'>;

export type Cell = 'yes' | 'noop' | 'reopen' | 'reject';

/**
 * Permissive among the states that are not done, because webhooks get lost and a skipped step is normal
 * traffic. Strict where a wrong move would damage figures: leaving done without reopening, and
 * closed -> resolved, which would move the solution time.
 * Two rules need more than the pair of states: closed -> closed with another close reason is a move, and
 * nothing leaves a merged ticket.
 */
// prettier-ignore
export const transitions: Readonly<Record<Status, Readonly<Record<Status, Cell>>>> = {
  open:        { open: 'noop',   assigned: 'yes',    in_progress: 'yes',    pending: 'yes',    on_hold: 'yes',    resolved: 'yes',    closed: 'yes'  },
  assigned:    { open: 'yes',    assigned: 'noop',   in_progress: 'yes',    pending: 'yes',    on_hold: 'yes',    resolved: 'yes',    closed: 'yes'  },
  in_progress: { open: 'yes',    assigned: 'yes',    in_progress: 'noop',   pending: 'yes',    on_hold: 'yes',    resolved: 'yes',    closed: 'yes'  },
  pending:     { open: 'yes',    assigned: 'yes',    in_progress: 'yes',    pending: 'noop',   on_hold: 'yes',    resolved: 'yes',    closed: 'yes'  },
  on_hold:     { open: 'yes',    assigned: 'yes',    in_progress: 'yes',    pending: 'yes',    on_hold: 'noop',   resolved: 'yes',    closed: 'yes'  },
  resolved:    { open: 'reopen', assigned: 'reopen', in_progress: 'reopen', pending: 'reject', on_hold: 'reject', resolved: 'noop',   closed: 'yes'  },
  closed:      { open: 'reopen', assigned: 'reopen', in_progress: 'reopen', pending: 'reject', on_hold: 'reject', resolved: 'reject', closed: 'noop' },
};

export function isMove(from: Status, to: Status): boolean {
  const cell = transitions[from][to];
  return cell === 'yes' || cell === 'reopen';
}

export function isMerged(status: Status, closeReason: CloseReason | null): boolean {
  return status === 'closed' && closeReason === 'merged';
}

/** What a refused sender may claim instead. */
export function allowedNext(status: Status, closeReason: CloseReason | null): readonly Status[] {
  return isMerged(status, closeReason) ? [] : statuses.filter((to) => isMove(status, to));
}

const excludingReasons: ReadonlySet<CloseReason> = new Set(['merged', 'spam', 'duplicate', 'deleted']);

export function isExcludedFromMetrics(closeReason: CloseReason | null): boolean {
  return closeReason !== null && excludingReasons.has(closeReason);
}
