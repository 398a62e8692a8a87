import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req, SetMetadata } from '@nestjs/common';
import { z } from 'zod';
import { TENANT_PATTERN } from '../kernel/ticket-key';
import { actingOf, NEEDS, SCOPES, type WithCaller } from '../platform/http/bearer-guard';
import { Parsed } from '../platform/http/parsed';
import { TokenService } from './token-service';

export const tokenRequest = z.strictObject({
  label: z.string().min(1).max(100),
  scopes: z.array(z.enum(SCOPES)).min(1).default(['read']),
  /** Null: all tenants, which only a token of all tenants may ask for. */
  tenant: z
    .string()
    .regex(TENANT_PATTERN, 'lower-case letters, digits, dash and underscore')
    .nullable()
    .optional(),
  expires_at: z.iso.datetime({ offset: true }).nullable().optional(),
});

@Controller('v1/admin/tokens')
@SetMetadata(NEEDS, 'admin')
export class TokenController {
  constructor(private readonly tokens: TokenService) {}

  @Get()
  async list(@Req() request: WithCaller): Promise<unknown> {
    const rows = await this.tokens.list(actingOf(request).tenant);
    return rows.map(({ label, scopes, tenant, expiresAt, revokedAt, createdAt }) => {
      return { label, scopes, tenant, expires_at: expiresAt, revoked_at: revokedAt, created_at: createdAt };
    });
  }

  @Post()
  async add(
    @Req() request: WithCaller,
    @Body(new Parsed(tokenRequest)) wanted: z.output<typeof tokenRequest>,
  ): Promise<unknown> {
    const acting = actingOf(request);
    const { label, scopes, expires_at } = wanted;
    const tenant = wanted.tenant === undefined ? acting.tenant : wanted.tenant;
    const expiresAt = expires_at === undefined || expires_at === null ? null : new Date(expires_at);
    const token = await this.tokens.add({ label, scopes, tenant, expiresAt }, acting);
    return { label, token, scopes, tenant, expires_at: expiresAt };
  }

  @Delete(':label')
  @HttpCode(204)
  revoke(@Req() request: WithCaller, @Param('label') label: string): Promise<void> {
    return this.tokens.revoke(label, actingOf(request));
  }
}
