import { type SlaConfig } from '../domain/sla/config';
import { type Reign, reignAt, reignsOf } from '../domain/sla/versions';
import { type ConfigChange, OwnerConfig, type TicketGroup } from './owner-config';
import { isBotAnswers, isPolicy, isSchedule, type SlaVersion } from './sla-version';

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

const NO_BOTS: BotOption = { revision: 0, answers: false };

/** All SLA configuration as of one revision: a pure function of its versions. */
export class SlaConfigurations {
  /** Of the latest version of any tenant; 0 while there is none. */
  readonly revision: number;
  readonly #ofSources = new Map<string, OwnerConfig>();
  readonly #ofTenants = new Map<string, OwnerConfig>();
  readonly #bots = new Map<string, readonly Reign<BotOption>[]>();
  readonly #unconfigured = OwnerConfig.none();
  readonly #changes: ConfigChange[] = [];

  constructor(versions: readonly SlaVersion[]) {
    this.revision = versions.reduce((latest, { id }) => Math.max(latest, id), 0);
    for (const ofTenant of grouped(versions, ({ tenant }) => tenant).values()) this.#addTenant(ofTenant);
    for (const [source, ofSource] of grouped(versions.filter(isBotAnswers), ({ name }) => name)) {
      const options = ofSource.map(({ id: revision, body: answers, ...version }) => {
        return { ...version, body: { revision, answers } };
      });
      this.#bots.set(source, reignsOf(options));
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
