import { z } from 'zod';
import { isZone } from './zone';

export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const TIME = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

export function minutesOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const parsed = new Date(`${text}T00:00:00.000Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}

const time = z.string().regex(TIME, 'is no time of day: write 09:00, or 24:00 for the end of the day');
const date = z.string().refine(isDate, 'is no date: write 2026-12-25');

const interval = z.tuple([time, time]).superRefine(([from, to], context) => {
  if (minutesOf(from) < minutesOf(to)) return;
  const message =
    from === to
      ? `${from}-${to} is empty`
      : `${from}-${to} ends before it begins; hours over midnight are written as ${from}-24:00 and, on the next day, 00:00-${to}`;
  context.addIssue({ code: 'custom', message });
});

const day = z.array(interval).superRefine((intervals, context) => {
  const sorted = intervals.toSorted(([a], [b]) => minutesOf(a) - minutesOf(b));
  sorted.forEach(([from, to], index) => {
    const next = sorted[index + 1];
    if (next === undefined || minutesOf(next[0]) >= minutesOf(to)) return;
    context.addIssue({ code: 'custom', message: `${from}-${to} overlaps ${next[0]}-${next[1]}` });
  });
});

const scheduleVersion = z.strictObject({
  valid_from: date.nullable(),
  weekly: z.strictObject({
    mon: day.optional(),
    tue: day.optional(),
    wed: day.optional(),
    thu: day.optional(),
    fri: day.optional(),
    sat: day.optional(),
    sun: day.optional(),
  }),
});

const versions = z
  .array(scheduleVersion)
  .min(1, 'at least one version is needed')
  .superRefine((list, context) => {
    list.forEach(({ valid_from: from }, index) => {
      const previous = list[index - 1]?.valid_from ?? null;
      const path = [index, 'valid_from'];
      if (index === 0) {
        if (from === null) return;
        const message = `nothing is valid before ${from}; the first version has valid_from null`;
        context.addIssue({ code: 'custom', path, message });
      } else if (from === null) {
        context.addIssue({ code: 'custom', path, message: 'only the first version has valid_from null' });
      } else if (previous !== null && from <= previous) {
        const message = `${from} does not follow ${previous}: versions overlap, or are not in order of valid_from`;
        context.addIssue({ code: 'custom', path, message });
      }
    });
    if (list.every(({ weekly }) => Object.values(weekly).every((hours) => (hours ?? []).length === 0))) {
      context.addIssue({
        code: 'custom',
        message: 'it is never open; round the clock is {"always_open": true}',
      });
    }
  });

const weeklySchedule = z.strictObject({
  timezone: z.string().refine(isZone, 'is no known IANA time zone, such as Europe/Berlin'),
  versions,
  /** Local dates, closed all day in every version. */
  holidays: z.array(date).default([]),
});

const alwaysOpen = z.strictObject({ always_open: z.literal(true) });

/** Chosen by its key and not by trying, so that a mistake is told about the shape that was meant. */
export const scheduleSchema = z.unknown().transform((value, context): AlwaysOpen | WeeklySchedule => {
  const isAlways = typeof value === 'object' && value !== null && 'always_open' in value;
  const parsed = (isAlways ? alwaysOpen : weeklySchedule).safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    context.addIssue({ code: 'custom', path: issue.path, message: issue.message });
  }
  return z.NEVER;
});

type AlwaysOpen = z.output<typeof alwaysOpen>;
export type WeeklySchedule = z.output<typeof weeklySchedule>;
export type Schedule = AlwaysOpen | WeeklySchedule;

export function isAlwaysOpen(schedule: Schedule): schedule is AlwaysOpen {
  return 'always_open' in schedule;
}

/** The zone whose midnight counts for later versions of the schedule. */
export function zoneOf(schedule: Schedule): string {
  return isAlwaysOpen(schedule) ? 'UTC' : schedule.timezone;
}
