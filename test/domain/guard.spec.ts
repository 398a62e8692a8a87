import { type Fact } from '../../src/domain/fact';
import { foldTicket } from '../../src/domain/fold-ticket';
import { assigned, at, closed, created, says, START, status } from './support/story';

const judgement = (id: string, ...facts: readonly Fact[]) => foldTicket(facts).verdicts.get(`acme/${id}`);
const head = (...facts: readonly Fact[]) => foldTicket(facts).head;

describe('openings', () => {
  it('are the creation when earliest, a reopening on a done ticket, else nothing', () => {
    const facts = [
      created(0, {}, { id: 'first' }),
      created(1, {}, { id: 'again' }),
      status(2, 'open', 'closed'),
      created(3, {}, { id: 'back' }),
    ];
    expect(judgement('first', ...facts)).toMatchObject({ verdict: 'accepted', type: 'ticket.created' });
    expect(judgement('again', ...facts)).toMatchObject({
      verdict: 'noop',
      type: 'ticket.reopened',
      reason: null,
    });
    expect(judgement('back', ...facts)).toMatchObject({ verdict: 'accepted', type: 'ticket.reopened' });
    expect(head(...facts)).toMatchObject({ status: 'open', cycle_no: 2, is_diverged: false });
  });

  it('are never the creation when the sender called them reopened', () => {
    const reopened = at(0, 'ticket.reopened', {}, { id: 'r', namedReopened: true });
    expect(head(reopened)).toMatchObject({ creation_inferred: true, origin: 'unknown', status: 'open' });
    expect(judgement('r', reopened, created(1, {}, { id: 'c' }))).toMatchObject({
      verdict: 'noop',
      type: 'ticket.reopened',
      flags: ['before_creation'],
    });
  });

  it('begin the ticket where they say, or open and moved there at once', () => {
    expect(head(created(0, { status: 'in progress' })).status).toBe('in_progress');
    expect(judgement('c', created(0, { status: 'pending' }, { id: 'c' }))).toMatchObject({
      verdict: 'accepted_gap',
      flags: ['transition_gap'],
    });
    const steps = foldTicket([created(0, { status: 'resolved' })]).steps;
    expect(steps[0]?.moves).toEqual([
      { from: null, to: 'open', inferred: false },
      { from: 'open', to: 'resolved', inferred: false },
    ]);
  });

  it('begin open when the status they name is unknown, and show that the sender disagrees', () => {
    expect(head(created(0, { status: 'Triage' }))).toMatchObject({
      status: 'open',
      upstream_status: 'Triage',
      is_diverged: true,
    });
  });

  it('make the agent an owner only with the status assigned', () => {
    expect(head(created(0, { status: 'assigned', agent_id: 'A1' })).assignee_id).toBe('A1');
    expect(head(created(0, { status: 'in_progress', agent_id: 'A1' })).assignee_id).toBeNull();
    expect(head(created(0, { agent_id: 'A1' })).assignee_id).toBeNull();
  });

  it('are refused on a merged ticket', () => {
    const facts = [created(0), closed(1, 'merged'), created(2, {}, { id: 'back' })];
    expect(judgement('back', ...facts)).toMatchObject({ verdict: 'rejected', reason: 'merged_is_final' });
    expect(head(...facts)).toMatchObject({ status: 'closed', upstream_status: 'open', is_diverged: true });
  });
});

describe('a creation that was never seen', () => {
  it('is inferred from the earliest event', () => {
    expect(head(status(3, 'open', 'pending'), assigned(2, 'A1'))).toMatchObject({
      creation_inferred: true,
      created_at: START + 2 * 60_000,
      status: 'pending',
      assignee_id: 'A1',
    });
  });

  it('begins the steps with an inferred move', () => {
    const { steps } = foldTicket([status(3, 'in progress', 'pending')]);
    expect(steps[0]?.moves).toEqual([
      { from: null, to: 'open', inferred: true },
      { from: 'open', to: 'pending', inferred: false },
    ]);
  });

  it('moves what claims to be earlier to its own instant when it arrives at last', () => {
    const early = says(1, 'agent', 'm2', { id: 'early' });
    const fold = foldTicket([early, created(2)]);
    expect(fold.steps.map((step) => step.at)).toEqual([START + 120_000, START + 120_000]);
    expect(fold.verdicts.get('acme/early')?.flags).toEqual(['before_creation']);
    expect(fold.head.creation_inferred).toBe(false);
  });
});

describe('a lost step', () => {
  it('is filled in from the status the sender came from', () => {
    const facts = [
      created(0),
      status(1, 'open', 'resolved'),
      status(2, 'in progress', 'pending', { id: 'gap' }),
    ];
    const fold = foldTicket(facts);
    expect(fold.verdicts.get('acme/gap')).toEqual({
      verdict: 'accepted_gap',
      reason: null,
      type: 'status.changed',
      flags: ['transition_gap'],
    });
    expect(fold.head).toMatchObject({ status: 'pending', cycle_no: 2 });
    expect(fold.steps[2]?.moves).toEqual([
      { from: 'resolved', to: 'in_progress', inferred: true },
      { from: 'in_progress', to: 'pending', inferred: false },
    ]);
  });

  it('is not filled in when one of the two steps would be illegal', () => {
    const facts = [created(0), closed(1, 'auto'), status(2, 'resolved', 'on_hold', { id: 'gap' })];
    expect(judgement('gap', ...facts)).toMatchObject({ verdict: 'rejected', reason: 'illegal_transition' });
  });

  it('does not bring a merged ticket back', () => {
    const facts = [created(0), closed(1, 'merged'), status(2, 'in progress', 'pending', { id: 'gap' })];
    expect(judgement('gap', ...facts)).toMatchObject({ verdict: 'rejected', reason: 'merged_is_final' });
  });
});

describe('a close reason', () => {
  it('can be corrected while the ticket stays closed', () => {
    const facts = [
      created(0),
      closed(1, 'auto'),
      closed(2, 'spam', { id: 'corrected' }),
      closed(3, 'spam', { id: 'same' }),
    ];
    expect(judgement('corrected', ...facts)).toMatchObject({ verdict: 'accepted' });
    expect(judgement('same', ...facts)).toMatchObject({ verdict: 'noop' });
    const fold = foldTicket(facts);
    expect(fold.head).toMatchObject({ close_reason: 'spam', cycle_no: 1 });
    expect(fold.steps[2]).toMatchObject({ moves: [], closeReason: { from: 'auto', to: 'spam' } });
  });

  it('is final once it is merged, which remembers into what', () => {
    const merged = at(1, 'status.changed', {
      new_status: 'closed',
      close_reason: 'Merged',
      merged_into: 'T2',
    });
    expect(head(created(0), merged)).toMatchObject({ close_reason: 'merged', merged_into: 'T2' });
    const facts = [
      created(0),
      merged,
      closed(2, 'spam', { id: 'other' }),
      closed(3, 'merged', { id: 'same' }),
    ];
    expect(judgement('other', ...facts)).toMatchObject({ verdict: 'rejected', reason: 'merged_is_final' });
    expect(judgement('same', ...facts)).toMatchObject({ verdict: 'noop' });
  });

  it('is forgotten at the reopening', () => {
    expect(head(created(0), closed(1, 'spam'), status(2, 'closed', 'open')).close_reason).toBeNull();
  });
});

describe('ticket.resolved', () => {
  it('resolves a ticket that is not done', () => {
    expect(head(created(0), at(1, 'ticket.resolved', {}))).toMatchObject({
      status: 'resolved',
      upstream_status: 'resolved',
    });
  });

  it('says nothing new about a done ticket, not even a claim', () => {
    const facts = [created(0), closed(1, 'auto'), at(2, 'ticket.resolved', {}, { id: 'r' })];
    expect(judgement('r', ...facts)).toMatchObject({ verdict: 'noop' });
    expect(head(...facts)).toMatchObject({ status: 'closed', upstream_status: 'closed', is_diverged: false });
  });
});

describe('the owner', () => {
  it('is set by an assignment and by the status assigned, and by no other status', () => {
    const on = (to: string) =>
      at(1, 'status.changed', { new_status: to, agent_id: 'A7', changed_by: { agent_id: 'A9' } });
    expect(head(created(0), assigned(1, 'A1')).assignee_id).toBe('A1');
    expect(head(created(0), on('assigned')).assignee_id).toBe('A7');
    expect(head(created(0), on('in progress')).assignee_id).toBeNull();
  });

  it('is nobody while the ticket waits in the queue of a group', () => {
    const given = head(created(0), assigned(1, 'A1'), assigned(2, null, 'G1'));
    expect(given).toMatchObject({ assignee_id: null, team_id: 'G1' });
    expect(head(created(0), assigned(1, null, 'G1'), assigned(2, 'A2'))).toMatchObject({
      assignee_id: 'A2',
      team_id: 'G1',
    });
  });
});
