import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type DataSource } from 'typeorm';
import { z } from 'zod';
import { CasetrailError } from '../kernel/errors';
import { TENANT_PATTERN } from '../kernel/ticket-key';
import { type Acting, type Caller, SCOPES, type TokenVerifier } from '../platform/http/bearer-guard';
import { audit } from '../platform/postgres/audit';
import { inTransaction, reading } from '../platform/postgres/orm';
import { TokenRow } from './token.entity';

export const newToken = z.strictObject({
  label: z.string().min(1).max(100),
  scopes: z.array(z.enum(SCOPES)).min(1).default(['read']),
  tenant: z.string().regex(TENANT_PATTERN).nullable().default(null),
  expiresAt: z.date().nullable().default(null),
});
export type NewToken = z.input<typeof newToken>;

const LOCAL: Acting = { actor: 'cli', tenant: null };

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
  async add(wanted: NewToken, acting: Acting = LOCAL): Promise<string> {
    const { label, scopes, tenant, expiresAt } = newToken.parse(wanted);
    if (acting.tenant !== null && tenant !== acting.tenant) {
      throw new CasetrailError('forbidden', `This token may add tokens of the tenant ${acting.tenant} only.`);
    }
    const token = `ct_${randomBytes(24).toString('base64url')}`;
    await inTransaction(this.orm, async (tx) => {
      if ((await tx.findOne(TokenRow, { where: { label } })) !== null) {
        throw new CasetrailError('conflict', `There is a token labelled ${label} already.`);
      }
      await tx.insert(TokenRow, { label, hash: hashOf(token), scopes, tenant, expiresAt });
      const entry = {
        actor: acting.actor,
        action: 'token.add',
        target: label,
        tenant,
        detail: { scopes, expiresAt },
      };
      await audit((text, values) => tx.query(text, values), entry);
    });
    return token;
  }

  list(tenant: string | null = null): Promise<TokenRow[]> {
    const where = tenant === null ? {} : { tenant };
    return reading(this.orm, (from) => from.find(TokenRow, { where, order: { createdAt: 'ASC' } }));
  }

  /** By label or id. Every node asks the database for each call, so it holds at once. */
  async revoke(label: string, acting: Acting = LOCAL): Promise<void> {
    await inTransaction(this.orm, async (tx) => {
      const row = await tx.findOne(TokenRow, { where: { label } });
      if (row === null || (acting.tenant !== null && row.tenant !== acting.tenant)) {
        throw new CasetrailError('not_found', `There is no token labelled ${label}.`);
      }
      if (row.revokedAt !== null) return;
      await tx.update(TokenRow, { id: row.id }, { revokedAt: new Date(this.clock()) });
      const entry = { actor: acting.actor, action: 'token.revoke', target: label, tenant: row.tenant };
      await audit((text, values) => tx.query(text, values), entry);
    });
  }

  /** Looked up by hash: what differs in time says nothing about a token that is not there. */
  async verify(token: string): Promise<Caller | null> {
    const hash = hashOf(token);
    if (timingSafeEqual(hash, this.#adminHash)) return { tokenId: 'admin', scopes: ['admin'], tenant: null };
    const row = await reading(this.orm, (from) => from.findOne(TokenRow, { where: { hash } }));
    if (row === null || row.revokedAt !== null) return null;
    if (row.expiresAt !== null && row.expiresAt.getTime() <= this.clock()) return null;
    return { tokenId: row.id, scopes: row.scopes, tenant: row.tenant };
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
