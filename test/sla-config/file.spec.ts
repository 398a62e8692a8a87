import { slaFile } from '../../src/sla/sla-file';
import { hours, policy } from './support/desk';

const office = hours('09:00', '17:00');
const file = { schedules: { office }, schedule: 'office', policy, source: 'acme' };

function mistakesIn(value: unknown): string[] {
  const issues = slaFile.safeParse(value).error?.issues ?? [];
  return issues.map(({ path, message }) => [path.join('.'), message].join(' ').trim());
}

describe('the file of sla apply', () => {
  it.each<[string, object]>([
    ['schedules and a policy of a source', file],
    ['a policy of a tenant', { ...file, source: undefined, tenant: 'acme' }],
    ['a schedule without a policy', { ...file, policy: null }],
    ['schedules alone', { schedules: { office }, tenant: 'acme' }],
    ['a policy alone, on a schedule known from before', { schedule: 'office', policy, source: 'acme' }],
    ['a policy for later', { ...file, valid_from: '2026-12-01T00:00:00+01:00' }],
  ])('takes %s', (_name, value) => {
    expect(mistakesIn(value)).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['a mistyped key', { polices: [] }, 'Unrecognized key: "polices"'],
    [
      'a policy without hours',
      { schedule: undefined },
      'schedule is needed beside policy: the name of the schedule its tickets go by',
    ],
    [
      'hours without a policy',
      { policy: undefined },
      'policy is needed beside schedule: write null where nothing is promised',
    ],
    [
      'nothing',
      { schedules: {}, schedule: undefined, policy: undefined },
      'schedules nothing is here to apply',
    ],
    [
      'a name with a slash',
      { schedules: { 'a/b': office } },
      'schedules.a/b is no name: up to 64 letters, digits, dots, dashes and underscores',
    ],
    [
      'a time of no zone',
      { valid_from: '2026-12-01 00:00' },
      'valid_from is no instant: write 2026-12-01T00:00:00Z',
    ],
    [
      'an instant for hours',
      { schedule: undefined, policy: undefined, valid_from: '2026-12-01T00:00:00Z' },
      'valid_from is for a policy; schedules hold from the next local midnight',
    ],
    [
      'a tenant that can be none',
      { tenant: 'A B' },
      'tenant lower-case letters, digits, dash and underscore',
    ],
    [
      'hours that overlap',
      {
        schedules: {
          office: {
            timezone: 'UTC',
            versions: [
              {
                valid_from: null,
                weekly: {
                  mon: [
                    ['09:00', '13:00'],
                    ['12:00', '17:00'],
                  ],
                },
              },
            ],
          },
        },
      },
      'schedules.office.versions.0.weekly.mon 09:00-13:00 overlaps 12:00-17:00',
    ],
    [
      'an unknown zone',
      { schedules: { office: hours('09:00', '17:00', { timezone: 'Mars/Base' }) } },
      'schedules.office.timezone is no known IANA time zone, such as Europe/Berlin',
    ],
    [
      'a target of 0',
      { policy: { ...policy, targets: { default: { resolution: 0 } } } },
      'policy.targets.default.resolution a target is at least one second; leave it out (or write null) where nothing is promised',
    ],
    [
      'a target of centuries',
      { policy: { ...policy, targets: { low: { resolution: 9e9 } } } },
      'policy.targets.low.resolution a target is ten years at most',
    ],
    [
      'a priority that can not be stored',
      { policy: { ...policy, targets: { 'a\0': { resolution: 9 } } } },
      'policy.targets.a\0 is no priority: up to 100 characters, no NUL',
    ],
    [
      'too many priorities',
      {
        policy: {
          ...policy,
          targets: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`p${n}`, {}])),
        },
      },
      'policy.targets are for 50 priorities at most',
    ],
    [
      'too many schedules',
      { schedules: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`s${n}`, office])) },
      'schedules are 50 at most at a time',
    ],
    [
      'too much',
      {
        schedules: {
          office: hours('09:00', '17:00', { holidays: Array.from({ length: 30_000 }, () => '2026-12-25') }),
        },
      },
      'schedules are more than 256 KiB',
    ],
  ])('tells of %s', (_name, mistake, message) => {
    expect(mistakesIn({ ...file, ...mistake })).toContain(message);
  });
});
