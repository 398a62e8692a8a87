import { asError } from '../../kernel/errors';
import { type SecretBox } from '../../kernel/secret-box';
import { type Database } from '../../platform/postgres/database';
import { isProfileName, type Profile, PROFILES } from '../profiles';
import { type SourceStatus } from './source.entity';

const SECOND = 1000;
/** Revoked keys and pauses reach every node within two of these. */
const REFRESH_MS = SECOND;

export interface LiveKey {
  readonly keyId: string;
  readonly secret: string;
  readonly notBefore: number;
  readonly notAfter: number | null;
}

/** A source as the hot path sees it. */
export interface Source {
  readonly name: string;
  readonly key: string;
  readonly tenant: string;
  readonly integrationId: string;
  readonly status: SourceStatus;
  readonly profile: Profile;
  readonly keys: readonly LiveKey[];
}

const REVISION = { name: 'app_revision', text: 'SELECT n FROM app.revision' } as const;

const SOURCES = {
  name: 'app_sources',
  text: `
    SELECT s.name, s.key, s.tenant, s.integration_id AS "integrationId", s.profile, s.status,
           coalesce(jsonb_agg(jsonb_build_object(
             'keyId', k.key_id, 'secret', encode(k.secret, 'base64'),
             'notBefore', (extract(epoch FROM k.not_before) * 1000)::bigint,
             'notAfter', (extract(epoch FROM k.not_after) * 1000)::bigint)
             ORDER BY k.created_at DESC) FILTER (WHERE k.key_id IS NOT NULL), '[]') AS keys
    FROM app.source s LEFT JOIN app.source_key k ON k.source = s.name
    GROUP BY s.name`,
} as const;

interface SourceRecord extends Omit<Source, 'profile'> {
  readonly profile: string;
}

/** All sources with their open secrets, in memory; read again when a revision in the database says so. */
export class SourceRegistry {
  #byKey: ReadonlyMap<string, Source> = new Map();
  #revision = -1;
  #refreshing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: Database,
    private readonly secrets: SecretBox,
    private readonly log: (message: string) => void,
  ) {}

  /** A failing database is met at the next refresh again; what is in memory serves meanwhile. */
  async start(): Promise<void> {
    await this.#refresh();
    this.#timer = setInterval(() => void this.#refresh(), REFRESH_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /**
   * A key that is not known yet may be a source made a moment ago. Whoever asks meanwhile shares one look; a second one
   * follows only behind a look that was under way already and may have been too early.
   */
  async find(key: string): Promise<Source | undefined> {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const wasUnderWay = this.#refreshing !== undefined;
    await this.#refresh();
    if (wasUnderWay && !this.#byKey.has(key)) await this.#refresh();
    return this.#byKey.get(key);
  }

  #refresh(): Promise<void> {
    this.#refreshing ??= this.#read()
      .catch((thrown: unknown) => this.log(`sources were not refreshed: ${asError(thrown).message}`))
      .finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #read(): Promise<void> {
    const [revision] = await this.db.query<{ n: number }>(REVISION);
    if (revision === undefined || revision.n === this.#revision) return;
    const rows = await this.db.query<SourceRecord & Record<string, unknown>>(SOURCES);
    this.#byKey = new Map(rows.flatMap((row) => this.#opened(row)).map((source) => [source.key, source]));
    this.#revision = revision.n;
  }

  /** A source that can't be opened (another SECRETS_KEY, a profile of a newer version) must not take the others along. */
  #opened(row: SourceRecord): Source[] {
    if (!isProfileName(row.profile)) {
      this.log(`source ${row.name} has the unknown profile ${row.profile} and is left out`);
      return [];
    }
    try {
      const keys = row.keys.map((key) => ({
        ...key,
        secret: this.secrets.open(Buffer.from(key.secret, 'base64'), `${row.name}/${key.keyId}`),
      }));
      return [{ ...row, profile: PROFILES[row.profile], keys }];
    } catch {
      this.log(`the secrets of source ${row.name} do not open with this SECRETS_KEY; the source is left out`);
      return [];
    }
  }
}
