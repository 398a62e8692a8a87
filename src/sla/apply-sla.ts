import { Inject, Injectable } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CasetrailError } from '../kernel/errors';
import { type Acting } from '../platform/http/bearer-guard';
import { DATABASE, type Database, type Queryable } from '../platform/postgres/database';
import { layOutHours } from './open-hours';
import { type Owner, type Planned, planPolicy, planSchedule, policiesOf } from './plan-apply';
import { ownerOf, recordVersion } from './sla-access';
import { changedVersion, type SlaChange } from './sla-change-view';
import { SlaConfigurations } from './sla-configurations';
import { type SlaFile } from './sla-file';
import {
  isSchedule,
  type NewPolicy,
  type NewSchedule,
  type PolicyVersion,
  type ScheduleVersion,
  type SlaVersion,
} from './sla-version';
import { appendVersion, lockSla, readVersions } from './sla-version-store';

const HAS_SOURCES = {
  name: 'sla_has_sources',
  text: 'SELECT EXISTS (SELECT FROM app.source WHERE tenant = $1) AS found',
};

/** Schedules of a tenant, and what its tickets, or those of one source, are promised. */
export class ApplySla extends Command<SlaChange> {
  constructor(
    readonly file: SlaFile,
    readonly acting: Acting,
  ) {
    super();
  }
}

type Change = Planned<ScheduleVersion, ScheduleVersion> | Planned<PolicyVersion, PolicyVersion>;

/** All of a file or nothing of it. */
@Injectable()
@CommandHandler(ApplySla)
export class ApplySlaHandler implements ICommandHandler<ApplySla> {
  constructor(@Inject(DATABASE) private readonly db: Database) {}

  execute({ file, acting }: ApplySla): Promise<SlaChange> {
    return this.db.transaction(async (tx) => {
      const now = await lockSla(tx);
      const owner = await ownerOf(tx, file, acting);
      const before = await readVersions(tx, owner.tenant);
      refuseUnknownSchedule(file, owner, before);
      const changes: Change[] = [];
      for (const planned of plansOf(file, owner, before, now)) {
        changes.push(
          planned.made === undefined ? planned : { made: await appended(tx, planned.made, acting) },
        );
      }
      const made = changes.flatMap((change) => change.made ?? []);
      const after: SlaVersion[] = [...before, ...made];
      await layOut(tx, made, after, now);
      const { tenant, source } = owner;
      const ticket = { tenant, source: source ?? '', createdAt: now, settledAt: null };
      return {
        config_revision: new SlaConfigurations(after).configFor(ticket).revision,
        made: made.map(changedVersion),
        unchanged: changes.flatMap(({ unchanged }) =>
          unchanged === undefined ? [] : changedVersion(unchanged),
        ),
        notices: await noticesOf(tx, owner, after, now),
      };
    });
  }
}

function plansOf(
  { schedules, schedule, policy, valid_from: from }: SlaFile,
  owner: Owner,
  before: readonly SlaVersion[],
  now: number,
): (Planned<NewSchedule, ScheduleVersion> | Planned<NewPolicy, PolicyVersion>)[] {
  const bodies = Object.entries(schedules);
  const ofSchedules = bodies.map(([name, body]) => planSchedule(owner.tenant, name, body, before, now));
  if (policy === undefined || schedule === undefined) return ofSchedules;
  const wantedFrom = from === undefined ? null : Date.parse(from);
  return [...ofSchedules, planPolicy(owner, { policy, schedule }, before, now, wantedFrom)];
}

function refuseUnknownSchedule(
  { schedules, schedule }: SlaFile,
  { tenant }: Owner,
  before: readonly SlaVersion[],
): void {
  const known = new Set([...before.filter(isSchedule).map(({ name }) => name), ...Object.keys(schedules)]);
  if (schedule === undefined || known.has(schedule)) return;
  const list = [...known].sort().join(', ');
  const message = `schedule: ${schedule} is neither among schedules nor known to the tenant ${tenant} (${list === '' ? 'it has none' : list})`;
  throw new CasetrailError('invalid_input', message);
}

async function appended<T extends NewSchedule | NewPolicy>(
  tx: Queryable,
  made: T,
  acting: Acting,
): Promise<T & { readonly id: number; readonly recordedAt: number }> {
  const stored = await appendVersion(tx, made);
  await recordVersion(tx, acting, 'sla.apply', stored);
  return stored;
}

async function layOut(
  tx: Queryable,
  made: readonly SlaVersion[],
  all: readonly SlaVersion[],
  now: number,
): Promise<void> {
  for (const schedule of made.filter(isSchedule)) {
    const versions = all.filter(isSchedule).filter(({ name }) => name === schedule.name);
    await layOutHours(tx, schedule, versions, now);
  }
}

async function noticesOf(
  tx: Queryable,
  owner: Owner,
  versions: readonly SlaVersion[],
  now: number,
): Promise<string[]> {
  const [sources] = await tx.query<{ found: boolean }>({ ...HAS_SOURCES, values: [owner.tenant] });
  const waiting = policiesOf(owner, versions).filter(({ validFrom }) => (validFrom ?? now) > now);
  return [
    ...(sources?.found === true ? [] : [`No source belongs to the tenant ${owner.tenant} yet.`]),
    ...waiting.map(({ version, validFrom }) => {
      return `Version ${version} of this policy takes over at ${new Date(validFrom ?? now).toISOString()}.`;
    }),
  ];
}
