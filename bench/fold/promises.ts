import { type SlaConfig, slaConfig } from '../../src/domain/sla/config';
import { slaFile } from '../../src/sla/sla-file';
import { TENANT } from '../support/appends';

/** Whole days, so that the lives are within them at whatever hour they are made; weekends are closed. */
const OFFICE = [['00:00', '24:00']];

/** Office hours of a zone that changes its clocks, and targets that some of the lives miss. */
export const promises = slaFile.parse({
  schedules: {
    office: {
      timezone: 'Europe/Berlin',
      versions: [
        {
          valid_from: null,
          weekly: { mon: OFFICE, tue: OFFICE, wed: OFFICE, thu: OFFICE, fri: OFFICE },
        },
      ],
      holidays: ['2026-12-25'],
    },
  },
  schedule: 'office',
  policy: {
    basis: 'calendar',
    targets: { default: { first_response: 3, next_response: 3, resolution: 60 } },
    pause_statuses: ['pending'],
  },
  tenant: TENANT,
});

/** The same for a fold without a database. */
export function promisedConfig(): SlaConfig {
  const { schedules, schedule = '', policy = null } = promises;
  const versions = Object.entries(schedules).map(([name, body]) => {
    return [name, [{ version: 1, validFrom: null, body }]] as const;
  });
  const binding = { policyId: 'bench', policy, scheduleId: schedule };
  return slaConfig({
    schedules: Object.fromEntries(versions),
    bindings: [{ version: 1, validFrom: null, body: binding }],
  });
}
