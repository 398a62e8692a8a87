import { type WeeklySchedule } from '../../../src/domain/sla/schedule';

const QUARTER = 15 * 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * Business time by definition and without any cleverness: every boundary is searched among all offsets that the
 * zone has around it, and every minute is looked at.
 */
export function slowBusiness(schedule: WeeklySchedule, from: number, to: number): number {
  const open = slowIntervals(schedule, from, to);
  let sum = 0;
  let at = from;
  while (at < to) {
    const next = Math.min(to, (Math.floor(at / 60_000) + 1) * 60_000);
    if (open.some(([opens, closes]) => opens <= at && at < closes)) sum += next - at;
    at = next;
  }
  return sum;
}

function slowIntervals(schedule: WeeklySchedule, from: number, to: number): [number, number][] {
  const intervals: [number, number][] = [];
  for (let noon = from - 3 * DAY; noon <= to + 3 * DAY; noon += DAY) {
    const date = new Date(noon).toISOString().slice(0, 10);
    if (schedule.holidays.includes(date)) continue;
    const version = schedule.versions.findLast(({ valid_from: valid }) => valid === null || valid <= date);
    const weekday = (['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const)[
      new Date(`${date}T12:00:00Z`).getUTCDay()
    ];
    for (const [opens, closes] of (weekday && version?.weekly[weekday]) ?? []) {
      intervals.push([
        slowInstant(schedule.timezone, date, opens),
        slowInstant(schedule.timezone, date, closes),
      ]);
    }
  }
  return intervals;
}

/** Rule `compatible`: the earlier of two; in a gap, by the offset that held before it. */
function slowInstant(zone: string, date: string, time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const local = Date.parse(`${date}T00:00:00Z`) + hours * HOUR + minutes * 60_000;
  const fits: number[] = [];
  let offsetBefore = slowOffset(zone, local - 26 * HOUR);
  let inGap: number | null = null;
  for (let at = local - 26 * HOUR; at <= local + 26 * HOUR; at += QUARTER) {
    const offset = slowOffset(zone, at);
    if (slowOffset(zone, local - offset) === offset) fits.push(local - offset);
    if (offset !== offsetBefore && at + offsetBefore <= local && local < at + offset)
      inGap = local - offsetBefore;
    offsetBefore = offset;
  }
  const found = fits.length > 0 ? Math.min(...fits) : inGap;
  if (found === null) throw new Error(`no instant for ${date} ${time} in ${zone}`);
  return found;
}

const clocks = new Map<string, Intl.DateTimeFormat>();
const known = new Map<string, number>();

/** From the shown clock, not from the name of the offset. */
function slowOffset(zone: string, at: number): number {
  const key = `${zone} ${at}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const format =
    clocks.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  clocks.set(zone, format);
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  const offset = Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
  known.set(key, offset);
  return offset;
}
