const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const OFFSET = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/;

/** A formatter costs far more to make than to use. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formatters.set(zone, made);
  return made;
}

/** IANA names only: an offset such as +02:00 knows no clock changes, and some runtimes would take it. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Local clock minus UTC at an instant, in ms. */
export function offsetAt(zone: string, instant: number): number {
  const match = OFFSET.exec(formatterOf(zone).format(instant));
  if (match === null) throw new Error(`no offset for ${zone} at ${instant}`);
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
  const size = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS + Number(seconds) * 1000;
  return sign === '-' ? -size : size;
}

/**
 * The instant at which a local clock shows `local` (ms as if it were UTC). Rule `compatible`: of two such
 * instants the earlier; for a time that the clock jumps over, the time as far after the jump.
 */
export function instantOf(zone: string, local: number): number {
  // No zone is more than a day from UTC, so these lie on either side of a change that concerns this day.
  const before = offsetAt(zone, local - DAY_MS);
  const after = offsetAt(zone, local + DAY_MS);
  if (before === after) return local - before;
  const candidates = [local - before, local - after].filter((at) => at + offsetAt(zone, at) === local);
  return candidates.length === 0 ? local - before : Math.min(...candidates);
}

/** The next instant after `instant` at which a local date begins there. */
export function nextLocalMidnight(zone: string, instant: number): number {
  const today = Math.floor((instant + offsetAt(zone, instant)) / DAY_MS);
  const next = instantOf(zone, (today + 1) * DAY_MS);
  return next > instant ? next : instantOf(zone, (today + 2) * DAY_MS);
}

/** The instant at which a local date, written 2026-03-04, begins there. */
export function startOfLocalDate(zone: string, date: string): number {
  return instantOf(zone, Date.parse(`${date}T00:00:00.000Z`));
}
