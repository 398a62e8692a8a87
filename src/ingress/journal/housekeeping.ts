import { Chore } from '../../kernel/chore';
import { asError } from '../../kernel/errors';
import { type Queryable } from '../../platform/postgres/database';
import { type SourceRegistry } from '../sources/source-registry';
import { forgetDeliveries } from './delivery-queries';
import { certificatesOf, expiriesOf, type Expiring, type Expiry, keysOf } from './expiries';
import { type WarningKind } from './ingress-counters';
import { type Warnings } from './warnings';

const SECOND = 1000;
const HOUR = 60 * 60 * SECOND;
const DAY = 24 * HOUR;
const FIRST_MS = 5 * SECOND;
const RETRY_MS = 60 * SECOND;

export interface HousekeepingOptions {
  readonly db: Queryable;
  readonly sources: Pick<SourceRegistry, 'all'>;
  readonly warnings: Warnings;
  readonly retentionDays: number;
  /** PEM files that this node shows or trusts. */
  readonly certificateFiles: readonly string[];
  readonly clock: () => number;
  readonly log: (message: string) => void;
}

/** Once an hour: says which keys, tokens and certificates are about to expire, and forgets old journal rows. */
export class Housekeeping {
  readonly chore = new Chore({
    everyMs: HOUR,
    firstMs: FIRST_MS,
    retryMs: RETRY_MS,
    turn: () => this.turn(),
    onFailing: (thrown) =>
      this.options.log(`housekeeping is tried again in a minute: ${asError(thrown).message}`),
  });
  readonly #warned = new Set<string>();

  constructor(private readonly options: HousekeepingOptions) {}

  async turn(): Promise<void> {
    const { sources, db, clock, retentionDays, certificateFiles } = this.options;
    const now = clock();
    for (const source of sources.all()) {
      const keys = keysOf(source).map(({ keyId, notAfter }) => ({ what: `key ${keyId}`, notAfter }));
      this.#warnOf(source.name, 'key_expiry', keys, now);
    }
    await forgetDeliveries(db, now - retentionDays * DAY);
    this.#warnOf('', 'certificate_expiry', certificateFiles.flatMap(certificatesOf), now);
  }

  #warnOf(source: string, kind: WarningKind, expiring: readonly Expiring[], now: number): void {
    for (const expiry of expiriesOf(expiring, now)) this.#warn(source, kind, expiry);
  }

  /** Each of the three once. */
  #warn(source: string, kind: WarningKind, { what, days, notAfter }: Expiry): void {
    const id = `${source} ${what} ${days} ${notAfter}`;
    if (this.#warned.has(id)) return;
    this.#warned.add(id);
    const when = new Date(notAfter).toISOString();
    const message = `${what} expires within ${days} day${days === 1 ? '' : 's'} (${when}): renew it`;
    this.options.warnings.warn(source, kind, message);
  }
}
