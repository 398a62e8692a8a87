import { z } from 'zod';

/** Far outside what PostgreSQL can hold no ticket lies. */
const YEAR_ONE = Date.UTC(1000, 0, 1);

/** Given once, several times, or separated by commas. */
export function several<T extends z.ZodType>(item: T) {
  return z.preprocess(
    (given) => (Array.isArray(given) ? given : [given]).flatMap(splitAtCommas),
    z.array(item),
  );
}

function splitAtCommas(given: unknown): unknown[] {
  return typeof given === 'string' ? given.split(',') : [given];
}

/** PostgreSQL's text holds no NUL, so nothing could match. */
export const plainText = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => !text.includes('\0'), 'a NUL character is in no text');

/** As UTC, whatever the offset it was given in. */
export const instant = z.iso
  .datetime({ offset: true, error: 'expected an instant such as 2026-03-02T10:00:00Z' })
  .refine((text) => Date.parse(text) >= YEAR_ONE, 'no ticket is that old')
  .transform((text) => new Date(text).toISOString());

export const pageSize = z.coerce.number().int().min(1).max(200).default(50);

/** Goes with every read that lags behind the log. */
export const readOptions = {
  at_least: z
    .string()
    .regex(/^\d{1,5}:\d{1,15}$/, 'expected lane:position, such as 3:1042')
    .describe(
      'A position that a webhook was answered with. The answer then includes that event: it waits for it, by default up to ' +
        '5 seconds, with `Prefer: wait=<seconds>` up to 30, and is 503 `not_yet_visible` after that.',
    )
    .optional(),
};

export const bySource = {
  source: plainText
    .describe('Where several tenants have the same ticket id: in the tenant of this source.')
    .optional(),
};
