import { type Binding } from '../domain/sla/config';
import { type Policy } from '../domain/sla/policy';
import { type Schedule } from '../domain/sla/schedule';
import { type Version } from '../domain/sla/versions';

/** A policy as it was applied: beside the name of the tenant's schedule that its tickets go by. */
export interface PolicyBody {
  readonly policy: Policy | null;
  readonly schedule: string;
}

interface Applied<Kind extends string, Body> extends Version<Body> {
  readonly kind: Kind;
  readonly tenant: string;
  /** Of the schedule, of the source, or of the tenant. */
  readonly name: string;
  readonly reprocessedUntil: number | null;
}

export type NewSchedule = Applied<'schedule', Schedule>;
export type NewPolicy = Applied<'source_policy' | 'tenant_policy', PolicyBody>;
/** Written by the database when a source's option changes. */
type BotAnswers = Applied<'bot_answers', boolean>;

/** A row of app.sla_version; instants in ms UTC. */
export type Stored<T> = T & { readonly id: number; readonly recordedAt: number };
export type ScheduleVersion = Stored<NewSchedule>;
export type PolicyVersion = Stored<NewPolicy>;
export type BotAnswersVersion = Stored<BotAnswers>;
export type SlaVersion = ScheduleVersion | PolicyVersion | BotAnswersVersion;

/** Unique over tenants: a tenant's name never holds a slash. */
export function scheduleId(tenant: string, name: string): string {
  return `${tenant}/${name}`;
}

export function policyId({ kind, name }: Pick<NewPolicy, 'kind' | 'name'>): string {
  return kind === 'source_policy' ? `source/${name}` : `tenant/${name}`;
}

export function isSchedule(version: SlaVersion): version is ScheduleVersion {
  return version.kind === 'schedule';
}

export function isPolicy(version: SlaVersion): version is PolicyVersion {
  return version.kind === 'source_policy' || version.kind === 'tenant_policy';
}

export function isBotAnswers(version: SlaVersion): version is BotAnswersVersion {
  return version.kind === 'bot_answers';
}

export function bindingOf(version: PolicyVersion): Version<Binding> {
  const { tenant, body } = version;
  const { policy } = body;
  return {
    version: version.version,
    validFrom: version.validFrom,
    body: {
      policyId: policy === null ? null : policyId(version),
      policy,
      scheduleId: scheduleId(tenant, body.schedule),
    },
  };
}
