import { z } from 'zod';
import { isoOf } from './sla-access';
import { policyId, type PolicyVersion, scheduleId, type ScheduleVersion } from './sla-version';

const version = z.object({
  kind: z.enum(['schedule', 'policy']),
  id: z.string().describe('tenant/name of a schedule; source/name or tenant/name of a policy.'),
  version: z.int(),
  valid_from: z.iso.datetime().nullable().describe('Null: from the beginning.'),
  config_revision: z.int(),
});

export const slaChange = z.object({
  config_revision: z
    .int()
    .describe('Tickets concerned carry it, or a later one, once the change is applied.'),
  made: z.array(version),
  unchanged: z.array(version).describe('Said again, and in force already: no version was made.'),
  notices: z.array(z.string()),
});

/** What `sla apply` and `sla reprocess` answer, on the command line and over HTTP. */
export type SlaChange = z.output<typeof slaChange>;

export function changedVersion(changed: ScheduleVersion | PolicyVersion): z.output<typeof version> {
  const isSchedule = changed.kind === 'schedule';
  return {
    kind: isSchedule ? 'schedule' : 'policy',
    id: isSchedule ? scheduleId(changed.tenant, changed.name) : policyId(changed),
    version: changed.version,
    valid_from: isoOf(changed.validFrom),
    config_revision: changed.id,
  };
}
