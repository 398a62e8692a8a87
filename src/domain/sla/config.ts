import { type Calendar, CALENDAR_TIME, calendarOf } from './calendar';
import { type Policy } from './policy';
import { type Schedule } from './schedule';
import { type Reign, reignAt, reignsOf, type Version } from './versions';

/** What a source, or else its tenant, was given: a schedule, and a policy or none. */
export interface Binding {
  readonly policyId: string | null;
  readonly policy: Policy | null;
  readonly scheduleId: string;
}

/** All that the figures of a ticket depend on beside its events. Build it once for many tickets. */
export interface SlaConfig {
  readonly revision: number;
  /** A bot's public message answers a turn. */
  readonly botAnswers: boolean;
  readonly bindings: readonly Reign<Binding>[];
  readonly calendars: ReadonlyMap<string, Calendar>;
}

export interface SlaConfigSource {
  readonly revision?: number;
  readonly botAnswers?: boolean;
  readonly bindings: readonly Version<Binding>[];
  /** By name; every name that a binding uses. */
  readonly schedules: Readonly<Record<string, readonly Version<Schedule>[]>>;
}

export function slaConfig({
  revision = 0,
  botAnswers = false,
  bindings,
  schedules,
}: SlaConfigSource): SlaConfig {
  const calendars = new Map(
    Object.entries(schedules).map(([name, versions]) => [name, calendarOf(versions)] as const),
  );
  for (const { body } of bindings) {
    if (!calendars.has(body.scheduleId)) throw new Error(`schedule ${body.scheduleId} is not known`);
  }
  return { revision, botAnswers, bindings: reignsOf(bindings), calendars };
}

/** Nothing was ever applied: no SLA, and every hour is open. */
export const NO_SLA_CONFIG: SlaConfig = slaConfig({ bindings: [], schedules: {} });

/** A source that was ever given something of its own no longer looks at its tenant's. */
export function bindingsFor(
  ofSource: readonly Version<Binding>[],
  ofTenant: readonly Version<Binding>[],
): readonly Version<Binding>[] {
  return ofSource.length > 0 ? ofSource : ofTenant;
}

export function bindingAt(config: SlaConfig, at: number): Version<Binding> | null {
  return reignAt(config.bindings, at)?.version ?? null;
}

export function calendarNamed(config: SlaConfig, scheduleId: string | null): Calendar {
  return scheduleId === null ? CALENDAR_TIME : (config.calendars.get(scheduleId) ?? CALENDAR_TIME);
}

/** When a policy that was in force at `at` is taken away again; Infinity for never. */
export function removalAfter(config: SlaConfig, at: number): number {
  return (
    config.bindings.find(({ from, version }) => from > at && version.body.policy === null)?.from ?? Infinity
  );
}
