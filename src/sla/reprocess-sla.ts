import { Inject, Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { z } from 'zod';
import { CasetrailError } from '../kernel/errors';
import { TENANT_PATTERN } from '../kernel/ticket-key';
import { type Acting } from '../platform/http/bearer-guard';
import { DATABASE, type Database } from '../platform/postgres/database';
import { layOutHours } from './open-hours';
import { planReprocess } from './plan-reprocess';
import { recordVersion } from './sla-access';
import { changedVersion, type SlaChange } from './sla-change-view';
import { isSchedule, scheduleId, type ScheduleVersion } from './sla-version';
import { appendVersion, lockSla, readVersions } from './sla-version-store';

export const reprocessRequest = z.strictObject({
  schedule: z.string().min(1).max(200).describe('Its name, or tenant/name.'),
  from: z.iso.date('is no date: write 2026-12-25').describe('A local date of the schedule.'),
  tenant: z.string().regex(TENANT_PATTERN).optional(),
});
export type ReprocessRequest = z.output<typeof reprocessRequest>;

/** The schedule shall have been since an earlier date what it is now: figures that were published change. */
export class ReprocessSla extends Command<SlaChange> {
  constructor(
    readonly request: ReprocessRequest,
    readonly acting: Acting,
  ) {
    super();
  }
}

@Injectable()
@CommandHandler(ReprocessSla)
export class ReprocessSlaHandler implements ICommandHandler<ReprocessSla> {
  constructor(@Inject(DATABASE) private readonly db: Database) {}

  execute({ request, acting }: ReprocessSla): Promise<SlaChange> {
    return this.db.transaction(async (tx) => {
      const now = await lockSla(tx);
      const visible = (await readVersions(tx, acting.tenant)).filter(isSchedule);
      const versions = versionsOf(request, visible);
      const planned = planReprocess(versions, request.from);
      if (planned.made === undefined) {
        const { id } = planned.unchanged;
        return { config_revision: id, made: [], unchanged: [changedVersion(planned.unchanged)], notices: [] };
      }
      const stored = await appendVersion(tx, planned.made);
      await recordVersion(tx, acting, 'sla.reprocess', stored);
      await layOutHours(tx, stored, [...versions, stored], now);
      return { config_revision: stored.id, made: [changedVersion(stored)], unchanged: [], notices: [] };
    });
  }
}

function versionsOf(
  { schedule, tenant }: ReprocessRequest,
  visible: readonly ScheduleVersion[],
): ScheduleVersion[] {
  const meant = visible.filter((one) => {
    const isNamed = one.name === schedule || scheduleId(one.tenant, one.name) === schedule;
    return isNamed && (tenant === undefined || one.tenant === tenant);
  });
  const tenants = [...new Set(meant.map((one) => one.tenant))];
  if (tenants.length > 1) {
    const message = `schedule: the tenants ${tenants.join(', ')} each have a schedule ${schedule}; name the tenant`;
    throw new CasetrailError('invalid_input', message);
  }
  if (tenants.length === 0)
    throw new CasetrailError('not_found', `schedule: there is no schedule ${schedule}.`);
  return meant;
}
