import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Req, SetMetadata } from '@nestjs/common';
import { z } from 'zod';
import { actingOf, NEEDS, type WithCaller } from '../../platform/http/bearer-guard';
import { Parsed } from '../../platform/http/parsed';
import { givenSecret, newSource, type NewSource, type SourceChange, SourceService } from './source-service';
import { sourceSettings, type SourceSettings } from './source-settings';
import { sourceDetails, sourceSummary } from './source-view';

const SECOND = 1000;
const DAY_S = 24 * 60 * 60;

export const rotation = z.strictObject({
  /** How long the keys before the new one stay good. */
  grace_s: z
    .int()
    .min(0)
    .max(90 * DAY_S)
    .default(DAY_S),
  expires_at: z.iso.datetime({ offset: true }).nullable().default(null),
  /** Where the sender made it; else we make one. */
  secret: givenSecret.optional(),
});
export const senderToken = z.strictObject({
  label: z.string().min(1).max(100),
  /** The event types it may send; null: all. */
  scopes: z.array(z.string().min(1).max(100)).min(1).nullable().default(null),
  expires_at: z.iso.datetime({ offset: true }).nullable().default(null),
  /** Where the sender made it; else we make one. */
  token: givenSecret.optional(),
});

@Controller('v1/admin/sources')
@SetMetadata(NEEDS, 'admin')
export class SourceController {
  constructor(private readonly sources: SourceService) {}

  @Get()
  @SetMetadata(NEEDS, 'read')
  async list(@Req() request: WithCaller): Promise<unknown> {
    return (await this.sources.list(actingOf(request).tenant)).map(sourceSummary);
  }

  @Post()
  async add(@Req() request: WithCaller, @Body(new Parsed(newSource)) wanted: NewSource): Promise<unknown> {
    const acting = actingOf(request);
    const tenant = wanted.tenant ?? acting.tenant ?? undefined;
    const made = await this.sources.add({ ...wanted, ...(tenant === undefined ? {} : { tenant }) }, acting);
    const { name, key, secret, integrationId, tenant: of } = made;
    return { name, key, path: `/v1/ingress/${key}`, secret, integration_id: integrationId, tenant: of };
  }

  @Get(':name')
  @SetMetadata(NEEDS, 'read')
  async show(@Req() request: WithCaller, @Param('name') name: string): Promise<unknown> {
    const row = await this.sources.get(name, actingOf(request).tenant);
    return sourceDetails(this.sources, row, Date.now());
  }

  @Put(':name/settings')
  async configure(
    @Req() request: WithCaller,
    @Param('name') name: string,
    @Body(new Parsed(sourceSettings)) settings: SourceSettings,
  ): Promise<unknown> {
    const row = await this.sources.configure(name, settings, actingOf(request));
    return sourceDetails(this.sources, row, Date.now());
  }

  @Post(':name/pause')
  @HttpCode(200)
  @SetMetadata(NEEDS, 'operate')
  pause(@Req() request: WithCaller, @Param('name') name: string): Promise<unknown> {
    return this.#change(request, name, 'pause');
  }

  @Post(':name/resume')
  @HttpCode(200)
  @SetMetadata(NEEDS, 'operate')
  resume(@Req() request: WithCaller, @Param('name') name: string): Promise<unknown> {
    return this.#change(request, name, 'resume');
  }

  @Post(':name/block')
  @HttpCode(200)
  @SetMetadata(NEEDS, 'operate')
  block(@Req() request: WithCaller, @Param('name') name: string): Promise<unknown> {
    return this.#change(request, name, 'block');
  }

  @Post(':name/retire')
  @HttpCode(200)
  retire(@Req() request: WithCaller, @Param('name') name: string): Promise<unknown> {
    return this.#change(request, name, 'retire');
  }

  @Post(':name/arm')
  @HttpCode(200)
  @SetMetadata(NEEDS, 'operate')
  async arm(@Req() request: WithCaller, @Param('name') name: string): Promise<unknown> {
    return { name, armed_until: await this.sources.arm(name, actingOf(request)) };
  }

  @Post(':name/rotate')
  async rotate(
    @Req() request: WithCaller,
    @Param('name') name: string,
    @Body(new Parsed(rotation)) { grace_s, expires_at, secret }: z.output<typeof rotation>,
  ): Promise<unknown> {
    const notAfter = expires_at === null ? null : new Date(expires_at);
    const made = await this.sources.rotate(name, grace_s * SECOND, actingOf(request), {
      notAfter,
      given: secret,
    });
    return { name, key_id: made.keyId, secret: made.secret, others_until: made.othersUntil };
  }

  @Post(':name/tokens')
  async addToken(
    @Req() request: WithCaller,
    @Param('name') name: string,
    @Body(new Parsed(senderToken)) { label, scopes, expires_at, token: given }: z.output<typeof senderToken>,
  ): Promise<unknown> {
    const notAfter = expires_at === null ? null : new Date(expires_at);
    const made = await this.sources.addToken(name, { label, scopes, notAfter, given }, actingOf(request));
    return { name, token_id: made.tokenId, token: made.token, label, scopes };
  }

  @Delete(':name/keys/:key')
  @HttpCode(204)
  revoke(@Req() request: WithCaller, @Param('name') name: string, @Param('key') key: string): Promise<void> {
    return this.sources.revokeKey(name, key, actingOf(request));
  }

  async #change(request: WithCaller, name: string, change: SourceChange): Promise<unknown> {
    return sourceSummary(await this.sources.change(name, change, actingOf(request)));
  }
}
