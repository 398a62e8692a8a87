import { randomBytes } from 'node:crypto';
import { type DataSource } from 'typeorm';
import { z } from 'zod';
import { CasetrailError } from '../../kernel/errors';
import { type SecretBox } from '../../kernel/secret-box';
import { TENANT_PATTERN } from '../../kernel/ticket-key';
import { PROFILE_NAMES } from '../profiles';
import { SourceKeyRow, SourceRow } from './source.entity';

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

/** Makes and changes sources. Their secrets are sealed before they reach the database and never come back out. */
export class SourceService {
  constructor(
    private readonly orm: DataSource,
    private readonly secrets: SecretBox,
  ) {}

  async add(wanted: NewSource): Promise<MadeSource> {
    const secret = randomBytes(24).toString('base64url');
    const source = {
      name: wanted.name,
      key: wanted.key ?? randomBytes(12).toString('hex'),
      tenant: wanted.tenant ?? wanted.name,
      integrationId: wanted.name,
      profile: wanted.profile,
      settings: {},
      status: 'active' as const,
    };
    await this.orm.transaction(async (tx) => {
      const taken = await tx.findOne(SourceRow, { where: [{ name: source.name }, { key: source.key }] });
      if (taken !== null) {
        const what = taken.name === source.name ? `named ${source.name}` : 'with this key';
        throw new CasetrailError('conflict', `There is a source ${what} already.`);
      }
      await tx.insert(SourceRow, source);
      await tx.insert(SourceKeyRow, {
        source: source.name,
        keyId: 'k_1',
        secret: this.secrets.seal(secret, `${source.name}/k_1`),
        notBefore: new Date(),
        notAfter: null,
      });
    });
    return { ...source, secret };
  }

  list(): Promise<SourceRow[]> {
    return this.orm.getRepository(SourceRow).find({ order: { name: 'ASC' } });
  }

  find(name: string): Promise<SourceRow | null> {
    return this.orm.getRepository(SourceRow).findOne({ where: { name } });
  }

  /** The newest live secret, for those who sign samples on the operator's behalf; never for an answer over HTTP. */
  async revealSecret(name: string): Promise<string | null> {
    const row = await this.orm
      .getRepository(SourceKeyRow)
      .findOne({ where: { source: name }, order: { createdAt: 'DESC' } });
    return row === null ? null : this.secrets.open(row.secret, `${row.source}/${row.keyId}`);
  }
}
