import { Inject, Injectable } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { z } from 'zod';
import { reignAt, reignsOf, type Version } from '../domain/sla/versions';
import { DATABASE, type Database } from '../platform/postgres/database';
import { isoOf } from './sla-access';
import { isPolicy, isSchedule, policyId, scheduleId, type SlaVersion } from './sla-version';
import { readVersions } from './sla-version-store';

export const slaQuery = z.strictObject({ tenant: z.string().optional() });

const instant = z.iso.datetime().nullable();
const applied = {
  version: z.int(),
  valid_from: instant.describe('Null: from the beginning.'),
  recorded_at: z.iso.datetime(),
  config_revision: z.int(),
  in_force: z.boolean(),
};

export const slaListing = z.object({
  config_revision: z.int(),
  schedules: z.array(
    z.object({
      ...applied,
      schedule_id: z.string(),
      reprocessed_until: instant.describe('Of a restatement: rules up to here in place of others.'),
      schedule: z.unknown(),
    }),
  ),
  policies: z.array(
    z.object({ ...applied, policy_id: z.string(), schedule_id: z.string(), policy: z.unknown() }),
  ),
});
export type SlaListing = z.output<typeof slaListing>;

/** Every version of the schedules and policies of one tenant, or with null of all. */
export class ListSla extends Query<SlaListing> {
  constructor(readonly tenant: string | null) {
    super();
  }
}

@Injectable()
@QueryHandler(ListSla)
export class ListSlaHandler implements IQueryHandler<ListSla> {
  constructor(@Inject(DATABASE) private readonly db: Database) {}

  async execute({ tenant }: ListSla): Promise<SlaListing> {
    const versions = await readVersions(this.db, tenant);
    const inForce = rulersAt(versions, Date.now());
    const summary = (version: SlaVersion) => ({
      version: version.version,
      valid_from: isoOf(version.validFrom),
      recorded_at: new Date(version.recordedAt).toISOString(),
      config_revision: version.id,
      in_force: inForce.has(version.id),
    });
    const schedules = versions.filter(isSchedule).map((version) => ({
      schedule_id: scheduleId(version.tenant, version.name),
      ...summary(version),
      reprocessed_until: isoOf(version.reprocessedUntil),
      schedule: version.body,
    }));
    const policies = versions.filter(isPolicy).map((version) => ({
      policy_id: policyId(version),
      ...summary(version),
      schedule_id: scheduleId(version.tenant, version.body.schedule),
      policy: version.body.policy,
    }));
    return { config_revision: versions.at(-1)?.id ?? 0, schedules, policies };
  }
}

/** The ids of the versions that rule at an instant: one of each schedule and policy. */
function rulersAt(versions: readonly SlaVersion[], at: number): ReadonlySet<number> {
  const histories = new Map<string, Version<number>[]>();
  for (const { kind, tenant, name, id, ...version } of versions) {
    const key = `${kind} ${tenant} ${name}`;
    const history = histories.get(key) ?? [];
    histories.set(key, history);
    history.push({ ...version, body: id });
  }
  const rulers = [...histories.values()].flatMap(
    (history) => reignAt(reignsOf(history), at)?.version.body ?? [],
  );
  return new Set(rulers);
}
