import { z } from 'zod';
import { policySchema } from '../domain/sla/policy';
import { scheduleSchema } from '../domain/sla/schedule';
import { TENANT_PATTERN } from '../kernel/ticket-key';
import { storableText } from '../platform/postgres/storable-text';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const FILE_MAX_CHARACTERS = 256 * 1024;
const SCHEDULES_MAX = 50;
const PRIORITIES_MAX = 50;
const PRIORITY_MAX_CHARACTERS = 100;
const TARGET_MAX_S = 10 * 365 * 24 * 60 * 60;

const scheduleName = z
  .string()
  .regex(NAME, 'is no name: up to 64 letters, digits, dots, dashes and underscores');

const boundedPolicy = policySchema.superRefine(({ targets }, context) => {
  const complain = (message: string, ...path: string[]): void =>
    context.addIssue({ code: 'custom', path: ['targets', ...path], message });
  const priorities = Object.entries(targets);
  if (priorities.length > PRIORITIES_MAX) complain(`are for ${PRIORITIES_MAX} priorities at most`);
  for (const [priority, byMetric] of priorities) {
    if (priority.length > PRIORITY_MAX_CHARACTERS || storableText(priority) !== priority) {
      complain(`is no priority: up to ${PRIORITY_MAX_CHARACTERS} characters, no NUL`, priority);
    }
    for (const [metric, seconds] of Object.entries(byMetric)) {
      if ((seconds ?? 0) > TARGET_MAX_S) complain('a target is ten years at most', priority, metric);
    }
  }
});

/** What `sla apply` takes. Whether its source and schedule exist, only the database knows. */
export const slaFile = z
  .strictObject({
    schedules: z.record(z.string(), scheduleSchema).default({}),
    schedule: scheduleName.optional().describe("The schedule of the source's or tenant's tickets."),
    policy: boundedPolicy.nullable().optional().describe('Null: a schedule without targets.'),
    source: z.string().optional(),
    tenant: z.string().regex(TENANT_PATTERN, 'lower-case letters, digits, dash and underscore').optional(),
    valid_from: z.iso
      .datetime({ offset: true, error: 'is no instant: write 2026-12-01T00:00:00Z' })
      .optional()
      .describe('When a later policy takes over; else at once.'),
  })
  .superRefine((file, context) => {
    const complain = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    const names = Object.keys(file.schedules);
    for (const name of names) {
      const checked = scheduleName.safeParse(name);
      const message = checked.error?.issues[0]?.message;
      if (message !== undefined) context.addIssue({ code: 'custom', path: ['schedules', name], message });
    }
    if (names.length > SCHEDULES_MAX) complain('schedules', `are ${SCHEDULES_MAX} at most at a time`);
    if (file.policy !== undefined && file.schedule === undefined) {
      complain('schedule', 'is needed beside policy: the name of the schedule its tickets go by');
    }
    if (file.schedule !== undefined && file.policy === undefined) {
      complain('policy', 'is needed beside schedule: write null where nothing is promised');
    }
    if (file.valid_from !== undefined && file.policy === undefined) {
      complain('valid_from', 'is for a policy; schedules hold from the next local midnight');
    }
    if (names.length === 0 && file.policy === undefined) complain('schedules', 'nothing is here to apply');
    if (JSON.stringify(file).length > FILE_MAX_CHARACTERS) complain('schedules', 'are more than 256 KiB');
  });

export type SlaFile = z.output<typeof slaFile>;
