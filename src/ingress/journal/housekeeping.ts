import { pause } from '../../kernel/backoff';
import { asError } from '../../kernel/errors';
import { type Queryable } from '../../platform/postgres/database';
import { type Source, type SourceRegistry } from '../sources/source-registry';
import { forgetDeliveries } from './delivery-queries';
import { type Warnings } from './warnings';

const SECOND = 1000;
const HOUR = 60 * 60 * SECOND;
const DAY = 24 * HOUR;
const FIRST_MS = 5 * SECOND;
const WARN_DAYS = [1, 3, 14] as const;

export interface HousekeepingOptions {
  readonly db: Queryable;
  readonly sources: SourceRegistry;
  readonly warnings: Warnings;
  readonly retentionDays: number;
  readonly clock: () => number;
  readonly log: (message: string) => void;
}

/** Once an hour: forgets old journal rows, and says which keys and tokens are about to expire. */
export class Housekeeping {
  readonly #stopping = new AbortController();
  readonly #warned = new Set<string>();
  #running: Promise<void> | undefined;

  constructor(private readonly options: HousekeepingOptions) {}

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    await pause(FIRST_MS, this.#stopping.signal);
    while (!this.#stopping.signal.aborted) {
      const now = this.options.clock();
      for (const expiry of expiries(this.options.sources.all(), now)) this.#warn(expiry);
      try {
        await forgetDeliveries(this.options.db, now - this.options.retentionDays * DAY);
      } catch (thrown) {
        this.options.log(`old deliveries were not forgotten: ${asError(thrown).message}`);
      }
      await pause(HOUR, this.#stopping.signal);
    }
  }

  /** Each of the three once. */
  #warn({ source, keyId, days, notAfter }: Expiry): void {
    const id = `${source} ${keyId} ${days} ${notAfter}`;
    if (this.#warned.has(id)) return;
    this.#warned.add(id);
    const when = new Date(notAfter).toISOString();
    const message = `key ${keyId} expires within ${days} day${days === 1 ? '' : 's'} (${when}): rotate it`;
    this.options.warnings.warn(source, 'key_expiry', message);
  }
}

export interface Expiry {
  readonly source: string;
  readonly keyId: string;
  readonly days: (typeof WARN_DAYS)[number];
  readonly notAfter: number;
}

/** The keys and tokens of living sources that expire within 14, 3 or 1 days: the narrowest that applies. */
export function expiries(sources: readonly Source[], now: number): readonly Expiry[] {
  return sources
    .filter(({ status }) => status !== 'retired')
    .flatMap(({ name, credentials }) =>
      [...credentials.secrets, ...credentials.tokens].flatMap(({ keyId, notAfter }) => {
        if (notAfter === null || notAfter <= now) return [];
        const days = WARN_DAYS.find((within) => notAfter - now <= within * DAY);
        return days === undefined ? [] : [{ source: name, keyId, days, notAfter }];
      }),
    );
}
