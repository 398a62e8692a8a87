import { assigned, at as event, closed, created, says, status } from '../domain/support/story';
import { slaEventRows } from '../../src/domain/sla/sla-rows';
import { at, folded, minute, setting, told } from './support/setting';

const resolution = (figures: ReturnType<typeof told>) =>
  figures.sla.filter(({ metric }) => metric === 'resolution');

describe('the solution', () => {
  it('is first and last: later closing moves neither, reopening leaves the first alone', () => {
    const facts = [
      created(0),
      status(30, 'open', 'resolved'),
      status(60, 'resolved', 'closed'),
      status(100, 'closed', 'open'),
      status(150, 'open', 'closed'),
    ];
    expect(told(facts.slice(0, 3), 90)).toMatchObject({ full_resolution_seconds: 1800 });
    const open = told(facts.slice(0, 4), 120);
    expect(open).toMatchObject({
      full_resolution_seconds: null,
      last_resolved_at: at(30),
      unresolved_seconds: 3000,
    });
    const done = told(facts, 200);
    expect(done).toMatchObject({
      first_resolution_seconds: 1800,
      full_resolution_seconds: 9000,
      unresolved_seconds: 4800,
      reopen_count: 1,
      resolution_cycles: 2,
    });
    expect(resolution(done)).toMatchObject([
      { instance_no: 1, elapsed_seconds: 1800 },
      { instance_no: 2, elapsed_seconds: 3000, started_at: at(100), due_at: at(580) },
    ]);
  });

  it('runs on hold, unless the policy pauses there', () => {
    const facts = [created(0), status(10, 'open', 'on-hold'), status(70, 'on_hold', 'open')];
    const running = told(facts, 80);
    expect(running).toMatchObject({
      on_hold_seconds: 3600,
      active_seconds: 1200,
      waiting_on_customer_seconds: 0,
    });
    expect(resolution(running)).toMatchObject([{ elapsed_seconds: 4800, paused_seconds: 0 }]);
    const paused = told(facts, 80, setting({ policy: { pause_statuses: ['pending', 'on_hold'] } }));
    expect(resolution(paused)).toMatchObject([{ elapsed_seconds: 1200, paused_seconds: 3600 }]);
  });

  it('pauses until the customer writes, and again when an agent answers', () => {
    const facts = [
      created(0),
      status(10, 'open', 'pending'),
      says(20, 'customer', 'm1'),
      says(30, 'agent', 'm2', { private: true }),
      says(40, 'bot', 'm3'),
      says(50, 'agent', 'm4'),
      says(60, 'customer', 'm5'),
      status(65, 'pending', 'on_hold'),
    ];
    const figures = told(facts, 70);
    expect(figures).toMatchObject({
      contested_pause_seconds: 2100,
      waiting_on_customer_seconds: 1200,
      active_seconds: 2700,
      on_hold_seconds: 300,
      unresolved_seconds: 4200,
    });
    expect(resolution(figures)).toMatchObject([
      { elapsed_seconds: 3000, paused_seconds: 1200, stage: 'running' },
    ]);
  });

  it('has neither deadline nor warning ahead while it pauses', () => {
    const facts = [created(0), status(10, 'open', 'pending')];
    expect(resolution(told(facts, 30))).toMatchObject([
      { stage: 'paused', due_at: null, warn_at: null, original_due_at: at(480), outcome: 'on_track' },
    ]);
  });

  it('warns at its share of the target, in its own time', () => {
    const facts = [created(0), status(10, 'open', 'pending'), status(70, 'pending', 'open')];
    expect(resolution(told(facts, 80))).toMatchObject([
      { warn_at: at(444), due_at: at(540), outcome: 'on_track' },
    ]);
    expect(resolution(told(facts, 443.99))).toMatchObject([{ outcome: 'on_track' }]);
    expect(resolution(told(facts, 444))).toMatchObject([{ outcome: 'at_risk' }]);
    expect(resolution(told(facts, 540))).toMatchObject([{ outcome: 'at_risk', breached: false }]);
    expect(resolution(told(facts, 541))).toMatchObject([{ outcome: 'breaching', breached_at: at(540) }]);
  });

  it('tells its life in events', () => {
    const facts = [
      created(0, { status: 'pending' }),
      status(10, 'pending', 'open'),
      event(20, 'priority.changed', { priority: 'high' }),
      status(100, 'open', 'resolved'),
    ];
    const config = setting({
      policy: { targets: { default: { resolution: 7200 }, high: { resolution: 3600 } } },
    });
    const [instance] = folded(facts, 200, config).instances;
    const rows = instance === undefined ? [] : slaEventRows(instance);
    expect(rows.map(({ type, at: instant, elapsed_seconds: elapsed }) => [type, instant, elapsed])).toEqual([
      ['activate', minute(0), 0],
      ['pause', minute(0), 0],
      ['resume', minute(10), 0],
      ['retarget', minute(20), 600],
      ['warn', minute(58), 2880],
      ['breach', minute(70), 3600],
      ['fulfil', minute(100), 5400],
    ]);
  });

  it('counts a ticket that a rule closed out of pending as solved when the silence began', () => {
    const facts = [created(0), says(5, 'agent', 'm1'), status(10, 'open', 'pending'), closed(1000, 'auto')];
    expect(told(facts, 1100)).toMatchObject({
      full_resolution_seconds: 60_000,
      effective_resolution_seconds: 600,
    });
    const byHand = [...facts.slice(0, 3), status(1000, 'pending', 'closed')];
    expect(told(byHand, 1100)).toMatchObject({ effective_resolution_seconds: 60_000 });
  });

  it('is compared with the vendor’s, ours the first', () => {
    const resolved = event(30, 'ticket.resolved', { resolution_time: 1795, agent_id: 'A1' });
    const facts = [created(0), resolved, status(60, 'resolved', 'open'), status(90, 'open', 'resolved')];
    expect(told(facts, 100)).toMatchObject({
      vendor_resolution_delta_seconds: 5,
      resolved_by_agent_id: null,
    });
    expect(told(facts.slice(0, 2), 100)).toMatchObject({ resolved_by_agent_id: 'A1' });
  });

  it('knows how late the vendor escalated', () => {
    const fired = (metric: string | null) => event(70, 'escalation.fired', { metric });
    expect(told([created(0), fired('First Response')], 80)).toMatchObject({
      vendor_escalation_lag_seconds: 600,
    });
    expect(told([created(0), fired(null)], 80)).toMatchObject({ vendor_escalation_lag_seconds: null });
  });
});

describe('a target that moves', () => {
  const byPriority = {
    policy: {
      targets: { default: { resolution: 28_800 }, high: { resolution: 3600 }, none: { resolution: null } },
    },
  };
  const config = setting(byPriority);
  const priority = (minute: number, name: string) => event(minute, 'priority.changed', { priority: name });

  it('keeps what has elapsed, and breaks at the change when that is too much', () => {
    const figures = told([created(0), priority(90, 'HIGH')], 100, config);
    expect(resolution(figures)).toMatchObject([
      {
        target_seconds: 3600,
        breached_at: at(90),
        breach_cause: 'retarget',
        breach_target_seconds: 3600,
        due_at: at(60),
        original_due_at: at(480),
        overrun_seconds: 2400,
      },
    ]);
  });

  it('breaks at the deadline when the change leaves time', () => {
    const figures = told([created(0), priority(30, 'high')], 100, config);
    expect(resolution(figures)).toMatchObject([{ breached_at: at(60), breach_cause: 'deadline' }]);
  });

  it('breaks nothing before it moved, when just that much had elapsed before a pause', () => {
    const facts = [
      created(0),
      status(60, 'open', 'pending'),
      priority(240, 'high'),
      status(300, 'pending', 'in_progress'),
    ];
    expect(resolution(told(facts.slice(0, 3), 250, config))).toMatchObject([
      { breached: false, due_at: null },
    ]);
    expect(resolution(told(facts, 300, config))).toMatchObject([{ breached: false, due_at: at(240) }]);
    expect(resolution(told(facts, 301, config))).toMatchObject([
      { breached_at: at(240), breach_cause: 'deadline', due_at: at(240), overrun_seconds: 60 },
    ]);
  });

  it('does not move for what was done in the same instant', () => {
    const facts = [created(0), status(90, 'open', 'resolved'), priority(90, 'high')];
    expect(resolution(told(facts, 100, config))).toMatchObject([{ outcome: 'met', target_seconds: 28_800 }]);
  });

  it('does not mend what is broken when it is loosened', () => {
    const facts = [
      created(0, { priority: 'high' }),
      assigned(10, 'A1'),
      assigned(90, 'A2'),
      priority(120, 'low'),
    ];
    expect(resolution(told(facts, 130, config))).toMatchObject([
      {
        target_seconds: 28_800,
        breach_target_seconds: 3600,
        breached_at: at(60),
        breached: true,
        owner_at_breach: 'A1',
        due_at: at(480),
      },
    ]);
  });

  it('forgives nothing that was late before it was loosened, though nobody looked', () => {
    const facts = [created(0, { priority: 'high' }), priority(61, 'low'), status(70, 'open', 'resolved')];
    expect(resolution(told(facts, 80, config))).toMatchObject([{ outcome: 'breached', breached_at: at(60) }]);
  });

  it('is gone when the new priority promises nothing', () => {
    expect(resolution(told([created(0), priority(30, 'none')], 60, config))).toMatchObject([
      { stage: 'cancelled', cancel_reason: 'policy_removed', stopped_at: at(30), elapsed_seconds: 1800 },
    ]);
  });

  it('counts from the start when it is promised later', () => {
    const only = setting({ policy: { targets: { high: { resolution: 3600 } } } });
    expect(resolution(told([created(0)], 60, only))).toEqual([]);
    expect(resolution(told([created(0), priority(30, 'high')], 50, only))).toMatchObject([
      { started_at: at(0), elapsed_seconds: 3000, due_at: at(60), breached: false },
    ]);
  });

  it('ends with the policy, and breaches stay', () => {
    const removed = setting({ removedAt: 90 });
    const facts = [created(0)];
    expect(told(facts, 80, removed).sla).toMatchObject([
      { breached: true, stage: 'running' },
      { stage: 'running' },
    ]);
    expect(told([...facts, says(100, 'customer', 'm1')], 200, removed).sla).toMatchObject([
      { metric: 'first_response', stage: 'completed', breached: true, stopped_at: at(90) },
      { metric: 'resolution', stage: 'cancelled', cancel_reason: 'policy_removed', elapsed_seconds: 5400 },
    ]);
  });

  it('has no deadline when the policy went during a pause, whatever happens later', () => {
    const removed = setting({ removedAt: 60 });
    const facts = [created(0), status(10, 'open', 'pending')];
    const gone = { stage: 'cancelled', cancel_reason: 'policy_removed', due_at: null, warn_at: null };
    expect(resolution(told(facts, 30, removed))).toMatchObject([{ stage: 'paused', due_at: null }]);
    expect(resolution(told(facts, 61, removed))).toMatchObject([gone]);
    const later = [...facts, says(90, 'agent', 'm1', { private: true })];
    expect(resolution(told(later, 91, removed))).toMatchObject([gone]);
  });
});

describe('who had the ticket', () => {
  it('is told by assignment, with the unresolved time and the clock of each', () => {
    const facts = [
      created(0),
      assigned(10, 'A1'),
      status(20, 'open', 'pending'),
      status(50, 'pending', 'open'),
      assigned(60, null, 'G1'),
      assigned(70, 'A2'),
      status(100, 'open', 'resolved'),
      assigned(110, 'A3'),
    ];
    const figures = told(facts, 200);
    expect(figures.assignments).toMatchObject([
      { agent: null, from: at(0), to: at(10), seconds: 600, resolution_elapsed_seconds: 600 },
      { agent: 'A1', from: at(10), to: at(60), seconds: 3000, resolution_elapsed_seconds: 1200 },
      { agent: null, from: at(60), to: at(70), seconds: 600, resolution_elapsed_seconds: 600 },
      { agent: 'A2', from: at(70), to: at(100), seconds: 1800, resolution_elapsed_seconds: 1800 },
    ]);
    expect(figures).toMatchObject({
      first_assignment_seconds: 600,
      unassigned_seconds: 1200,
      reassignment_count: 1,
    });
  });

  it('counts unresolved time only, across a reopening too', () => {
    const facts = [
      created(0),
      assigned(0, 'A1'),
      status(10, 'open', 'closed'),
      status(100, 'closed', 'open'),
      status(130, 'open', 'closed'),
    ];
    expect(told(facts, 200).assignments).toMatchObject([
      { agent: 'A1', from: at(0), to: at(130), seconds: 2400, active_seconds: 2400 },
    ]);
  });
});
