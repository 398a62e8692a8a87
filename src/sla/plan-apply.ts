import { type Schedule, zoneOf } from '../domain/sla/schedule';
import { reignAt, reignsOf, type Version } from '../domain/sla/versions';
import { nextLocalMidnight } from '../domain/sla/zone';
import { canonicalJson, type Json } from '../kernel/canonical-json';
import { CasetrailError } from '../kernel/errors';
import {
  isPolicy,
  isSchedule,
  type NewPolicy,
  type NewSchedule,
  type PolicyBody,
  type PolicyVersion,
  type ScheduleVersion,
  type SlaVersion,
} from './sla-version';

/** Whose tickets: one source's, or with a null source those of the tenant's sources that have nothing of their own. */
export interface Owner {
  readonly tenant: string;
  readonly source: string | null;
}

/** What is applied makes a version, or rules already. */
export type Planned<New, Existing> =
  | { readonly made: New; readonly unchanged?: never }
  | { readonly unchanged: Existing; readonly made?: never };

/** The first body is valid from the beginning, a later one from the next local midnight. */
export function planSchedule(
  tenant: string,
  name: string,
  body: Schedule,
  versions: readonly SlaVersion[],
  now: number,
): Planned<NewSchedule, ScheduleVersion> {
  const before = versions.filter(isSchedule).filter((version) => version.name === name);
  const last = before.findLast(({ reprocessedUntil }) => reprocessedUntil === null);
  // Not before what was applied last, in whatever zone: that would go on ruling behind it.
  const after = Math.max(now, (last?.validFrom ?? -Infinity) - 1);
  const validFrom = last === undefined ? null : nextLocalMidnight(zoneOf(body), after);
  const ruler = rulerAt(before, validFrom);
  if (ruler !== null && isSame(ruler.body, body)) return { unchanged: ruler };
  const version = before.length + 1;
  return { made: { kind: 'schedule', tenant, name, version, body, validFrom, reprocessedUntil: null } };
}

/** The first policy is valid from the beginning, a later one from now or from a later instant. */
export function planPolicy(
  { tenant, source }: Owner,
  body: PolicyBody,
  versions: readonly SlaVersion[],
  now: number,
  wantedFrom: number | null,
): Planned<NewPolicy, PolicyVersion> {
  const kind = source === null ? 'tenant_policy' : 'source_policy';
  const name = source ?? tenant;
  const before = policiesOf({ tenant, source }, versions);
  if (wantedFrom !== null && before.length === 0) {
    refuse('valid_from: the first policy is valid from the beginning; leave it out');
  }
  if (wantedFrom !== null && wantedFrom <= now) {
    refuse('valid_from: lies in the past, and a policy never reaches back; leave it out for now');
  }
  const validFrom = before.length === 0 ? null : (wantedFrom ?? now);
  const ruler = rulerAt(before, validFrom);
  if (ruler !== null && isSame(ruler.body, body)) return { unchanged: ruler };
  const version = before.length + 1;
  return { made: { kind, tenant, name, version, body, validFrom, reprocessedUntil: null } };
}

export function policiesOf({ tenant, source }: Owner, versions: readonly SlaVersion[]): PolicyVersion[] {
  const kind = source === null ? 'tenant_policy' : 'source_policy';
  return versions
    .filter(isPolicy)
    .filter((one) => one.kind === kind && one.tenant === tenant && one.name === (source ?? tenant));
}

export function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson(a as Json) === canonicalJson(b as Json);
}

function rulerAt<T extends Version<unknown>>(versions: readonly T[], at: number | null): T | null {
  const { version } = reignAt(reignsOf(versions), at ?? -Infinity)?.version ?? {};
  return versions.find((one) => one.version === version) ?? null;
}

function refuse(message: string): never {
  throw new CasetrailError('invalid_input', message);
}
