import { expand, type OpenInterval } from './open-time';
import { isAlwaysOpen, type Schedule } from './schedule';
import { type Reign, reignsOf, type Version } from './versions';

const DAY_MS = 24 * 60 * 60 * 1000;
/** How far ahead open hours are laid out: a deadline beyond it is none. */
export const REACH_MS = 2 * 365 * DAY_MS;
const MARGIN_MS = 120 * DAY_MS;

/** Business time of one schedule with all its versions. Everything in ms UTC. */
export interface Calendar {
  /** Open time within [from, to). */
  business(from: number, to: number): number;
  /** The first instant by which `ms` of open time have passed since `at`; null if that is later than `until`. */
  addBusiness(at: number, ms: number, until?: number): number | null;
  /** The open parts of [from, to), in order. */
  openWithin(from: number, to: number): OpenInterval[];
}

export function calendarOf(versions: readonly Version<Schedule>[]): Calendar {
  const reigns = reignsOf(versions);
  const [only] = reigns;
  if (reigns.length === 1 && only !== undefined && isAlwaysOpen(only.version.body)) {
    return roundTheClock(only.version.version);
  }
  return laidOut((from, to) => openTimeOf(reigns, from, to));
}

/** Time as it passes: what a target on calendar basis is measured in. */
export const CALENDAR_TIME: Calendar = roundTheClock(0);

function roundTheClock(version: number): Calendar {
  return {
    business: (from, to) => Math.max(0, to - from),
    addBusiness: (at, ms) => at + ms,
    openWithin: (from, to) => (from < to ? [{ from, to, version }] : []),
  };
}

function openTimeOf(reigns: readonly Reign<Schedule>[], from: number, to: number): OpenInterval[] {
  return reigns.flatMap((reign) => {
    const { body, version } = reign.version;
    return expand(body, Math.max(from, reign.from), Math.min(to, reign.to), version);
  });
}

interface Layout {
  readonly from: number;
  readonly to: number;
  readonly open: readonly OpenInterval[];
  /** Open time before the end of each interval, since `from`. */
  readonly total: readonly number[];
}

/** Hours are laid out once, in a stretch that grows on demand: no answer depends on how far it reaches already. */
function laidOut(openTime: (from: number, to: number) => OpenInterval[]): Calendar {
  let layout: Layout = { from: 0, to: 0, open: [], total: [] };
  const covering = (from: number, to: number): Layout => {
    if (layout.from <= from && to <= layout.to && layout.from < layout.to) return layout;
    const isEmpty = layout.from === layout.to;
    const start = Math.min(from - MARGIN_MS, isEmpty ? Infinity : layout.from);
    const end = Math.max(to + MARGIN_MS, isEmpty ? -Infinity : layout.to);
    layout = layOut(start, end, openTime(start, end));
    return layout;
  };
  return {
    business(from, to) {
      if (to <= from) return 0;
      const covered = covering(from, to);
      return passedAt(covered, to) - passedAt(covered, from);
    },
    addBusiness(at, ms, until = at + REACH_MS) {
      if (ms <= 0) return at;
      const covered = covering(at, until);
      const due = instantAt(covered, passedAt(covered, at) + ms);
      return due !== null && due <= until ? due : null;
    },
    openWithin(from, to) {
      if (to <= from) return [];
      const { open } = covering(from, to);
      const within: OpenInterval[] = [];
      for (let index = firstEndingAfter(open, from); index < open.length; index += 1) {
        const interval = open[index];
        if (interval === undefined || interval.from >= to) break;
        within.push({ ...interval, from: Math.max(interval.from, from), to: Math.min(interval.to, to) });
      }
      return within;
    },
  };
}

function layOut(from: number, to: number, open: readonly OpenInterval[]): Layout {
  let sum = 0;
  return { from, to, open, total: open.map((interval) => (sum += interval.to - interval.from)) };
}

/** Open time from the start of the layout to an instant. */
function passedAt({ open, total }: Layout, at: number): number {
  const index = firstEndingAfter(open, at);
  const before = total[index - 1] ?? 0;
  const interval = open[index];
  return interval === undefined ? before : before + Math.max(0, at - interval.from);
}

/** The first instant by which so much open time has passed: the end of one interval, not the start of the next. */
function instantAt({ open, total }: Layout, passed: number): number | null {
  const index = firstIndex(total.length, (i) => (total[i] ?? 0) >= passed);
  const interval = open[index];
  return interval === undefined ? null : interval.to - ((total[index] ?? 0) - passed);
}

function firstEndingAfter(open: readonly OpenInterval[], at: number): number {
  return firstIndex(open.length, (i) => (open[i]?.to ?? 0) > at);
}

/** Binary search: `holds` is false up to some index and true from there on. */
function firstIndex(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
