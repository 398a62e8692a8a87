import { bindingAt, bindingsFor, slaConfig } from '../../src/domain/sla/config';
import { policySchema, targetOf } from '../../src/domain/sla/policy';
import { scheduleSchema } from '../../src/domain/sla/schedule';
import { reignsOf } from '../../src/domain/sla/versions';
import golden from '../golden/sla-golden.json';
import { alwaysOpen, policyOf } from './support/setting';

const schedule = (weekly: unknown, more: object = {}) => ({
  timezone: 'Europe/Berlin',
  versions: [{ valid_from: null, weekly }],
  holidays: [],
  ...more,
});
const monday = { mon: [['09:00', '17:00']] };

function mistakesIn(schema: typeof scheduleSchema | typeof policySchema, value: unknown): string[] {
  const parsed = schema.safeParse(value);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => [path.join('.'), message].join(' ').trim());
}

describe('a schedule', () => {
  it('is taken in the shapes of the golden file', () => {
    for (const shape of Object.values(golden.schedules))
      expect(mistakesIn(scheduleSchema, shape)).toEqual([]);
    expect(scheduleSchema.parse(schedule(monday, { holidays: undefined }))).toMatchObject({ holidays: [] });
  });

  it.each<[string, unknown, string]>([
    [
      'an unknown zone',
      schedule(monday, { timezone: 'Europe/Berlln' }),
      'timezone is no known IANA time zone, such as Europe/Berlin',
    ],
    [
      'an offset for a zone',
      schedule(monday, { timezone: '+01:00' }),
      'timezone is no known IANA time zone, such as Europe/Berlin',
    ],
    [
      'a holiday of no date',
      schedule(monday, { holidays: ['25.12.2026'] }),
      'holidays.0 is no date: write 2026-12-25',
    ],
    [
      'a holiday that never comes',
      schedule(monday, { holidays: ['2026-02-29'] }),
      'holidays.0 is no date: write 2026-12-25',
    ],
    [
      'hours that overlap',
      schedule({
        mon: [
          ['09:00', '13:00'],
          ['12:30', '17:00'],
        ],
      }),
      'versions.0.weekly.mon 09:00-13:00 overlaps 12:30-17:00',
    ],
    [
      'hours over midnight',
      schedule({ mon: [['22:00', '06:00']] }),
      'versions.0.weekly.mon.0 22:00-06:00 ends before it begins; hours over midnight are written as 22:00-24:00 and, on the next day, 00:00-06:00',
    ],
    [
      'no hours at all',
      schedule({ mon: [['09:00', '09:00']] }),
      'versions.0.weekly.mon.0 09:00-09:00 is empty',
    ],
    [
      'a time of no day',
      schedule({ mon: [['9', '17:00']] }),
      'versions.0.weekly.mon.0.0 is no time of day: write 09:00, or 24:00 for the end of the day',
    ],
    [
      'an hour after the last',
      schedule({ mon: [['09:00', '24:30']] }),
      'versions.0.weekly.mon.0.1 is no time of day: write 09:00, or 24:00 for the end of the day',
    ],
    [
      'a gap before the first version',
      schedule(monday, { versions: [{ valid_from: '2026-03-04', weekly: monday }] }),
      'versions.0.valid_from nothing is valid before 2026-03-04; the first version has valid_from null',
    ],
    [
      'versions that overlap',
      schedule(monday, {
        versions: [
          { valid_from: null, weekly: monday },
          { valid_from: '2026-03-04', weekly: monday },
          { valid_from: '2026-03-04', weekly: monday },
        ],
      }),
      'versions.2.valid_from 2026-03-04 does not follow 2026-03-04: versions overlap, or are not in order of valid_from',
    ],
    [
      'two beginnings',
      schedule(monday, {
        versions: [
          { valid_from: null, weekly: monday },
          { valid_from: null, weekly: monday },
        ],
      }),
      'versions.1.valid_from only the first version has valid_from null',
    ],
    ['no version', schedule(monday, { versions: [] }), 'versions at least one version is needed'],
    [
      'a schedule that never opens',
      schedule({ mon: [] }),
      'versions it is never open; round the clock is {"always_open": true}',
    ],
    [
      'a day of no week',
      schedule({ monday: [['09:00', '17:00']] }),
      'versions.0.weekly Unrecognized key: "monday"',
    ],
    ['a mistyped key', schedule(monday, { holiday: [] }), 'Unrecognized key: "holiday"'],
  ])('tells of %s', (_name, value, message) => {
    expect(mistakesIn(scheduleSchema, value)).toContain(message);
  });
});

describe('a policy', () => {
  const rules = { basis: 'business', targets: { default: { resolution: 3600 } } };

  it('is taken in the shapes of the golden file', () => {
    for (const { policy } of golden.scenarios) {
      if (policy !== null) expect(mistakesIn(policySchema, policy)).toEqual([]);
    }
    expect(policySchema.parse(rules)).toMatchObject({ pause_statuses: ['pending'], warn_percent: 80 });
  });

  it.each<[string, object, string]>([
    [
      'a target of 0',
      { targets: { high: { resolution: 0 } } },
      'targets.high.resolution a target is at least one second; leave it out (or write null) where nothing is promised',
    ],
    [
      'half a second',
      { targets: { high: { resolution: 0.5 } } },
      'targets.high.resolution is no whole number of seconds',
    ],
    [
      'an unknown metric',
      { targets: { high: { solution: 1 } } },
      'targets.high Unrecognized key: "solution"',
    ],
    ['no target', { targets: {} }, 'targets name at least one target'],
    ['the same priority twice', { targets: { high: {}, High: {} } }, 'targets.High the same priority twice'],
    ['an unknown basis', { basis: 'working' }, 'basis is calendar or business'],
    ['an unknown status', { pause_statuses: ['parked'] }, 'pause_statuses.0 parked is no known status'],
    [
      'a pause in our own court',
      { pause_statuses: ['open'] },
      'pause_statuses.0 open cannot pause: only pending and on_hold wait for somebody else',
    ],
    [
      'a warning at the deadline',
      { warn_percent: 100 },
      'warn_percent is less than 100: at the deadline it is too late',
    ],
    [
      'a warning at the start',
      { warn_percent: 0 },
      'warn_percent is more than 0: a warning at the start warns of nothing',
    ],
  ])('tells of %s', (_name, mistake, message) => {
    expect(mistakesIn(policySchema, { ...rules, ...mistake })).toContain(message);
  });

  it('has the target of the priority, else the default one, else none', () => {
    const policy = policyOf({
      targets: {
        default: { resolution: 60, next_response: 30 },
        High: { resolution: 10, next_response: null },
      },
    });
    expect(targetOf(policy, 'resolution', 'high ')).toBe(10_000);
    expect(targetOf(policy, 'resolution', 'low')).toBe(60_000);
    expect(targetOf(policy, 'resolution', null)).toBe(60_000);
    expect(targetOf(policy, 'next_response', 'high')).toBeNull();
    expect(targetOf(policy, 'first_response', 'high')).toBeNull();
    expect(targetOf(policy, 'resolution', 'toString')).toBe(60_000);
  });
});

describe('versions', () => {
  const of = (...versions: Parameters<typeof reignsOf<string>>[0]) =>
    reignsOf(versions).map(({ from, to, version }) => [from, to, version.body]);
  const first = { version: 1, validFrom: null, body: 'first' };

  it('rule from the beginning, and then each from its own instant', () => {
    expect(of(first)).toEqual([[-Infinity, Infinity, 'first']]);
    const later = { version: 3, validFrom: 100, body: 'later' };
    const sooner = { version: 4, validFrom: 50, body: 'sooner' };
    expect(of(first, later, sooner)).toEqual([
      [-Infinity, 50, 'first'],
      [50, 100, 'sooner'],
      [100, Infinity, 'later'],
    ]);
    expect(of(first, later, { ...later, version: 5, body: 'last' })).toEqual([
      [-Infinity, 100, 'first'],
      [100, Infinity, 'last'],
    ]);
  });

  it('give way to a reprocess for as far as it reaches', () => {
    const second = { version: 2, validFrom: 50, body: 'second' };
    const third = { version: 3, validFrom: 100, body: 'third' };
    const again = { version: 4, validFrom: 20, reprocessedUntil: 110, body: 'third again' };
    expect(of(first, second, third, again)).toEqual([
      [-Infinity, 20, 'first'],
      [20, 110, 'third again'],
      [110, Infinity, 'third'],
    ]);
  });

  it('of a source leave those of its tenant aside', () => {
    const body = { policyId: 'P', policy: null, scheduleId: 'S' };
    const tenant = [{ version: 1, validFrom: null, body }];
    const source = [{ version: 2, validFrom: null, body: { ...body, policyId: 'Q' } }];
    expect(bindingsFor(source, tenant)).toBe(source);
    expect(bindingsFor([], tenant)).toBe(tenant);
  });

  it('name a schedule that is known', () => {
    const bindings = [
      { version: 1, validFrom: null, body: { policyId: null, policy: null, scheduleId: 'S' } },
    ];
    expect(() => slaConfig({ bindings, schedules: {} })).toThrow('schedule S is not known');
    const config = slaConfig({
      bindings,
      schedules: { S: [{ version: 1, validFrom: null, body: alwaysOpen }] },
    });
    expect(bindingAt(config, 0)?.version).toBe(1);
  });
});
