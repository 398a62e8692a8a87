import { NO_SLA_CONFIG, type SlaConfig, slaConfig } from '../domain/sla/config';
import { type Schedule } from '../domain/sla/schedule';
import { type Version } from '../domain/sla/versions';
import { bindingOf, type PolicyVersion, scheduleId, type ScheduleVersion } from './sla-version';

/** Tickets by the source of their earliest event, or of a tenant's sources that have no policy of their own. */
export type TicketGroup =
  | { readonly kind: 'source'; readonly source: string }
  | { readonly kind: 'tenant'; readonly tenant: string; readonly exceptSources: readonly string[] };

/** One version's effect on tickets that have been folded already. */
export interface ConfigChange {
  readonly revision: number;
  readonly tickets: TicketGroup;
  /** Tickets that were done, with all their events, before this instant keep their figures. Null: none do. */
  readonly since: number | null;
  /** Only tickets created from this instant on. */
  readonly createdSince?: number;
  readonly cause: 'policy_reapply' | 'schedule_reprocess';
}

type Effect = Omit<ConfigChange, 'tickets' | 'createdSince'>;

/** What the tickets of one source, or those of a tenant, go by. */
export class OwnerConfig {
  readonly #variants = new Map<string, SlaConfig>();

  private constructor(
    private readonly base: SlaConfig,
    readonly effects: readonly Effect[],
  ) {}

  static readonly none = (): OwnerConfig => new OwnerConfig(NO_SLA_CONFIG, []);

  /** The whole history of one policy, and that of every schedule of its tenant. */
  static of(policies: readonly PolicyVersion[], schedules: readonly ScheduleVersion[]): OwnerConfig {
    const firstUse = firstUses(policies);
    const used: Record<string, Version<Schedule>[]> = {};
    const effects: Effect[] = policies.map(({ id, validFrom }) => {
      return { revision: id, since: validFrom, cause: 'policy_reapply' };
    });
    for (const schedule of schedules) {
      const usedSince = firstUse.get(schedule.name);
      if (usedSince === undefined) continue;
      (used[scheduleId(schedule.tenant, schedule.name)] ??= []).push(schedule);
      const cause = schedule.reprocessedUntil === null ? 'policy_reapply' : 'schedule_reprocess';
      effects.push({ revision: schedule.id, since: later(usedSince, schedule.validFrom), cause });
    }
    return new OwnerConfig(slaConfig({ bindings: policies.map(bindingOf), schedules: used }), effects);
  }

  /** The latest version that concerns a ticket which was done at `settledAt`, or is not with Infinity. */
  revisionAt(settledAt: number): number {
    let revision = 0;
    for (const effect of this.effects) {
      if (effect.revision > revision && (effect.since ?? -Infinity) <= settledAt) revision = effect.revision;
    }
    return revision;
  }

  /** Calendars, and the hours they have laid out, are shared by all variants. */
  variant(revision: number, botAnswers: boolean): SlaConfig {
    const key = `${revision} ${botAnswers}`;
    const known = this.#variants.get(key);
    if (known !== undefined) return known;
    const made = { ...this.base, revision, botAnswers };
    this.#variants.set(key, made);
    return made;
  }
}

/** By schedule: since when some version of the policy binds it. */
function firstUses(policies: readonly PolicyVersion[]): ReadonlyMap<string, number | null> {
  const uses = new Map<string, number | null>();
  for (const { body, validFrom } of policies) {
    const known = uses.get(body.schedule);
    const isEarlier = known === undefined || (known !== null && (validFrom ?? -Infinity) < known);
    if (isEarlier) uses.set(body.schedule, validFrom);
  }
  return uses;
}

function later(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}
