import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type DataSource } from 'typeorm';
import { z } from 'zod';
import { CasetrailError } from '../kernel/errors';
import { TENANT_PATTERN } from '../kernel/ticket-key';
import { type Caller, SCOPES, type TokenVerifier } from '../platform/http/bearer-guard';
import { translated } from '../platform/postgres/database-error';
import { TokenRow } from './token.entity';

export const newToken = z.strictObject({
  label: z.string().min(1).max(100),
  scopes: z.array(z.enum(SCOPES)).min(1).default(['read']),
  tenant: z.string().regex(TENANT_PATTERN).nullable().default(null),
  expiresAt: z.date().nullable().default(null),
});
export type NewToken = z.input<typeof newToken>;

/** Tokens for reading and operating. The admin token comes from the environment or the data directory instead. */
export class TokenService implements TokenVerifier {
  readonly #adminHash: Buffer;

  constructor(
    private readonly orm: DataSource,
    adminToken: string,
    private readonly clock: () => number,
  ) {
    this.#adminHash = hashOf(adminToken);
  }

  /** Returns the token, which nobody can read again. */
  async add(wanted: NewToken): Promise<string> {
    const { label, scopes, tenant, expiresAt } = newToken.parse(wanted);
    const tokens = this.orm.getRepository(TokenRow);
    if ((await tokens.findOne({ where: { label } })) !== null) {
      throw new CasetrailError('conflict', `There is a token labelled ${label} already.`);
    }
    const token = `ct_${randomBytes(24).toString('base64url')}`;
    await tokens.insert({ label, hash: hashOf(token), scopes, tenant, expiresAt });
    return token;
  }

  /** Looked up by hash: what differs in time says nothing about a token that is not there. */
  async verify(token: string): Promise<Caller | null> {
    const hash = hashOf(token);
    if (timingSafeEqual(hash, this.#adminHash)) return { tokenId: 'admin', scopes: ['admin'], tenant: null };
    const row = await this.orm
      .getRepository(TokenRow)
      .findOne({ where: { hash } })
      .catch((thrown: unknown) => {
        throw translated(thrown);
      });
    if (row === null || row.revokedAt !== null) return null;
    if (row.expiresAt !== null && row.expiresAt.getTime() <= this.clock()) return null;
    return { tokenId: row.id, scopes: row.scopes, tenant: row.tenant };
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
