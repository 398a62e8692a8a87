import { type WeeklySchedule } from '../../../src/domain/sla/schedule';
import { slowBusiness } from '../../sla/support/slow-calendar';
import { BERLIN } from './desk';
import { DAY } from './help-desk';

const SECOND = 1000;
const ZONE = 'Europe/Berlin';
const PARTS = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
});

/** An instant on a wall in Berlin. */
export function inBerlin(at: number): {
  date: string;
  month: string;
  week: string;
  weekday: number;
  hour: number;
} {
  const told = Object.fromEntries(PARTS.formatToParts(at).map(({ type, value }) => [type, value]));
  const date = `${told['year']}-${told['month']}-${told['day']}`;
  const weekday = new Date(date).getUTCDay() || 7;
  const week = new Date(Date.parse(date) - (weekday - 1) * DAY).toISOString().slice(0, 10);
  return { date, month: `${date.slice(0, 7)}-01`, week, weekday, hour: Number(told['hour']) };
}

/** The first day of an instant's month, UTC. */
export function monthOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 7)}-01`;
}

export function secondsBetween(from: number, to: number): number {
  return Math.floor((to - from) / SECOND);
}

export function businessMs(from: number, to: number): number {
  return slowBusiness(BERLIN as WeeklySchedule, from, to);
}

/** As percentile_disc: the value of a real case. */
export function percentile(share: number, values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? null;
}

export function mean(values: readonly number[]): number {
  return Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
}

export function percent(part: number, whole: number): string {
  return ((100 * part) / whole).toFixed(1);
}

/** In the order of their keys. */
export function grouped<T>(
  items: readonly T[],
  key: (item: T) => string,
): readonly (readonly [string, readonly T[]])[] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}
