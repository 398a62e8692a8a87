import fc from 'fast-check';
import { type Schedule, scheduleSchema, weekdays } from '../../../src/domain/sla/schedule';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Zones that go wrong in different ways, each with an instant around which its clocks do something. */
export const odd = {
  'Europe/Berlin': ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '2028-02-29T00:00:00Z'],
  'America/New_York': ['2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z'],
  'Asia/Kolkata': ['2026-03-02T00:00:00Z'],
  'Asia/Kathmandu': ['2026-03-02T00:00:00Z'],
  'Australia/Lord_Howe': ['2026-04-04T15:00:00Z', '2026-10-03T15:30:00Z'],
  'America/St_Johns': ['2026-03-08T05:30:00Z', '2026-11-01T04:30:00Z'],
  'Africa/Casablanca': ['2026-02-15T02:00:00Z', '2026-03-22T02:00:00Z'],
  'America/Sao_Paulo': ['2018-11-04T03:00:00Z', '2018-02-18T02:00:00Z'],
  'Pacific/Apia': ['2011-12-30T10:00:00Z'],
  'Asia/Beirut': ['2026-03-28T22:00:00Z', '2026-10-24T21:00:00Z'],
} as const;

const zoneAndTime = fc
  .constantFrom(...Object.entries(odd))
  .chain(([zone, around]) => fc.record({ zone: fc.constant(zone), around: fc.constantFrom(...around) }));

/** Up to three times of a day, over midnight as well, many of them at the hours in which clocks are changed. */
const minuteOfDay = fc.oneof(
  fc.integer({ min: 0, max: 96 }).map((quarters) => quarters * 15),
  fc.integer({ min: 0, max: 8 }).map((halves) => halves * 30),
  fc.integer({ min: 0, max: 1440 }),
);
const day = fc.uniqueArray(minuteOfDay, { minLength: 0, maxLength: 6 }).map((minutes) => {
  const sorted = minutes.toSorted((a, b) => a - b);
  const pairs = sorted.flatMap((from, index) =>
    index % 2 === 0 ? [[from, sorted[index + 1]] as const] : [],
  );
  return pairs.flatMap(([from, to]) => (to === undefined || from === 1440 ? [] : [[clock(from), clock(to)]]));
});
const week = fc
  .tuple(day, day, day, day, day, day, day)
  .map((days) => Object.fromEntries(weekdays.map((name, index) => [name, days[index] ?? []])));

export interface Place {
  readonly schedule: Schedule;
  /** The clocks of its zone change about here. */
  readonly around: number;
}

export const weekly: fc.Arbitrary<Place> = zoneAndTime.chain(({ zone, around }) => {
  const nearby = fc.integer({ min: -4, max: 4 }).map((days) => dateOf(Date.parse(around) + days * DAY));
  return fc
    .record({
      weeks: fc.array(week, { minLength: 1, maxLength: 3 }),
      dates: fc.uniqueArray(nearby),
      holidays: fc.array(nearby, { maxLength: 2 }),
    })
    .map(({ weeks, dates, holidays }) => {
      const later = dates.toSorted();
      const versions = weeks
        .slice(0, later.length + 1)
        .map((hours, index) => ({ valid_from: index === 0 ? null : later[index - 1], weekly: hours }));
      const [first] = versions;
      if (first !== undefined) first.weekly = { ...first.weekly, wed: [['08:00', '09:00']] };
      return {
        schedule: scheduleSchema.parse({ timezone: zone, versions, holidays }),
        around: Date.parse(around),
      };
    });
});

export const place: fc.Arbitrary<Place> = fc.oneof(
  { weight: 6, arbitrary: weekly },
  {
    weight: 1,
    arbitrary: fc.constant({
      schedule: { always_open: true },
      around: Date.parse('2026-03-29T00:00:00Z'),
    }),
  },
);

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

function dateOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}
