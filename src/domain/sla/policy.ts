import { z } from 'zod';
import { normaliseStatus } from '../status-names';
import { type Status } from '../lifecycle';
import { type slaMetrics } from '../own-bodies';

export type SlaMetric = (typeof slaMetrics)[number];
export type Basis = 'calendar' | 'business';

const target = z
  .int('is no whole number of seconds')
  .min(1, 'a target is at least one second; leave it out (or write null) where nothing is promised')
  .nullish();

const targets = z.strictObject({ first_response: target, next_response: target, resolution: target });

const pauseStatus = z.string().transform((raw, context): PauseStatus => {
  const status = normaliseStatus(raw);
  if (status === 'pending' || status === 'on_hold') return status;
  const message =
    status === null
      ? `${raw} is no known status`
      : `${status} cannot pause: only pending and on_hold wait for somebody else`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

export type PauseStatus = Extract<Status, 'pending' | 'on_hold'>;

export const policySchema = z.strictObject({
  basis: z.enum(['calendar', 'business'], 'is calendar or business'),
  /** Seconds, by priority; `default` for every other priority and for none. */
  targets: z.record(z.string(), targets).superRefine((byPriority, context) => {
    const names = Object.keys(byPriority);
    if (names.length === 0) context.addIssue({ code: 'custom', message: 'name at least one target' });
    const twice = names.find((name, index) => names.findIndex((n) => fold(n) === fold(name)) < index);
    if (twice !== undefined)
      context.addIssue({ code: 'custom', path: [twice], message: 'the same priority twice' });
  }),
  pause_statuses: z.array(pauseStatus).default(['pending']),
  warn_percent: z
    .number()
    .gt(0, 'is more than 0: a warning at the start warns of nothing')
    .lt(100, 'is less than 100: at the deadline it is too late')
    .default(80),
});

export type Policy = z.output<typeof policySchema>;

/** Senders disagree about the case of a priority, and a target missed for that would be missed silently. */
function fold(priority: string): string {
  return priority.trim().toLowerCase();
}

/** In ms. Null: nothing is promised. What a priority does not name falls to `default`; what it names null does not. */
export function targetOf(policy: Policy, metric: SlaMetric, priority: string | null): number | null {
  const named = priority === null ? undefined : targetsOf(policy, priority);
  const seconds = named?.[metric] === undefined ? policy.targets.default?.[metric] : named[metric];
  return seconds === null || seconds === undefined ? null : seconds * 1000;
}

function targetsOf({ targets: byPriority }: Policy, priority: string): Policy['targets'][string] | undefined {
  if (Object.hasOwn(byPriority, priority)) return byPriority[priority];
  const wanted = fold(priority);
  for (const name of Object.keys(byPriority)) if (fold(name) === wanted) return byPriority[name];
  return undefined;
}
