import fc from 'fast-check';
import { type Fact } from '../../src/domain/fact';
import { foldTicket } from '../../src/domain/fold-ticket';
import { explain } from '../../src/domain/sla/explain';
import { foldSla } from '../../src/domain/sla/fold-sla';
import { type Revision, revisionsBetween, revisionsBy } from '../../src/domain/sla/revisions';
import { created, says, status } from '../domain/support/story';
import { at, minute, setting } from './support/setting';
import { cases } from './support/tickets';

const changed = (history: readonly Fact[], fact: Fact, receivedMinute: number) =>
  revisionsBy(history, fact, minute(receivedMinute), setting());
const column = (revisions: readonly Revision[], name: string) =>
  revisions.filter((one) => one.column === name).map(({ from, to }) => [from, to]);

describe('a late event', () => {
  it('revises what it changes and nothing else', () => {
    const history = [created(0), says(10, 'agent', 'm2'), status(30, 'open', 'resolved')];
    const found = changed(history, says(5, 'agent', 'm1'), 60);
    expect(found.map(({ table, column: name, from, to }) => [table, name, from, to])).toEqual([
      ['ticket_metrics', 'first_response_at', at(10), at(5)],
      ['ticket_metrics', 'first_response_seconds', 600, 300],
      ['ticket_metrics', 'first_response_business_seconds', 600, 300],
      ['ticket_metrics', 'unanswered_seconds', 600, 300],
      ['ticket_metrics', 'public_agent_messages', 1, 2],
      ['sla_instance', 'stopped_at', at(10), at(5)],
      ['sla_instance', 'elapsed_seconds', 600, 300],
      ['sla_instance', 'closed_by_event', 'message.received@10', 'message.received@5'],
    ]);
  });

  it('revises nothing that was growing anyway', () => {
    const history = [created(0), says(10, 'agent', 'm1')];
    const found = changed(history, status(5, 'open', 'pending'), 60);
    const names = found.map(({ column: name }) => name);
    expect(names).toContain('status');
    for (const name of ['unresolved_seconds', 'active_seconds', 'elapsed_seconds'])
      expect(names).not.toContain(name);
    const again = changed([...history, status(20, 'open', 'in_progress')], status(5, 'open', 'pending'), 60);
    expect(column(again, 'waiting_on_customer_seconds')).toEqual([[0, 900]]);
  });

  it('takes a breach back when it shows that there was none', () => {
    const history = [created(0), says(90, 'agent', 'm2')];
    const found = changed(history, says(50, 'agent', 'm1'), 100);
    expect(column(found, 'breached')).toEqual([[true, false]]);
    expect(column(found, 'breached_at')).toEqual([[at(60), null]]);
    expect(found.find((one) => one.column === 'breached')?.instance).toMatchObject({
      metric: 'first_response',
      no: 1,
    });
  });

  it('that is a bot’s answer ends the waiting where bots answer, and only there', () => {
    const history = [created(0), status(30, 'open', 'in_progress')];
    const late = (botAnswers: boolean) =>
      column(
        revisionsBy(history, says(5, 'bot', 'm1'), minute(60), setting({ botAnswers })),
        'open_turn_since',
      );
    expect(late(true)).toEqual([[at(0), null]]);
    expect(late(false)).toEqual([]);
  });

  it('that is the last to happen revises nothing, however late it came', () => {
    expect(changed([created(0)], says(5, 'agent', 'm1'), 6000)).toEqual([]);
    expect(changed([], created(0), 10)).toEqual([]);
  });
});

describe('revisions', () => {
  it('follow each other: what one says it became is what the next says it was', () => {
    fc.assert(
      fc.property(
        cases.chain((one) => fc.record({ at: fc.constant(one), order: shuffleOf(one.facts) })),
        ({ at: { config, asOf }, order }) => {
          const folds = order.map((_fact, index) => {
            const fold = foldTicket(order.slice(0, index + 1));
            return { fold, sla: foldSla(fold, config, asOf) };
          });
          folds.slice(1).forEach((after, index) => {
            const before = folds[index];
            if (before === undefined) return;
            const forth = revisionsBetween(before, after);
            const back = revisionsBetween(after, before);
            expect(back.map(nameOf).sort()).toEqual(forth.map(nameOf).sort());
            for (const { from, to } of forth) expect(JSON.stringify(from)).not.toBe(JSON.stringify(to));
          });
          const last = folds.at(-1);
          if (last !== undefined) expect(revisionsBetween(last, last)).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});

describe('because', () => {
  it('names the events behind a figure, and segments that sum up to it', () => {
    const facts = [
      created(0),
      says(5, 'agent', 'm1'),
      status(10, 'open', 'pending'),
      says(40, 'customer', 'm2'),
      status(60, 'pending', 'resolved'),
    ];
    const fold = foldTicket(facts);
    const sla = foldSla(fold, setting(), minute(90));
    const { because, figures } = explain(fold, sla, { duplicatesByEventId: 0, restatedCount: 0 });
    expect(because.figures.first_response_seconds?.events.map((event) => event.event_id)).toEqual([
      'ticket.created@0',
      'message.received@5',
    ]);
    expect(because.figures.full_resolution_seconds?.events).toMatchObject([
      { event_id: 'ticket.created@0', type: 'ticket.created', at: at(0) },
      { event_id: 'status.changed@60', at: at(60) },
    ]);
    const courts = because.figures.active_seconds?.segments ?? [];
    const counted = (...kinds: string[]) =>
      courts.reduce((sum, one) => sum + (kinds.includes(one.kind) ? one.counted_ms : 0), 0) / 1000;
    expect(counted('active', 'contested')).toBe(figures.active_seconds);
    expect(counted('waiting_on_customer')).toBe(figures.waiting_on_customer_seconds);
    expect(because.configuration).toMatchObject({ schedule_id: 'S', policy_id: 'P', policy_version: 1 });
    expect(
      because.sla.map(({ segments }) => segments?.map(({ kind, counted_ms: ms }) => [kind, ms])),
    ).toEqual([
      [['run', 300_000]],
      [['run', 1_200_000]],
      [
        ['run', 600_000],
        ['pause', 1_800_000],
        ['run', 1_200_000],
      ],
    ]);
  });

  it('has a reason for every figure that an event can be behind', () => {
    const facts = [created(0), says(5, 'agent', 'm1'), status(60, 'open', 'resolved')];
    const fold = foldTicket(facts);
    const sla = foldSla(fold, setting(), minute(90));
    const { because, figures } = explain(fold, sla, { duplicatesByEventId: 0, restatedCount: 0 });
    const ofSender = ['source', 'channel_type', 'customer_id', 'team_id', 'upstream_status', 'is_diverged'];
    const ofAsking = ['last_event_at', 'last_customer_message_at', 'last_agent_message_at', 'is_complete'];
    const counted = ['schedule_id', 'config_revision', 'restated_count', 'duplicates_by_event_id'];
    const lists = ['turns', 'assignments', 'sla', 'verdicts'];
    const unexplained = Object.keys(figures).filter((name) => because.figures[name] === undefined);
    expect(unexplained.sort()).toEqual([...ofSender, ...ofAsking, ...counted, ...lists].sort());
  });
});

function nameOf({ table, column: name, instance }: Revision): string {
  return [table, name, instance?.metric, instance?.startedBy.ref].join(' ');
}

function shuffleOf(facts: readonly Fact[]): fc.Arbitrary<Fact[]> {
  return fc.shuffledSubarray([...facts], { minLength: facts.length, maxLength: facts.length });
}
