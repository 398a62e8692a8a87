import { type Fact } from '../../src/domain/fact';
import { foldTicket } from '../../src/domain/fold-ticket';
import { naturalKey } from '../../src/domain/natural-key';
import { assigned, closed, created, says, START, status } from './support/story';

const judgement = (id: string, ...facts: readonly Fact[]) => foldTicket(facts).verdicts.get(`acme/${id}`);
const head = (...facts: readonly Fact[]) => foldTicket(facts).head;

describe('a natural duplicate', () => {
  it('is known by message, or by previous status, new status and instant', () => {
    expect(naturalKey(says(1, 'customer', 'm1'))).toBe('m:m1');
    expect(naturalKey(created(0, { initial_message: { message_id: 'm1' } }))).toBe('m:m1');
    expect(naturalKey(created(0))).toBeNull();
    expect(naturalKey(status(1, 'In Progress', 'Waiting'))).toBe(`s:in_progress>open@${START + 60_000}`);
    expect(naturalKey(status(1, null, 'Arch Ived'))).toBe(`s:>arch_ived@${START + 60_000}`);
    expect(naturalKey(assigned(1, 'A1'))).toBeNull();
  });

  it('changes nothing: the smallest stays', () => {
    const facts = [
      created(0),
      status(1, 'open', 'closed', { id: 'a' }),
      status(1, 'open', 'closed', { id: 'b' }),
    ];
    expect(judgement('a', ...facts)).toMatchObject({ verdict: 'accepted' });
    expect(judgement('b', ...facts)).toMatchObject({ verdict: 'noop', reason: 'natural_duplicate' });
  });

  it('is also the message that the opening carried', () => {
    const facts = [
      created(0, { initial_message: { message_id: 'm1' } }),
      says(0, 'customer', 'm1', { id: 'copy' }),
    ];
    expect(judgement('copy', ...facts)).toMatchObject({ verdict: 'noop', reason: 'natural_duplicate' });
  });

  it('is the same opening sent again, even long after', () => {
    const open = { initial_message: { message_id: 'm1' } };
    const facts = [created(0, open), status(1, 'open', 'closed'), created(9, open, { id: 'copy' })];
    expect(judgement('copy', ...facts)).toMatchObject({ verdict: 'noop', reason: 'natural_duplicate' });
    expect(head(...facts).status).toBe('closed');
  });

  it('is not a reopening whose message arrived before it', () => {
    const story = [created(0), status(1, 'open', 'closed'), says(9, 'customer', 'm5')];
    const reopening = created(9.1, { initial_message: { message_id: 'm5' } }, { id: 'back' });
    const fold = foldTicket([...story, reopening]);
    expect(fold.verdicts.get('acme/back')).toMatchObject({ verdict: 'accepted' });
    expect(fold.steps.at(-1)?.message).toBeNull();
  });

  it('is not the message of a refused opening', () => {
    const refused = created(2, { initial_message: { message_id: 'm5' } }, { id: 'back' });
    const facts = [created(0), closed(1, 'merged'), refused, says(3, 'customer', 'm5', { id: 'm' })];
    expect(judgement('m', ...facts)).toMatchObject({ verdict: 'accepted' });
  });
});
