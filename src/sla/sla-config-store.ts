import { type Queryable } from '../platform/postgres/database';
import { SlaConfigurations } from './sla-configurations';
import { readRevision, readVersions } from './sla-version-store';

const LOOK_EVERY_MS = 1000;

/** The SLA configuration in force, in memory; the database is asked once a second at most whether there is a newer one. */
export class SlaConfigStore {
  #known = new SlaConfigurations([]);
  #lookedAt = -Infinity;
  #looking: Promise<SlaConfigurations> | undefined;

  /** `clock`: ms that never go back, such as performance.now. */
  constructor(
    private readonly db: Queryable,
    private readonly clock: () => number,
  ) {}

  /** Whoever asks at the same time shares one look. A database that does not answer is the caller's error. */
  current(): Promise<SlaConfigurations> {
    if (this.clock() - this.#lookedAt < LOOK_EVERY_MS) return Promise.resolve(this.#known);
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(): Promise<SlaConfigurations> {
    const startedAt = this.clock();
    if ((await readRevision(this.db)) !== this.#known.revision) {
      this.#known = new SlaConfigurations(await readVersions(this.db, null));
    }
    this.#lookedAt = startedAt;
    return this.#known;
  }
}
