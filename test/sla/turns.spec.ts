import { at as event, closed, created, says, status } from '../domain/support/story';
import { at, told } from './support/setting';

const gap = (minute: number, previous: string, next: string) => status(minute, previous, next);

describe('the turns in which a customer waits', () => {
  it('begin with the oldest unanswered message and end with an answer or the solution', () => {
    const facts = [
      created(0, { initial_message: { message_id: 'm0' } }),
      says(1, 'customer', 'm1'),
      says(5, 'agent', 'm2'),
      says(10, 'customer', 'm3'),
      says(12, 'customer', 'm4'),
      status(20, 'open', 'resolved'),
      says(25, 'customer', 'm5'),
    ];
    const figures = told(facts, 30);
    expect(figures.turns).toMatchObject([
      {
        kind: 'first',
        seconds: 300,
        customer_messages: 1,
        trigger_message_id: 'm0',
        answer_message_id: 'm2',
      },
      {
        kind: 'next',
        waiting_since: at(10),
        seconds: 600,
        outcome: 'closed_unanswered',
        customer_messages: 2,
      },
    ]);
    expect(figures).toMatchObject({ unanswered_seconds: 900, customer_messages: 4, agent_turns: 1 });
    expect(figures.sla[1]).toMatchObject({
      metric: 'next_response',
      stage: 'cancelled',
      cancel_reason: 'resolved_without_reply',
    });
  });

  it('go on in pending: parking a ticket is no answer', () => {
    const facts = [created(0), status(10, 'open', 'pending'), says(80, 'agent', 'm1')];
    expect(told(facts, 90).sla[0]).toMatchObject({
      breached: true,
      breached_at: at(60),
      elapsed_seconds: 4800,
    });
  });

  it('begin at a reopening when the last public word was the customer’s, and never before it', () => {
    const facts = [
      created(0),
      says(5, 'agent', 'm1'),
      status(10, 'open', 'resolved'),
      says(20, 'customer', 'm2'),
      status(1440, 'resolved', 'open'),
      says(1450, 'agent', 'm3'),
    ];
    expect(told(facts, 1500).turns[1]).toMatchObject({
      waiting_since: at(1440),
      seconds: 600,
      trigger_message_id: 'm2',
    });
    expect(told(facts.slice(0, 3).concat(status(1440, 'resolved', 'open')), 1500).turns).toHaveLength(1);
  });

  it('are not judged when the reopening that begins them was only found out', () => {
    const facts = [
      created(0),
      says(5, 'agent', 'm1'),
      status(10, 'open', 'resolved'),
      says(20, 'customer', 'm2'),
      gap(60, 'in_progress', 'pending'),
    ];
    const figures = told(facts, 600);
    expect(figures).toMatchObject({ status: 'pending', reopen_count: 1, flags: ['transition_gap'] });
    expect(figures.sla.slice(1)).toMatchObject([
      { metric: 'next_response', stage: 'cancelled', cancel_reason: 'inferred_start', elapsed_seconds: 0 },
      { metric: 'resolution', instance_no: 1, stage: 'completed' },
      { metric: 'resolution', instance_no: 2, stage: 'cancelled', cancel_reason: 'inferred_start' },
    ]);
  });

  it('are cancelled by the name of the exclusion that closes them', () => {
    const figures = told(
      [created(0), says(5, 'agent', 'm1'), says(6, 'customer', 'm2'), closed(9, 'spam')],
      20,
    );
    expect(figures.sla[1]).toMatchObject({ metric: 'next_response', cancel_reason: 'spam' });
  });

  it('count three messages in a row as one touch, and start anew when the customer writes', () => {
    const facts = [
      created(0),
      says(1, 'agent', 'm1'),
      says(2, 'system', 'm2'),
      says(3, 'agent', 'm3'),
      says(4, 'agent', 'm4', { private: true }),
      says(5, 'agent', 'm5'),
    ];
    expect(told(facts, 6)).toMatchObject({ agent_turns: 1, public_agent_messages: 3, private_notes: 1 });
    const more = [...facts, says(6, 'customer', 'm6'), says(7, 'agent', 'm7')];
    expect(told(more, 8)).toMatchObject({ agent_turns: 2, is_one_touch: false });
  });

  it('do not begin with what is sent twice', () => {
    const again = event(9, 'message.received', { message_id: 'm1', sender: { type: 'customer' } });
    const figures = told([created(0), says(1, 'customer', 'm1'), says(5, 'agent', 'm2'), again], 10);
    expect(figures.turns).toHaveLength(1);
    expect(figures).toMatchObject({ duplicates_by_natural_key: 1, customer_messages: 1 });
  });
});
