import { InvalidArgumentError } from 'commander';
import { type z } from 'zod';
import { CasetrailError } from '../kernel/errors';

/** What a command was given, by a schema; every mistake in one message. */
export function checked<S extends z.ZodType>(schema: S, given: unknown): z.output<S> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw new CasetrailError('invalid_input', mistakes.join('; '));
}

/** For options that may be given several times or with commas. */
export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, ...text.split(',').map((item) => item.trim())].filter((item) => item !== '');
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a whole number');
  return Number(text);
}

export function percent(text: string): number {
  const number = wholeNumber(text);
  if (number > 100) throw new InvalidArgumentError('expected a number from 0 to 100');
  return number;
}

export function positive(text: string): number {
  const number = wholeNumber(text);
  if (number === 0) throw new InvalidArgumentError('expected a number above 0');
  return number;
}

const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** 90s, 15m, 24h, 7d; a bare 0 too. */
export function duration(text: string): number {
  if (text === '0') return 0;
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  if (match === null) throw new InvalidArgumentError('expected a duration such as 90s, 15m, 24h or 7d');
  return Number(match[1]) * UNITS_MS[match[2] as keyof typeof UNITS_MS];
}

export function instant(text: string): Date {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('expected an instant such as 2026-12-31T00:00:00Z');
  return new Date(ms);
}

/** For what is to end then. */
export function future(text: string): Date {
  const then = instant(text);
  if (then.getTime() <= Date.now()) throw new InvalidArgumentError('that instant lies in the past');
  return then;
}
