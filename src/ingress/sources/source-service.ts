import { randomBytes } from 'node:crypto';
import { type DataSource, type EntityManager, IsNull, MoreThan } from 'typeorm';
import { z } from 'zod';
import { CasetrailError } from '../../kernel/errors';
import { type SecretBox } from '../../kernel/secret-box';
import { TENANT_PATTERN } from '../../kernel/ticket-key';
import { type Acting } from '../../platform/http/bearer-guard';
import { inTransaction, reading } from '../../platform/postgres/orm';
import { hashToken } from '../auth/bearer';
import { PROFILE_NAMES } from '../profiles/profile';
import { policyOf } from './policy';
import { sourceSettings, type SourceSettings } from './source-settings';
import { LOCAL, locked, record, visible } from './source-changes';
import { SourceKeyRow, SourceRow, type SourceStatus, SourceTokenRow } from './source.entity';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const ARMED_MS = 15 * MINUTE;

export const givenSecret = z.string().min(16, 'at least 16 characters').max(256);

export const newSource = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'lower-case letters, digits, dash and underscore')
    .refine((name) => name !== 'casetrail', "this name is casetrail's own"),
  profile: z.enum(PROFILE_NAMES),
  tenant: z.string().regex(TENANT_PATTERN, 'lower-case letters, digits, dash and underscore').optional(),
  key: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, dash and underscore')
    .optional(),
  /** What the envelope names; the source's name unless the sender has one of its own. */
  integration_id: z.string().min(1).max(200).optional(),
  settings: sourceSettings.optional(),
  /** Where the sender made it; else we make one. */
  secret: givenSecret.optional(),
});
export type NewSource = z.infer<typeof newSource>;

export interface MadeSource {
  readonly name: string;
  readonly key: string;
  readonly tenant: string;
  readonly integrationId: string;
  readonly profile: string;
  /** Shown this once. */
  readonly secret: string;
}

interface KeyWishes {
  readonly notAfter?: Date | null;
  /** Made by the sender, who tells it us. */
  readonly given?: string | undefined;
}

export interface MadeKey {
  readonly keyId: string;
  readonly secret: string;
  /** When the keys before it stop being good. */
  readonly othersUntil: Date;
}

const ALLOWED: Readonly<Record<'pause' | 'resume' | 'block' | 'retire', readonly SourceStatus[]>> = {
  pause: ['active'],
  resume: ['paused', 'blocked'],
  block: ['active', 'paused'],
  retire: ['active', 'paused', 'blocked'],
};
const BECOMES = { pause: 'paused', resume: 'active', block: 'blocked', retire: 'retired' } as const;
export type SourceChange = keyof typeof ALLOWED;

/**
 * Makes and changes sources. Their secrets are sealed before they reach the database and never come back out. Every
 * change leaves an audit row in its own transaction; the nodes learn of it by app.revision.
 */
export class SourceService {
  constructor(
    private readonly orm: DataSource,
    private readonly secrets: SecretBox,
  ) {}

  async add(wanted: NewSource, acting: Acting = LOCAL): Promise<MadeSource> {
    if (acting.tenant !== null && (wanted.tenant ?? wanted.name) !== acting.tenant) {
      throw new CasetrailError(
        'forbidden',
        `This token may add sources of the tenant ${acting.tenant} only.`,
      );
    }
    const settings = checkedSettings(wanted.profile, wanted.settings ?? {}, acting);
    const secret = wanted.secret ?? newSecret(wanted.profile);
    const source = {
      name: wanted.name,
      key: wanted.key ?? randomBytes(12).toString('hex'),
      tenant: wanted.tenant ?? wanted.name,
      integrationId: wanted.integration_id ?? wanted.name,
      profile: wanted.profile,
    };
    await inTransaction(this.orm, async (tx) => {
      const taken = await tx.findOne(SourceRow, { where: [{ name: source.name }, { key: source.key }] });
      if (taken !== null) {
        const what = taken.name === source.name ? `named ${source.name}` : 'with this key';
        throw new CasetrailError('conflict', `There is a source ${what} already.`);
      }
      await tx.insert(SourceRow, { ...source, settings, status: 'active', armedUntil: null });
      await this.#insertKey(tx, source.name, 'k_1', secret);
      await record(tx, acting, 'source.add', source, { profile: source.profile, settings });
    });
    return { ...source, secret };
  }

  list(tenant: string | null = null): Promise<SourceRow[]> {
    const where = tenant === null ? {} : { tenant };
    return reading(this.orm, (from) => from.find(SourceRow, { where, order: { name: 'ASC' } }));
  }

  find(name: string): Promise<SourceRow | null> {
    return reading(this.orm, (from) => from.findOne(SourceRow, { where: { name } }));
  }

  /** One tenant's things do not exist for another. */
  async get(name: string, tenant: string | null): Promise<SourceRow> {
    return visible(await this.find(name), name, tenant);
  }

  keys(name: string): Promise<SourceKeyRow[]> {
    const newest = { where: { source: name }, order: { createdAt: 'DESC' } } as const;
    return reading(this.orm, (from) => from.find(SourceKeyRow, newest));
  }

  tokens(name: string): Promise<SourceTokenRow[]> {
    const newest = { where: { source: name }, order: { createdAt: 'DESC' } } as const;
    return reading(this.orm, (from) => from.find(SourceTokenRow, newest));
  }

  async lastUses(name: string): Promise<ReadonlyMap<string, Date>> {
    const text = 'SELECT key_id, last_used_at FROM app.key_use WHERE source = $1';
    const rows = await reading(this.orm, (from) =>
      from.query<{ key_id: string; last_used_at: Date }[]>(text, [name]),
    );
    return new Map(rows.map((row) => [row.key_id, row.last_used_at]));
  }

  async change(name: string, change: SourceChange, acting: Acting = LOCAL): Promise<SourceRow> {
    return inTransaction(this.orm, async (tx) => {
      const row = await locked(tx, name, acting.tenant);
      const to = BECOMES[change];
      if (row.status === to) return row;
      if (!ALLOWED[change].includes(row.status)) {
        throw new CasetrailError('conflict', `The source ${name} is ${row.status}: it can't be ${to} now.`);
      }
      await tx.update(SourceRow, { name }, { status: to });
      await record(tx, acting, `source.${change}`, row, { from: row.status, to });
      row.status = to;
      return row;
    });
  }

  /** Opens the setup window: a sender's console may try its URL before both sides share the secret. */
  async arm(name: string, acting: Acting = LOCAL, forMs = ARMED_MS): Promise<Date> {
    const armedUntil = new Date(Date.now() + forMs);
    await inTransaction(this.orm, async (tx) => {
      const row = await locked(tx, name, acting.tenant);
      await tx.update(SourceRow, { name }, { armedUntil });
      await record(tx, acting, 'source.arm', row, { until: armedUntil.toISOString() });
    });
    return armedUntil;
  }

  async configure(name: string, settings: SourceSettings, acting: Acting = LOCAL): Promise<SourceRow> {
    return inTransaction(this.orm, async (tx) => {
      const row = await locked(tx, name, acting.tenant);
      const checked = checkedSettings(row.profile, settings, acting);
      await tx.update(SourceRow, { name }, { settings: checked });
      await record(tx, acting, 'source.configure', row, { from: row.settings, to: checked });
      row.settings = checked;
      return row;
    });
  }

  /** A new secret; the ones before stay good for the grace, so that the sender can be told in between. */
  async rotate(
    name: string,
    graceMs: number,
    acting: Acting = LOCAL,
    { notAfter = null, given }: KeyWishes = {},
  ): Promise<MadeKey> {
    const now = new Date();
    const othersUntil = new Date(now.getTime() + graceMs);
    return inTransaction(this.orm, async (tx) => {
      const row = await locked(tx, name, acting.tenant);
      const count = await tx.count(SourceKeyRow, { where: { source: name } });
      const keyId = `k_${count + 1}`;
      const secret = given ?? newSecret(row.profile);
      for (const still of [IsNull(), MoreThan(othersUntil)])
        await tx.update(SourceKeyRow, { source: name, notAfter: still }, { notAfter: othersUntil });
      await this.#insertKey(tx, name, keyId, secret, notAfter);
      await record(tx, acting, 'source.rotate', row, {
        key_id: keyId,
        others_until: othersUntil.toISOString(),
      });
      return { keyId, secret, othersUntil };
    });
  }

  async revokeKey(name: string, keyId: string, acting: Acting = LOCAL): Promise<void> {
    await inTransaction(this.orm, async (tx) => {
      const row = await locked(tx, name, acting.tenant);
      const notAfter = new Date();
      const keys = await tx.update(SourceKeyRow, { source: name, keyId }, { notAfter });
      const tokens = await tx.update(SourceTokenRow, { source: name, tokenId: keyId }, { notAfter });
      if ((keys.affected ?? 0) + (tokens.affected ?? 0) === 0) {
        throw new CasetrailError('not_found', `The source ${name} has no key or token ${keyId}.`);
      }
      await record(tx, acting, 'source.revoke_key', row, { key_id: keyId });
    });
  }

  /** A bearer token for the sender. Returns it; nobody can read it again. */
  async addToken(
    name: string,
    wanted: {
      readonly label: string;
      readonly scopes: readonly string[] | null;
      readonly notAfter: Date | null;
      readonly given?: string | undefined;
    },
    acting: Acting = LOCAL,
  ): Promise<{ readonly tokenId: string; readonly token: string }> {
    const token = wanted.given ?? `cts_${randomBytes(24).toString('base64url')}`;
    return inTransaction(this.orm, async (tx) => {
      const row = await locked(tx, name, acting.tenant);
      const tokenId = `t_${(await tx.count(SourceTokenRow, { where: { source: name } })) + 1}`;
      await tx.insert(SourceTokenRow, {
        source: name,
        tokenId,
        label: wanted.label,
        hash: hashToken(token),
        scopes: wanted.scopes === null ? null : [...wanted.scopes],
        notBefore: new Date(),
        notAfter: wanted.notAfter,
      });
      await record(tx, acting, 'source.add_token', row, {
        token_id: tokenId,
        label: wanted.label,
        scopes: wanted.scopes,
      });
      return { tokenId, token };
    });
  }

  /** The newest live secret, for those who sign samples on the operator's behalf; never for an answer over HTTP. */
  async revealSecret(name: string): Promise<string | null> {
    const newest = { where: { source: name }, order: { createdAt: 'DESC' } } as const;
    const row = await reading(this.orm, (from) => from.findOne(SourceKeyRow, newest));
    return row === null ? null : this.secrets.open(row.secret, `${row.source}/${row.keyId}`);
  }

  async #insertKey(
    tx: EntityManager,
    source: string,
    keyId: string,
    secret: string,
    notAfter: Date | null = null,
  ): Promise<void> {
    const sealed = this.secrets.seal(secret, `${source}/${keyId}`);
    await tx.insert(SourceKeyRow, { source, keyId, secret: sealed, notBefore: new Date(), notAfter });
  }
}

function checkedSettings(profile: string, given: SourceSettings, { tenant }: Acting): SourceSettings {
  // Whom a source speaks for, its sender may write events of: no token gives away what it does not have.
  if (tenant !== null && Object.values(given.tenants ?? {}).some((named) => named !== tenant)) {
    throw new CasetrailError('forbidden', `This token may name the tenant ${tenant} only.`);
  }
  const policy = policyOf(profile, given);
  if (typeof policy === 'string')
    throw new CasetrailError('invalid_input', `The settings do not fit: ${policy}.`);
  return given;
}

/** Standard Webhooks prints keys in base64 behind a prefix; everybody else uses the text as it stands. */
function newSecret(profile: string): string {
  return profile === 'standard-webhooks'
    ? `whsec_${randomBytes(24).toString('base64')}`
    : randomBytes(24).toString('base64url');
}
