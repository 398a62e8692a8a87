/** What fits on a terminal. */
export const COLUMNS = 100;

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** 93784 s: 1d 2h 3m 4s. */
export function durationOf(seconds: number): string {
  let rest = Math.abs(Math.floor(seconds));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return `${seconds < 0 ? '-' : ''}${parts.join(' ') || '0s'}`;
}

/** Local time of one zone: `Mon 2026-03-02 11:00:00.250`, the fraction only where there is one. */
export type Clock = (instant: string | number) => string;

export function clockIn(zone: string): Clock {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return (instant) => {
    const at = new Date(instant);
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const { weekday, year, month, day, hour, minute, second } = part as Record<string, string>;
    const fraction = at.getTime() % 1000 === 0 ? '' : `.${at.toISOString().slice(20, 23)}`;
    return `${weekday} ${year}-${month}-${day} ${hour}:${minute}:${second}${fraction}`;
  };
}

/** Breaks between the items where the terminal ends; what follows the first line stands below its text. */
export function wrapped(indent: string, items: readonly string[], separator = ', '): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const [index, item] of items.entries()) {
    const text = index < items.length - 1 ? `${item}${separator}` : item;
    if (line.trim() !== '' && line.length + text.trimEnd().length > COLUMNS) {
      lines.push(line.trimEnd());
      line = ' '.repeat(indent.length);
    }
    line += text;
  }
  return [...lines, line.trimEnd()];
}
