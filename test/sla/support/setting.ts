import { type Fact } from '../../../src/domain/fact';
import { foldTicket } from '../../../src/domain/fold-ticket';
import { type SlaConfig, slaConfig } from '../../../src/domain/sla/config';
import { explain } from '../../../src/domain/sla/explain';
import { foldSla, type SlaFold } from '../../../src/domain/sla/fold-sla';
import { type Policy, policySchema } from '../../../src/domain/sla/policy';
import { type Schedule, scheduleSchema } from '../../../src/domain/sla/schedule';
import { START } from '../../domain/support/story';

export const MINUTE = 60_000;

/** An instant as the stories count: minutes after ten on Monday, 2 March 2026. */
export function minute(at: number): number {
  return START + Math.round(at * MINUTE);
}

export interface Setting {
  readonly policy?: object | null;
  readonly schedule?: object;
  readonly botAnswers?: boolean;
  /** Minute at which the policy is taken away. */
  readonly removedAt?: number;
}

export const alwaysOpen = scheduleSchema.parse({ always_open: true });

export function policyOf(rules: object = {}): Policy {
  const targets = { default: { first_response: 3600, next_response: 1800, resolution: 28_800 } };
  return policySchema.parse({ basis: 'calendar', targets, pause_statuses: ['pending'], ...rules });
}

export function setting({ policy = {}, schedule, botAnswers = false, removedAt }: Setting = {}): SlaConfig {
  const body: Schedule = schedule === undefined ? alwaysOpen : scheduleSchema.parse(schedule);
  const given = { policyId: 'P', policy: policy === null ? null : policyOf(policy), scheduleId: 'S' };
  const removed = { version: 2, validFrom: minute(removedAt ?? 0), body: { ...given, policy: null } };
  return slaConfig({
    botAnswers,
    schedules: { S: [{ version: 1, validFrom: null, body }] },
    bindings: [{ version: 1, validFrom: null, body: given }, ...(removedAt === undefined ? [] : [removed])],
  });
}

export function folded(facts: readonly Fact[], asOfMinute: number, config = setting()): SlaFold {
  return foldSla(foldTicket(facts), config, minute(asOfMinute));
}

/** The figures as `explain` prints them. */
export function told(facts: readonly Fact[], asOfMinute: number, config = setting()) {
  const fold = foldTicket(facts);
  const sla = foldSla(fold, config, minute(asOfMinute));
  return explain(fold, sla, { duplicatesByEventId: 0, restatedCount: 0 }).figures as Readonly<
    Record<string, unknown>
  > & {
    readonly sla: readonly Figures[];
    readonly turns: readonly Figures[];
    readonly assignments: readonly Figures[];
  };
}

export type Figures = Readonly<Record<string, unknown>>;

export function at(minutes: number): string {
  return new Date(minute(minutes)).toISOString();
}
