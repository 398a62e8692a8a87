import { asError, CasetrailError } from '../../kernel/errors';
import { pause } from '../../kernel/backoff';
import { type SecretBox } from '../../kernel/secret-box';
import { type Database } from '../../platform/postgres/database';
import { type Credentials } from '../auth/credentials';
import { type Policy, policyOf } from './policy';
import { type SourceStatus } from './source.entity';

const SECOND = 1000;
/** Revoked keys and pauses reach every node within two of these. */
const REFRESH_MS = SECOND;
/** Whoever guesses URLs makes us look so often and no more. */
const LOOK_AGAIN_MS = 100;

/** A source as the hot path sees it. */
export interface Source {
  readonly name: string;
  readonly key: string;
  readonly tenant: string;
  readonly integrationId: string;
  readonly status: SourceStatus;
  /** Setup window: until then an unsigned ping is answered. */
  readonly armedUntil: number | null;
  readonly policy: Policy;
  /** Expired ones too. */
  readonly credentials: Credentials;
}

const REVISION = { name: 'app_revision', text: 'SELECT n FROM app.revision' } as const;

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::bigint`;

const SOURCES = {
  name: 'app_sources',
  text: `
    SELECT s.name, s.key, s.tenant, s.integration_id AS "integrationId", s.profile, s.settings, s.status,
           ${ms('s.armed_until')} AS "armedUntil",
           coalesce((
             SELECT jsonb_agg(jsonb_build_object(
               'keyId', k.key_id, 'sealed', encode(k.secret, 'base64'),
               'notBefore', ${ms('k.not_before')}, 'notAfter', ${ms('k.not_after')}) ORDER BY k.created_at DESC)
             FROM app.source_key k WHERE k.source = s.name), '[]') AS secrets,
           coalesce((
             SELECT jsonb_agg(jsonb_build_object(
               'keyId', t.token_id, 'hash', encode(t.hash, 'base64'), 'scopes', t.scopes,
               'notBefore', ${ms('t.not_before')}, 'notAfter', ${ms('t.not_after')}) ORDER BY t.created_at DESC)
             FROM app.source_token t WHERE t.source = s.name), '[]') AS tokens
    FROM app.source s`,
} as const;

interface Lifetime {
  readonly keyId: string;
  readonly notBefore: number;
  readonly notAfter: number | null;
}

interface SourceRecord extends Omit<Source, 'policy' | 'credentials'> {
  readonly profile: string;
  readonly settings: unknown;
  readonly secrets: readonly (Lifetime & { readonly sealed: string })[];
  readonly tokens: readonly (Lifetime & {
    readonly hash: string;
    readonly scopes: readonly string[] | null;
  })[];
}

/** All sources with their open secrets, in memory; read again when a revision in the database says so. */
export class SourceRegistry {
  #byKey: ReadonlyMap<string, Source> = new Map();
  #byName: ReadonlyMap<string, Source> = new Map();
  #revision = -1;
  #refreshing: Promise<boolean> | undefined;
  #lookedAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #isBehind = false;

  constructor(
    private readonly db: Database,
    private readonly secrets: SecretBox,
    private readonly log: (message: string) => void,
  ) {}

  /** A failing database is met at the next refresh again; what is in memory serves meanwhile. */
  async start(): Promise<void> {
    await this.refresh();
    this.#timer = setInterval(() => void this.refresh(), REFRESH_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Without a look: what every webhook of a known source needs. */
  known(key: string | null): Source | undefined {
    return key === null ? undefined : this.#byKey.get(key);
  }

  byName(name: string): Source | undefined {
    return this.#byName.get(name);
  }

  all(): readonly Source[] {
    return [...this.#byName.values()];
  }

  /**
   * A key that is not known yet may be a source made a moment ago. Whoever asks meanwhile shares one look; a second one
   * follows only behind a look that was under way already and may have been too early. That there is no such source is
   * said only by a database that answers.
   */
  async find(key: string): Promise<Source | undefined> {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const wasUnderWay = this.#refreshing !== undefined;
    let looked = await this.#look();
    if (wasUnderWay && !this.#byKey.has(key)) looked = await this.#look();
    const found = this.#byKey.get(key);
    if (found === undefined && !looked) {
      throw new CasetrailError('storage_unavailable', 'Whether there is such a source can not be told now.');
    }
    return found;
  }

  async #look(): Promise<boolean> {
    if (this.#refreshing === undefined) {
      const waitMs = this.#lookedAt + LOOK_AGAIN_MS - performance.now();
      if (waitMs > 0) await pause(waitMs);
    }
    return this.refresh();
  }

  /** True: what is in memory is what the database holds. */
  refresh(): Promise<boolean> {
    this.#refreshing ??= this.#read()
      .then(() => true)
      .catch((thrown: unknown) => {
        if (!this.#isBehind) this.log(`sources were not refreshed: ${asError(thrown).message}`);
        return false;
      })
      .then((isFresh) => {
        this.#isBehind = !isFresh;
        this.#refreshing = undefined;
        this.#lookedAt = performance.now();
        return isFresh;
      });
    return this.#refreshing;
  }

  async #read(): Promise<void> {
    const [revision] = await this.db.query<{ n: number }>(REVISION);
    if (revision === undefined || revision.n === this.#revision) return;
    const rows = await this.db.query<SourceRecord & Record<string, unknown>>(SOURCES);
    const sources = rows.flatMap((row) => this.#opened(row));
    this.#byKey = new Map(sources.map((source) => [source.key, source]));
    this.#byName = new Map(sources.map((source) => [source.name, source]));
    this.#revision = revision.n;
  }

  /** What can't be used (a profile of a newer version, a secret under another SECRETS_KEY) must not take the rest along. */
  #opened({ profile, settings, secrets, tokens, ...row }: SourceRecord): Source[] {
    const policy = policyOf(profile, settings);
    if (typeof policy === 'string') {
      this.log(`source ${row.name} is left out: ${policy}`);
      return [];
    }
    const credentials: Credentials = {
      secrets: secrets.flatMap(({ sealed, ...key }) => {
        const secret = this.#secret(Buffer.from(sealed, 'base64'), `${row.name}/${key.keyId}`);
        return secret === null ? [] : [{ ...key, secret }];
      }),
      tokens: tokens.map(({ hash, ...token }) => ({ ...token, hash: Buffer.from(hash, 'base64') })),
    };
    return [{ ...row, policy, credentials }];
  }

  #secret(sealed: Buffer, context: string): string | null {
    try {
      return this.secrets.open(sealed, context);
    } catch {
      this.log(`the secret ${context} does not open with this SECRETS_KEY; it is left out`);
      return null;
    }
  }
}
