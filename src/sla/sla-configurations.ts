import { type TicketFold } from '../domain/fold-ticket';
import { isDone } from '../domain/lifecycle';
import { type SlaConfig } from '../domain/sla/config';
import { type Reign, reignAt, reignsOf } from '../domain/sla/versions';
import { type ConfigChange, OwnerConfig, type TicketGroup } from './owner-config';
import { type BotAnswersVersion, isBotAnswers, isPolicy, isSchedule, type SlaVersion } from './sla-version';

/** What decides which configuration a ticket has. */
export interface ConfiguredTicket {
  readonly tenant: string;
  /** Of its earliest event: rpt.ticket.source. */
  readonly source: string;
  readonly createdAt: number;
  /** The instant of its last event once it is done; null while it is not. */
  readonly settledAt: number | null;
}

interface BotOption {
  readonly revision: number;
  readonly answers: boolean;
}

const EARLIER_KEPT = 50;
const NO_BOTS: BotOption = { revision: 0, answers: false };

/** All SLA configuration as of one revision: a pure function of its versions. */
export class SlaConfigurations {
  /** Of the latest version of any tenant; 0 while there is none. */
  readonly revision: number;
  /** When that was applied; -Infinity while there is none. */
  readonly latestAt: number;
  readonly #appliedAt: ReadonlyMap<number, number>;
  readonly #ofSources = new Map<string, OwnerConfig>();
  readonly #ofTenants = new Map<string, OwnerConfig>();
  readonly #bots = new Map<string, readonly Reign<BotOption>[]>();
  readonly #unconfigured = OwnerConfig.none();
  readonly #changes: ConfigChange[] = [];
  readonly #earlier = new Map<number, SlaConfigurations>();

  /** `versions` in the order of application. */
  constructor(private readonly versions: readonly SlaVersion[]) {
    const latest = versions.at(-1);
    this.revision = latest?.id ?? 0;
    this.latestAt = latest?.recordedAt ?? -Infinity;
    this.#appliedAt = new Map(versions.map(({ id, recordedAt }) => [id, recordedAt]));
    for (const ofTenant of grouped(versions, ({ tenant }) => tenant).values()) this.#addTenant(ofTenant);
    for (const [source, ofSource] of grouped(versions.filter(isBotAnswers), ({ name }) => name)) {
      const options = ofSource.map(({ id: revision, body: answers, ...version }) => {
        return { ...version, body: { revision, answers } };
      });
      this.#bots.set(source, reignsOf(options));
      this.#noteBots(source, ofSource);
    }
    this.#changes.sort((a, b) => a.revision - b.revision);
  }

  /** The source's policy, else the tenant's, else none. */
  configFor({ tenant, source, createdAt, settledAt }: ConfiguredTicket): SlaConfig {
    const owner = this.#ofSources.get(source) ?? this.#ofTenants.get(tenant) ?? this.#unconfigured;
    const bots = reignAt(this.#bots.get(source) ?? [], createdAt)?.version.body ?? NO_BOTS;
    const revision = Math.max(owner.revisionAt(settledAt ?? Infinity), bots.revision);
    return owner.variant(revision, bots.answers);
  }

  /** Of a ticket as it is. */
  configOf(tenant: string, { head, steps }: TicketFold): SlaConfig {
    const settledAt = isDone(head.status) ? head.last_event_at : null;
    return this.configFor({
      tenant,
      source: steps[0]?.fact.source ?? '',
      createdAt: head.created_at,
      settledAt,
    });
  }

  /** As it was when a revision was the latest. */
  upTo(revision: number): SlaConfigurations {
    if (revision >= this.revision) return this;
    const known = this.#earlier.get(revision);
    if (known !== undefined) return known;
    if (this.#earlier.size >= EARLIER_KEPT) this.#earlier.clear();
    const made = new SlaConfigurations(this.versions.filter(({ id }) => id <= revision));
    this.#earlier.set(revision, made);
    return made;
  }

  /** As it was known at an instant: what was applied later is not in it. */
  knownAt(instant: number): SlaConfigurations {
    return this.upTo(this.versions.findLast(({ recordedAt }) => recordedAt <= instant)?.id ?? 0);
  }

  /** When something was applied that concerns a ticket. */
  appliedTo(tenant: string, { steps }: TicketFold): readonly number[] {
    const source = steps[0]?.fact.source ?? '';
    const concerned = this.#changes.filter(({ tickets }) =>
      tickets.kind === 'source' ? tickets.source === source : tickets.tenant === tenant,
    );
    return concerned.flatMap(({ revision }) => this.#appliedAt.get(revision) ?? []);
  }

  /** -Infinity for the revision 0: nothing was applied. */
  appliedAt(revision: number): number {
    return this.#appliedAt.get(revision) ?? -Infinity;
  }

  /** When a revision was applied, and what figures change by it. */
  applied(revision: number): { readonly at: number; readonly cause: ConfigChange['cause'] } {
    const at = this.#appliedAt.get(revision);
    const change = this.#changes.find((one) => one.revision === revision);
    if (at === undefined || change === undefined) throw new Error(`revision ${revision} changes nothing`);
    return { at, cause: change.cause };
  }

  /** What their tenants' policies say is nothing to them. */
  get ownSources(): readonly string[] {
    return [...this.#ofSources.keys()];
  }

  /** What was applied after a revision, and whose figures follow it; in the order of application. */
  changesSince(revision: number): readonly ConfigChange[] {
    return this.#changes.filter((change) => change.revision > revision);
  }

  #addTenant(versions: readonly SlaVersion[]): void {
    const schedules = versions.filter(isSchedule);
    const policies = versions.filter(isPolicy);
    const ofSources = grouped(
      policies.filter(({ kind }) => kind === 'source_policy'),
      ({ name }) => name,
    );
    for (const [source, history] of ofSources) {
      const owner = OwnerConfig.of(history, schedules);
      this.#ofSources.set(source, owner);
      this.#note(owner, { kind: 'source', source });
    }
    const shared = policies.filter(({ kind }) => kind === 'tenant_policy');
    const [first] = shared;
    if (first === undefined) return;
    const owner = OwnerConfig.of(shared, schedules);
    this.#ofTenants.set(first.tenant, owner);
    this.#note(owner, { kind: 'tenant', tenant: first.tenant, exceptSources: [...ofSources.keys()] });
  }

  #noteBots(source: string, versions: readonly BotAnswersVersion[]): void {
    for (const { id: revision, validFrom } of versions) {
      this.#changes.push({
        revision,
        tickets: { kind: 'source', source },
        since: null,
        ...(validFrom === null ? {} : { createdSince: validFrom }),
        cause: 'policy_reapply',
      });
    }
  }

  #note(owner: OwnerConfig, tickets: TicketGroup): void {
    this.#changes.push(...owner.effects.map((effect) => ({ ...effect, tickets })));
  }
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
