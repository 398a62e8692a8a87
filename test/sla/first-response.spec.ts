import { assigned, at as event, closed, created, says, status } from '../domain/support/story';
import { at, setting, told } from './support/setting';

const replyBy = (minute: number, agentId: string, messageId: string) =>
  event(minute, 'message.received', { message_id: messageId, sender: { type: 'agent', agent_id: agentId } });

describe('the first response', () => {
  it('is the first public message of a human agent, credited to who sent it and not to the assignee', () => {
    const facts = [
      created(0),
      assigned(1, 'A1'),
      says(2, 'system', 'm1'),
      says(3, 'bot', 'm2'),
      says(4, 'agent', 'm3', { private: true }),
      replyBy(5, 'A2', 'm4'),
      replyBy(6, 'A3', 'm5'),
    ];
    expect(told(facts, 10)).toMatchObject({
      first_response_seconds: 300,
      first_response_agent_id: 'A2',
      first_response_source: 'message',
      private_notes: 1,
      public_agent_messages: 2,
      agents_replied_count: 2,
    });
  });

  it('has none when an agent wrote first; the customer then opens a normal turn', () => {
    const facts = [
      created(0, { origin: 'agent', agent_id: 'A1', initial_message: { message_id: 'm0' } }),
      says(10, 'customer', 'm1'),
      replyBy(15, 'A1', 'm2'),
    ];
    const figures = told(facts, 20);
    expect(figures).toMatchObject({
      first_response_applicable: false,
      first_response_at: null,
      first_response_seconds: null,
      turns: [{ kind: 'next', seconds: 300 }],
    });
    expect(figures.sla).toMatchObject([
      { metric: 'next_response', instance_no: 1, elapsed_seconds: 300 },
      { metric: 'resolution' },
    ]);
  });

  it('does not exist once the ticket was solved without one, whatever is written later', () => {
    const facts = [
      created(0),
      status(20, 'open', 'resolved'),
      replyBy(30, 'A1', 'm1'),
      status(40, 'resolved', 'open'),
      replyBy(50, 'A1', 'm2'),
    ];
    const figures = told(facts, 60);
    expect(figures).toMatchObject({
      first_response_at: null,
      first_response_seconds: null,
      resolved_without_reply: true,
      turns: [{ kind: 'first', outcome: 'closed_unanswered', seconds: 1200 }],
    });
    expect(figures.sla[0]).toMatchObject({ stage: 'cancelled', cancel_reason: 'resolved_without_reply' });
  });

  it('counts a reply in the same instant as the solution', () => {
    const facts = [created(0), replyBy(20, 'A1', 'm1'), status(20, 'open', 'resolved')];
    expect(told(facts, 30)).toMatchObject({
      first_response_seconds: 1200,
      resolved_without_reply: false,
      is_one_touch: true,
    });
  });

  it('is broken, not cancelled, when the unanswered ticket was solved after the deadline', () => {
    const figures = told([created(0), status(90, 'open', 'resolved')], 100);
    expect(figures.sla[0]).toMatchObject({
      stage: 'completed',
      outcome: 'breached',
      breached: true,
      breached_at: at(60),
      stopped_at: at(90),
      overrun_seconds: 1800,
      cancel_reason: null,
    });
  });

  it('falls back on the vendor only while no message is known, and that answers nothing else', () => {
    const sent = event(5, 'first_response.sent', { response_time: 299.5, agent_id: 'A1' });
    const figures = told([created(0), sent, status(20, 'open', 'resolved')], 30);
    expect(figures).toMatchObject({
      first_response_at: at(5),
      first_response_seconds: 300,
      first_response_source: 'vendor_event',
      first_response_agent_id: 'A1',
      vendor_first_response_delta_seconds: 0,
      resolved_without_reply: false,
      turns: [{ outcome: 'closed_unanswered' }],
    });
    expect(figures.sla[0]).toMatchObject({ stage: 'cancelled' });
    expect(told([created(0), sent, replyBy(7, 'A2', 'm1')], 30)).toMatchObject({
      first_response_seconds: 420,
      first_response_source: 'message',
      vendor_first_response_delta_seconds: 120,
    });
  });
});

describe('with bots that may answer', () => {
  const config = setting({ botAnswers: true });
  const facts = [created(0), says(1, 'bot', 'm1'), says(10, 'customer', 'm2'), replyBy(25, 'A1', 'm3')];

  it('the first response counts from the next message of the customer', () => {
    const figures = told(facts, 30, config);
    expect(figures).toMatchObject({ first_response_seconds: 900, first_response_agent_id: 'A1' });
    expect(figures.turns).toMatchObject([
      { kind: 'first', seconds: 60, answered_by: 'bot' },
      { kind: 'next', seconds: 900, answered_by: 'A1' },
    ]);
    expect(figures.sla[0]).toMatchObject({
      metric: 'first_response',
      started_at: at(10),
      elapsed_seconds: 900,
    });
  });

  it('nothing is owed between the answer and the next message', () => {
    const figures = told(facts.slice(0, 2), 9, config);
    expect(figures.sla.map(({ metric }) => metric)).toEqual(['resolution']);
    expect(figures).toMatchObject({ first_response_at: null, open_turn_since: null });
  });

  it('a bot that answers too late mends nothing', () => {
    const late = [created(0), says(70, 'bot', 'm1'), says(80, 'customer', 'm2'), replyBy(85, 'A1', 'm3')];
    const figures = told(late, 90, config);
    const first = figures.sla.filter(({ metric }) => metric === 'first_response');
    expect(first).toMatchObject([{ started_at: at(0), breached_at: at(60), stopped_at: at(70) }]);
    expect(figures).toMatchObject({ first_response_seconds: 300 });
  });

  it('a human who comes forward unasked has responded, after no wait at all', () => {
    const unasked = [created(0), says(1, 'bot', 'm1'), replyBy(5, 'A1', 'm2'), says(9, 'customer', 'm3')];
    const figures = told(unasked, 10, config);
    expect(figures).toMatchObject({ first_response_at: at(5), first_response_seconds: null });
    expect(figures.sla.map(({ metric }) => metric)).toEqual(['next_response', 'resolution']);
  });

  it('a reopening owes no first response again', () => {
    const reopened = [
      created(0),
      says(1, 'bot', 'm1'),
      status(10, 'open', 'closed'),
      says(2000, 'customer', 'm2'),
      status(2000, 'closed', 'open'),
      replyBy(2010, 'A1', 'm3'),
    ];
    const figures = told(reopened, 2020, config);
    expect(figures).toMatchObject({ first_response_at: null, first_response_seconds: null });
    expect(figures.turns).toMatchObject([{ kind: 'first' }, { kind: 'next', seconds: 600 }]);
    expect(figures.sla).toMatchObject([
      { metric: 'next_response', instance_no: 1, started_at: at(2000), elapsed_seconds: 600 },
      { metric: 'resolution', instance_no: 1 },
      { metric: 'resolution', instance_no: 2 },
    ]);
  });

  it('a bot has the last word at a reopening as well', () => {
    const reopened = [
      created(0),
      replyBy(1, 'A1', 'm1'),
      status(2, 'open', 'resolved'),
      says(3, 'customer', 'm2'),
      says(4, 'bot', 'm3'),
      status(5, 'resolved', 'open'),
    ];
    expect(told(reopened, 6, config).turns).toHaveLength(1);
    expect(told(reopened, 6).turns).toMatchObject([{}, { kind: 'next', waiting_since: at(5) }]);
  });

  it('and by default they never count', () => {
    const figures = told(facts, 30);
    expect(figures).toMatchObject({ first_response_seconds: 1500 });
    expect(figures.turns).toMatchObject([{ kind: 'first', seconds: 1500 }]);
  });
});

describe('what is left out of the figures', () => {
  it('has no durations, and its open promises are cancelled by name', () => {
    for (const reason of ['merged', 'spam', 'duplicate', 'deleted']) {
      const figures = told([created(0), replyBy(5, 'A1', 'm1'), closed(20, reason)], 30);
      const durations = Object.entries(figures).filter(([name]) => /_seconds$/.test(name));
      expect(durations.length).toBeGreaterThan(15);
      for (const [name, value] of durations) expect({ [name]: value }).toEqual({ [name]: null });
      expect(figures).toMatchObject({ excluded_from_metrics: true, is_one_touch: false });
      expect(figures.sla).toMatchObject([
        { metric: 'first_response', stage: 'completed' },
        { metric: 'resolution', stage: 'cancelled', cancel_reason: reason, outcome: 'cancelled' },
      ]);
    }
  });

  it('keeps a breach that had happened before', () => {
    const figures = told([created(0), closed(90, 'merged')], 100);
    expect(figures.sla).toMatchObject([
      { metric: 'first_response', stage: 'completed', breached: true, breached_at: at(60) },
      { metric: 'resolution', stage: 'cancelled', breached: false },
    ]);
  });
});
