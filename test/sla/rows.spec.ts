import { NO_SLA_CONFIG } from '../../src/domain/sla/config';
import { isAlwaysOpen, zoneOf } from '../../src/domain/sla/schedule';
import { messageFactRows, resolutionCycleRows, statusIntervalRows } from '../../src/domain/sla/sla-rows';
import { at as event, created, says, status } from '../domain/support/story';
import { scheduleNamed } from './support/golden';
import { alwaysOpen, at, folded, minute, setting, told } from './support/setting';

const byAgent = event(10, 'status.changed', {
  new_status: 'resolved',
  changed_by: { agent_id: 'A1' },
});
const byRule = event(30, 'status.changed', { new_status: 'closed', changed_by: { rule: 'silence' } });

describe('the rows of a ticket', () => {
  it('tile its statuses, and tell who entered each', () => {
    const facts = [created(0), byAgent, event(20, 'ticket.reopened', { origin: 'customer' }), byRule];
    const sla = folded(facts, 40);
    expect(
      statusIntervalRows(sla).map((row) => [
        row.seq,
        row.status,
        row.from_at,
        row.to_at,
        row.seconds,
        row.entered_by,
        row.cycle_no,
      ]),
    ).toEqual([
      [1, 'open', minute(0), minute(10), 600, 'customer', 1],
      [2, 'resolved', minute(10), minute(20), 600, 'A1', 1],
      [3, 'open', minute(20), minute(30), 600, 'customer', 2],
      [4, 'closed', minute(30), null, 600, 'silence', 2],
    ]);
    expect(resolutionCycleRows(sla)).toMatchObject([
      {
        cycle_no: 1,
        opened_at: minute(0),
        done_at: minute(10),
        seconds: 600,
        reopened_by: null,
        start_inferred: false,
      },
      { cycle_no: 2, opened_at: minute(20), done_at: minute(30), seconds: 600, reopened_by: 'customer' },
    ]);
  });

  it('mark a step that only a later event tells of', () => {
    const facts = [created(0), status(10, 'open', 'resolved'), status(20, 'in_progress', 'pending')];
    expect(
      statusIntervalRows(folded(facts, 30)).map(({ status: name, is_inferred }) => [name, is_inferred]),
    ).toEqual([
      ['open', false],
      ['resolved', false],
      ['in_progress', true],
      ['pending', false],
    ]);
  });

  it('tell each message with the turn it belongs to', () => {
    const photo = event(3, 'message.received', {
      message_id: 'm2',
      sender: { type: 'customer' },
      content: [{ content_type: 'photo' }],
    });
    const facts = [
      created(0, { initial_message: { message_id: 'm0', content_type: 'text' } }),
      says(2, 'bot', 'm1'),
      photo,
      says(5, 'agent', 'm3'),
      says(6, 'agent', 'm4', { private: true }),
    ];
    const rows = messageFactRows(folded(facts, 10));
    expect(
      rows.map((row) => [
        row.message_id,
        row.sender_kind,
        row.turn_no,
        row.is_opening,
        row.is_public,
        row.content_type,
        row.is_first_response,
      ]),
    ).toEqual([
      ['m0', 'customer', 1, true, true, 'text', false],
      ['m1', 'bot', null, false, true, null, false],
      ['m2', 'customer', 1, false, true, 'photo', false],
      ['m3', 'agent', 1, false, true, null, true],
      ['m4', 'agent', null, false, false, null, false],
    ]);
  });

  it('without any configuration have no SLA and no business time', () => {
    const figures = told([created(0), status(10, 'open', 'resolved')], 20, NO_SLA_CONFIG);
    expect(figures).toMatchObject({
      sla: [],
      schedule_id: null,
      first_resolution_seconds: 600,
      first_resolution_business_seconds: null,
      unresolved_business_seconds: null,
      active_business_seconds: null,
    });
  });

  it('have business time by the schedule even where no policy promises anything', () => {
    const schedule = {
      timezone: 'UTC',
      versions: [{ valid_from: null, weekly: { mon: [['10:05', '10:15']] } }],
    };
    const figures = told(
      [created(0), status(20, 'open', 'resolved')],
      30,
      setting({ policy: null, schedule }),
    );
    expect(figures).toMatchObject({ sla: [], schedule_id: 'S', first_resolution_business_seconds: 600 });
  });

  it('flag a deadline that the calendar does not reach', () => {
    const schedule = {
      timezone: 'UTC',
      versions: [{ valid_from: null, weekly: { mon: [['10:00', '10:01']] } }],
    };
    const policy = { basis: 'business', targets: { default: { resolution: 36_000 } } };
    const figures = told([created(0)], 10, setting({ policy, schedule }));
    expect(figures).toMatchObject({ flags: ['due_out_of_reach'], sla: [{ due_at: null, stage: 'running' }] });
  });

  it('pause with the opening hours, and show them as closed', () => {
    const hours = [['10:00', '10:30']];
    const schedule = {
      timezone: 'UTC',
      versions: [{ valid_from: null, weekly: { mon: hours, tue: hours } }],
    };
    const policy = { basis: 'business', targets: { default: { resolution: 2700 } } };
    const facts = [created(0), status(15, 'open', 'pending'), status(25, 'pending', 'open')];
    expect(told(facts, 60, setting({ policy, schedule })).sla).toMatchObject([
      { elapsed_seconds: 1200, paused_seconds: 600, due_at: at(1465), breached: false },
    ]);
    expect(told(facts, 1465, setting({ policy, schedule })).sla).toMatchObject([{ breached: false }]);
    expect(told(facts, 1465.001, setting({ policy, schedule })).sla).toMatchObject([
      { breached: true, breached_at: at(1465) },
    ]);
  });

  it('count the days of a schedule in its own zone', () => {
    expect([zoneOf(alwaysOpen), zoneOf(scheduleNamed('ny_9_17'))]).toEqual(['UTC', 'America/New_York']);
    expect(isAlwaysOpen(alwaysOpen)).toBe(true);
  });
});
