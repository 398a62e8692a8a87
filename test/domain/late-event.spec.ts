import { type Fact } from '../../src/domain/fact';
import { foldTicket } from '../../src/domain/fold-ticket';
import { judge } from '../../src/domain/judge';
import { rejudge } from '../../src/domain/rejudge';
import { headAfterOwnEvent } from '../../src/domain/ticket-head';
import { arrive } from './support/arrival';
import { assigned, at, closed, created, says, START, status } from './support/story';

const head = (...facts: readonly Fact[]) => foldTicket(facts).head;

describe('a late event', () => {
  it('reinstates what was refused for want of it', () => {
    const reopening = status(2, 'resolved', 'open', { id: 'reopening' });
    const refused = status(3, 'resolved', 'pending', { id: 'refused' });
    const { arrivals, head: last } = arrive([created(0), status(1, 'open', 'resolved'), refused, reopening]);
    expect(arrivals[2]?.result.verdict).toBe('rejected');
    expect(arrivals[3]?.changes).toEqual([
      {
        of: refused,
        from: 'rejected',
        to: 'accepted',
        type: 'status.changed',
        reason: null,
        announcement: 'transition.reinstated',
      },
    ]);
    // Created, resolved, reopened and the announcement; the refused event has no version.
    expect(last).toMatchObject({ status: 'pending', version: 4, revision: 5, is_diverged: false });
  });

  it('revokes what it makes impossible', () => {
    const pending = status(3, 'open', 'pending', { id: 'pending' });
    const { arrivals } = arrive([created(0), pending, closed(2, 'merged')]);
    expect(arrivals[2]?.changes).toMatchObject([
      { from: 'accepted', to: 'rejected', reason: 'merged_is_final', announcement: 'transition.revoked' },
    ]);
  });

  it('takes the creation over from a later opening', () => {
    const later = created(5, {}, { id: 'later' });
    const { arrivals, head: last } = arrive([later, created(0)]);
    expect(arrivals[1]?.changes).toMatchObject([
      { from: 'accepted', to: 'noop', type: 'ticket.reopened', announcement: 'transition.revoked' },
    ]);
    expect(last?.created_at).toBe(START);
  });

  it('needs no history when it is a message, or an assignment or priority that something later replaced', () => {
    const now = head(
      created(0),
      assigned(5, 'A2'),
      at(6, 'priority.changed', { priority: 'high' }),
      closed(9, 'auto'),
    );
    expect(judge(now, says(1, 'agent', 'm9'))).toMatchObject({ verdict: 'accepted' });
    expect(judge(now, assigned(3, 'A1'))?.head.assignee_id).toBe('A2');
    expect(judge(now, assigned(7, 'A3'))?.head.assignee_id).toBe('A3');
    expect(judge(now, at(3, 'priority.changed', { priority: 'low' }))?.head.priority).toBe('high');
    expect(judge(now, assigned(5, 'A1'))).toBeNull();
    expect(judge(now, status(3, 'open', 'pending'))).toBeNull();
  });

  it('is judged like the first when the ticket has no history', () => {
    const first = created(0);
    expect(rejudge(null, [], first)).toEqual({ ...judge(null, first), changes: [] });
  });
});

describe("casetrail's own events", () => {
  it('move version and revision and nothing else', () => {
    const before = head(created(0));
    expect(headAfterOwnEvent(before)).toEqual({ ...before, version: 2, revision: 2 });
  });
});
