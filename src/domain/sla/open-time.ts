import { isAlwaysOpen, minutesOf, type Schedule, weekdays, type WeeklySchedule } from './schedule';
import { instantOf, offsetAt } from './zone';

/** [from, to) in ms UTC. */
export interface OpenInterval {
  readonly from: number;
  readonly to: number;
  /** Of the schedule. */
  readonly version: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const THURSDAY = 4;

type Minutes = readonly [from: number, to: number];

interface Hours {
  /** Days since 1970, of the local date. */
  readonly validFrom: number;
  /** By weekday, Sunday first. */
  readonly week: readonly (readonly Minutes[])[];
}

/** The open hours between two instants, in order and without overlap. A day's hours are those valid on its local date. */
export function expand(schedule: Schedule, from: number, to: number, version: number): OpenInterval[] {
  if (isAlwaysOpen(schedule)) return from < to ? [{ from, to, version }] : [];
  const { timezone } = schedule;
  const hours = schedule.versions.map(compile);
  const holidays = new Set(schedule.holidays.map(dayOf));
  const offsets = new Map<number, number>();
  const offsetOn = (day: number): number => {
    const known = offsets.get(day) ?? offsetAt(timezone, day * DAY_MS);
    offsets.set(day, known);
    return known;
  };
  const open: OpenInterval[] = [];
  for (let day = Math.floor(from / DAY_MS) - 2; day <= Math.floor(to / DAY_MS) + 2; day += 1) {
    if (holidays.has(day)) continue;
    // Equal on either side: no clock change touches the day, so its times need no search.
    const offset = offsetOn(day - 1);
    const isPlain = offset === offsetOn(day + 2);
    for (const minutes of minutesOn(hours, day)) {
      const [opens, closes] = minutes.map((minute) => {
        const local = day * DAY_MS + minute * MINUTE_MS;
        return isPlain ? local - offset : instantOf(timezone, local);
      }) as [number, number];
      open.push({ from: Math.max(opens, from), to: Math.min(closes, to), version });
    }
  }
  return joined(open);
}

/**
 * Times that the clock jumps over lie after it, where they may come before or together with others: sorted, empty
 * ones dropped, and what meets made one. Time is open or not, never twice.
 */
function joined(intervals: OpenInterval[]): OpenInterval[] {
  const open: OpenInterval[] = [];
  for (const interval of intervals.sort((a, b) => a.from - b.from)) {
    const last = open.at(-1);
    if (interval.from >= interval.to || (last !== undefined && interval.to <= last.to)) continue;
    if (last === undefined || last.to < interval.from) open.push(interval);
    else open[open.length - 1] = { ...last, to: interval.to };
  }
  return open;
}

function compile({ valid_from, weekly }: WeeklySchedule['versions'][number]): Hours {
  const week = weekdays.map((weekday) =>
    (weekly[weekday] ?? [])
      .map(([from, to]): Minutes => [minutesOf(from), minutesOf(to)])
      .sort(([a], [b]) => a - b),
  );
  return { validFrom: valid_from === null ? -Infinity : dayOf(valid_from), week };
}

function minutesOn(hours: readonly Hours[], day: number): readonly Minutes[] {
  const weekday = (((day + THURSDAY) % 7) + 7) % 7;
  return hours.findLast(({ validFrom }) => validFrom <= day)?.week[weekday] ?? [];
}

function dayOf(date: string): number {
  return Date.parse(`${date}T00:00:00.000Z`) / DAY_MS;
}
