import {
  allowedNext,
  type Cell,
  creation,
  isExcludedFromMetrics,
  type Status,
  statuses,
  transitions,
} from '../../src/domain/lifecycle';
import { normaliseCloseReason, normaliseStatus, statusName } from '../../src/domain/status-names';
import { foldTicket } from '../../src/domain/fold-ticket';
import golden from '../golden/sla-golden.json';
import { closed, created, status } from './support/story';

/** Written by hand from the rulings, not from the code. */
const table: Record<Status, string> = {
  open: 'noop yes yes yes yes yes yes',
  assigned: 'yes noop yes yes yes yes yes',
  in_progress: 'yes yes noop yes yes yes yes',
  pending: 'yes yes yes noop yes yes yes',
  on_hold: 'yes yes yes yes noop yes yes',
  resolved: 'reopen reopen reopen reject reject noop yes',
  closed: 'reopen reopen reopen reject reject reject noop',
};
const cells = statuses.flatMap((from) =>
  table[from].split(' ').map((cell, index) => [from, statuses[index] ?? 'open', cell as Cell] as const),
);

const verdictOf: Record<Cell, string> = {
  yes: 'accepted',
  reopen: 'accepted',
  noop: 'noop',
  reject: 'rejected',
};

describe('the table of transitions', () => {
  it.each(cells)('%s -> %s is %s', (from, to, cell) => {
    expect(transitions[from][to]).toBe(cell);
    const fold = foldTicket([created(0), status(1, null, from), status(2, from, to, { id: 'claim' })]);
    expect(fold.verdicts.get('acme/claim')?.verdict).toBe(verdictOf[cell]);
    expect(fold.head.status).toBe(cell === 'reject' ? from : to);
    expect(fold.head.cycle_no).toBe(cell === 'reopen' ? 2 : 1);
    expect(fold.head.upstream_status).toBe(to);
    expect(fold.head.is_diverged).toBe(cell === 'reject');
  });

  it('agrees with the golden file', () => {
    const { allowed, initial, category } = golden.state_machine;
    for (const from of statuses)
      expect([...allowedNext(from, null)].sort()).toEqual([...allowed[from]].sort());
    expect(statuses.filter((to) => creation[to] === 'start')).toEqual(initial);
    expect(Object.keys(category)).toEqual([...statuses]);
  });

  it('lets nothing leave a merged ticket', () => {
    expect(allowedNext('closed', 'merged')).toEqual([]);
    for (const to of statuses.filter((name) => name !== 'closed')) {
      const fold = foldTicket([created(0), closed(1, 'merged'), status(2, 'open', to, { id: 'exit' })]);
      expect(fold.verdicts.get('acme/exit')).toMatchObject({
        verdict: 'rejected',
        reason: 'merged_is_final',
      });
      expect(fold.head.status).toBe('closed');
    }
  });
});

describe('names of statuses', () => {
  it('are read as the golden file reads them', () => {
    for (const [raw, canonical] of Object.entries(golden.state_machine.status_map)) {
      expect(normaliseStatus(raw)).toBe(canonical);
    }
  });

  it('may differ in case, in spaces around them, and in space, hyphen and underscore', () => {
    expect(normaliseStatus('  In-Progress ')).toBe('in_progress');
    expect(normaliseStatus('ON HOLD')).toBe('on_hold');
    expect(normaliseStatus('Archived')).toBeNull();
    expect(normaliseStatus('')).toBeNull();
    expect(statusName(' Arch-Ived')).toBe('arch_ived');
  });

  it('leave the figures alone for the close reasons that mean the ticket was not a case', () => {
    expect(
      ['merged', 'Spam', 'duplicate', 'deleted'].map(normaliseCloseReason).map(isExcludedFromMetrics),
    ).toEqual([true, true, true, true]);
    expect(['resolved', 'auto', 'abandoned', '?'].map(normaliseCloseReason).some(isExcludedFromMetrics)).toBe(
      false,
    );
  });
});
