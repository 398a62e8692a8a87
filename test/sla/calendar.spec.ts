import fc from 'fast-check';
import { type Calendar, calendarOf, REACH_MS } from '../../src/domain/sla/calendar';
import { isAlwaysOpen, type Schedule, scheduleSchema } from '../../src/domain/sla/schedule';
import { instantOf, isZone, nextLocalMidnight, offsetAt, startOfLocalDate } from '../../src/domain/sla/zone';
import { odd, place, weekly } from './support/calendars';
import { scheduleNamed } from './support/golden';
import { slowBusiness } from './support/slow-calendar';

const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(text);
const of = (schedule: Schedule): Calendar => calendarOf([{ version: 1, validFrom: null, body: schedule }]);
const open = (zone: string, hours: readonly string[][], more: object = {}): Calendar => {
  const every = Object.fromEntries(
    ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, hours]),
  );
  return of(
    scheduleSchema.parse({ timezone: zone, versions: [{ valid_from: null, weekly: every }], ...more }),
  );
};
const hours = (calendar: Calendar, from: string, to: string): number =>
  calendar.business(at(from), at(to)) / HOUR;

describe('local time', () => {
  it('that a clock shows twice is the earlier instant', () => {
    expect(instantOf('Europe/Berlin', at('2026-10-25T02:30:00Z'))).toBe(at('2026-10-25T00:30:00Z'));
    expect(instantOf('Australia/Lord_Howe', at('2026-04-05T01:45:00Z'))).toBe(at('2026-04-04T14:45:00Z'));
  });

  it('that a clock jumps over lies as far behind the jump', () => {
    expect(instantOf('Europe/Berlin', at('2026-03-29T02:30:00Z'))).toBe(at('2026-03-29T01:30:00Z'));
    expect(instantOf('America/Sao_Paulo', at('2018-11-04T00:00:00Z'))).toBe(at('2018-11-04T03:00:00Z'));
    expect(instantOf('Pacific/Apia', at('2011-12-30T12:00:00Z'))).toBe(at('2011-12-30T22:00:00Z'));
  });

  it('is told by offsets of any kind', () => {
    expect(offsetAt('Asia/Kathmandu', 0) / HOUR).toBe(5.5);
    expect(offsetAt('Asia/Kathmandu', at('2026-01-01T00:00:00Z')) / HOUR).toBe(5.75);
    expect(offsetAt('America/St_Johns', at('2026-01-01T00:00:00Z')) / HOUR).toBe(-3.5);
    expect(offsetAt('Africa/Monrovia', 0)).toBe(-(44 * 60 + 30) * 1000);
    expect(offsetAt('UTC', 0)).toBe(0);
  });

  it('begins a date at the first instant that has it', () => {
    expect(nextLocalMidnight('Europe/Berlin', at('2026-03-28T23:00:00Z'))).toBe(at('2026-03-29T22:00:00Z'));
    expect(nextLocalMidnight('Europe/Berlin', at('2026-03-28T22:59:59Z'))).toBe(at('2026-03-28T23:00:00Z'));
    expect(nextLocalMidnight('America/Sao_Paulo', at('2018-11-03T20:00:00Z'))).toBe(
      at('2018-11-04T03:00:00Z'),
    );
    expect(startOfLocalDate('Asia/Kolkata', '2026-03-02')).toBe(at('2026-03-01T18:30:00Z'));
  });

  it('knows a zone by its IANA name only', () => {
    for (const name of [...Object.keys(odd), 'UTC']) expect(isZone(name)).toBe(true);
    for (const name of ['+02:00', 'Europe/Berlln', '', 'local']) expect(isZone(name)).toBe(false);
  });
});

describe('business time', () => {
  it('takes the hours of the clock, whatever it does: 23 and 25 hours a day', () => {
    const berlin = open('Europe/Berlin', [['00:00', '24:00']]);
    expect(hours(berlin, '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z')).toBe(23);
    expect(hours(berlin, '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z')).toBe(25);
    const night = open('Europe/Berlin', [['01:00', '04:00']]);
    expect(hours(night, '2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z')).toBe(2);
    expect(hours(night, '2026-10-24T12:00:00Z', '2026-10-25T12:00:00Z')).toBe(4);
  });

  it('counts no hour that the clock jumps over, and none twice', () => {
    const skipped = open('Europe/Berlin', [['02:00', '03:00']]);
    expect(hours(skipped, '2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z')).toBe(0);
    const halves = open('Europe/Berlin', [
      ['01:30', '02:30'],
      ['03:00', '04:00'],
    ]);
    expect(hours(halves, '2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z')).toBe(1.5);
    const apia = open('Pacific/Apia', [['09:00', '17:00']]);
    expect(hours(apia, '2011-12-29T04:00:00Z', '2012-01-01T04:00:00Z')).toBe(24);
  });

  it('of a half-hour zone has several intervals a day', () => {
    const kolkata = of(scheduleNamed('kolkata_split'));
    expect(hours(kolkata, '2026-03-02T07:00:00Z', '2026-03-02T09:00:00Z')).toBe(1);
    expect(kolkata.addBusiness(at('2026-03-02T07:00:00Z'), HOUR)).toBe(at('2026-03-02T09:00:00Z'));
  });

  it('knows holidays as local dates', () => {
    const berlin = of(scheduleNamed('berlin_9_17'));
    expect(hours(berlin, '2026-04-02T00:00:00Z', '2026-04-08T00:00:00Z')).toBe(16);
    const auckland = open('Pacific/Auckland', [['09:00', '10:00']], { holidays: ['2026-12-25'] });
    expect(hours(auckland, '2026-12-24T12:00:00Z', '2026-12-25T12:00:00Z')).toBe(0);
    expect(hours(auckland, '2026-12-23T12:00:00Z', '2026-12-24T12:00:00Z')).toBe(1);
  });

  it('has a 29th of February in leap years', () => {
    const leap = open('Europe/Berlin', [['09:00', '17:00']]);
    expect(hours(leap, '2028-02-28T00:00:00Z', '2028-03-02T00:00:00Z')).toBe(24);
    expect(
      hours(
        open('UTC', [['09:00', '17:00']], { holidays: ['2028-02-29'] }),
        '2028-02-28T00:00:00Z',
        '2028-03-02T00:00:00Z',
      ),
    ).toBe(16);
  });

  it('changes its hours with the local date', () => {
    const berlin = of(scheduleNamed('berlin_longer_from_4_march'));
    expect(hours(berlin, '2026-03-03T15:00:00Z', '2026-03-04T19:00:00Z')).toBe(12);
  });

  it('is due at the end of the hours, not at the next opening', () => {
    const berlin = of(scheduleNamed('berlin_9_17'));
    expect(berlin.addBusiness(at('2026-03-02T08:00:00Z'), 8 * HOUR)).toBe(at('2026-03-02T16:00:00Z'));
    expect(berlin.addBusiness(at('2026-03-02T08:00:00Z'), 8 * HOUR + 1)).toBe(at('2026-03-03T08:00:00.001Z'));
  });

  it('is not looked for more than two years ahead', () => {
    const rare = open('UTC', [], {
      versions: [{ valid_from: null, weekly: { mon: [['09:00', '09:01']] } }],
    });
    const start = at('2026-03-02T00:00:00Z');
    expect(rare.addBusiness(start, 104 * 60_000)).toBeLessThan(start + REACH_MS);
    expect(rare.addBusiness(start, 110 * 60_000)).toBeNull();
    expect(rare.addBusiness(start, 110 * 60_000, start + 2 * REACH_MS)).not.toBeNull();
  });

  it('of an edited schedule is the old one’s up to the edit, unless it is reprocessed', () => {
    const old = scheduleNamed('berlin_9_17');
    const young = scheduleSchema.parse({
      timezone: 'Europe/Berlin',
      versions: [{ valid_from: null, weekly: { tue: [['09:00', '10:00']], wed: [['09:00', '10:00']] } }],
    });
    const midnight = startOfLocalDate('Europe/Berlin', '2026-03-04');
    const edited = [
      { version: 1, validFrom: null, body: old },
      { version: 2, validFrom: midnight, body: young },
    ];
    expect(hours(calendarOf(edited), '2026-03-03T00:00:00Z', '2026-03-05T00:00:00Z')).toBe(9);
    expect(calendarOf(edited).openWithin(at('2026-03-03T00:00:00Z'), at('2026-03-05T00:00:00Z'))).toEqual([
      { from: at('2026-03-03T08:00:00Z'), to: at('2026-03-03T16:00:00Z'), version: 1 },
      { from: at('2026-03-04T08:00:00Z'), to: at('2026-03-04T09:00:00Z'), version: 2 },
    ]);
    const again = {
      version: 3,
      validFrom: midnight - 7 * 24 * HOUR,
      reprocessedUntil: midnight - HOUR,
      body: young,
    };
    expect(hours(calendarOf([...edited, again]), '2026-03-03T00:00:00Z', '2026-03-05T00:00:00Z')).toBe(2);
  });
});

describe('any calendar', () => {
  const runs = { numRuns: 300 };
  const ms = fc.integer({ min: -3 * 24 * HOUR, max: 3 * 24 * HOUR });

  it('measures what looking at every minute measures', () => {
    fc.assert(
      fc.property(weekly, ms, ms, ({ schedule, around }, a, b) => {
        if (isAlwaysOpen(schedule)) return;
        const [from, to] = [around + Math.min(a, b), around + Math.max(a, b)];
        expect(of(schedule).business(from, to)).toBe(slowBusiness(schedule, from, to));
      }),
      { numRuns: 120 },
    );
  }, 60_000);

  it('adds up, never exceeds the time that passes, and agrees with its own intervals', () => {
    fc.assert(
      fc.property(place, ms, ms, ms, ({ schedule, around }, ...three) => {
        const [a = 0, b = 0, c = 0] = three.sort((x, y) => x - y).map((x) => around + x);
        const calendar = of(schedule);
        const [ab, bc, ac] = [calendar.business(a, b), calendar.business(b, c), calendar.business(a, c)];
        expect(ab + bc).toBe(ac);
        expect(ac).toBeGreaterThanOrEqual(0);
        expect(ac).toBeLessThanOrEqual(c - a);
        if (isAlwaysOpen(schedule)) expect(ac).toBe(c - a);
        const within = calendar.openWithin(a, c);
        expect(within.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(ac);
        within.forEach(({ from, to }, index) => {
          expect(from).toBeLessThan(to);
          expect(from).toBeGreaterThanOrEqual(within[index - 1]?.to ?? a);
        });
      }),
      runs,
    );
  });

  it('finds the first instant by which a time has passed', () => {
    fc.assert(
      fc.property(place, ms, fc.integer({ min: 1, max: 40 * HOUR }), ({ schedule, around }, offset, span) => {
        const calendar = of(schedule);
        const start = around + offset;
        const due = calendar.addBusiness(start, span);
        if (due === null) {
          expect(calendar.business(start, start + REACH_MS)).toBeLessThan(span);
          return;
        }
        expect(calendar.business(start, due)).toBe(span);
        expect(calendar.business(start, due - 1)).toBe(span - 1);
      }),
      runs,
    );
  });

  it('answers the same however far it was asked before', () => {
    fc.assert(
      fc.property(place, ms, ms, fc.array(ms), ({ schedule, around }, a, b, others) => {
        const asked = of(schedule);
        for (const other of others) asked.business(around + other * 300, around + other * 301);
        const [from, to] = [around + Math.min(a, b), around + Math.max(a, b)];
        expect(asked.business(from, to)).toBe(of(schedule).business(from, to));
        expect(asked.addBusiness(from, HOUR)).toBe(of(schedule).addBusiness(from, HOUR));
      }),
      { numRuns: 60 },
    );
  });
});
