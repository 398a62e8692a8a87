import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, SetMetadata } from '@nestjs/common';
import { z } from 'zod';
import { actingOf, NEEDS, type WithCaller } from '../../platform/http/bearer-guard';
import { cursor, type Page, pageOf, placeOf, type Question } from '../../platform/http/cursor';
import { Parsed } from '../../platform/http/parsed';
import { QuarantineService } from './quarantine-service';
import { QUARANTINE_STATUSES, type QuarantinePlace } from './quarantine-store';
import { quarantineDetails, quarantineSummary, retriedView } from './quarantine-view';

export const quarantineQuery = z.strictObject({
  source: z.string().optional(),
  status: z.enum([...QUARANTINE_STATUSES, 'all']).default('open'),
  code: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: cursor.optional(),
});
type QuarantineQuery = z.output<typeof quarantineQuery>;

/** When a page's last entry first arrived, and its id. */
const place = z.tuple([z.int().nonnegative(), z.uuid()]);

export const bulkRetry = z.strictObject({
  source: z.string().optional(),
  code: z.string().optional(),
  /** Instead of quarantined deliveries: stored events of this unmapped type, which a mapping knows by now. */
  unmapped: z.string().optional(),
});

@Controller('v1/admin/quarantine')
@SetMetadata(NEEDS, 'operate')
export class QuarantineController {
  constructor(private readonly quarantine: QuarantineService) {}

  @Get()
  @SetMetadata(NEEDS, 'read')
  async list(
    @Req() request: WithCaller,
    @Query(new Parsed(quarantineQuery)) query: QuarantineQuery,
  ): Promise<Page<object>> {
    const { source = null, status, code = null, limit } = query;
    const { tenant } = actingOf(request);
    const question = { list: 'quarantine', caller: tenant, source, status, code };
    const found = await this.quarantine.list({
      tenant,
      source,
      status: status === 'all' ? null : status,
      code,
      after: afterOf(query, question),
      limit: limit + 1,
    });
    const { items, next } = pageOf(found, limit, question, (last) => [last.receivedAt, last.id]);
    return { items: items.map(quarantineSummary), next };
  }

  @Get(':id')
  @SetMetadata(NEEDS, 'read')
  async show(@Req() request: WithCaller, @Param('id') id: string): Promise<unknown> {
    return quarantineDetails(await this.quarantine.get(id, actingOf(request).tenant));
  }

  @Post('retry')
  @HttpCode(200)
  async retryAll(
    @Req() request: WithCaller,
    @Body(new Parsed(bulkRetry)) wanted: z.output<typeof bulkRetry>,
  ): Promise<unknown> {
    const acting = actingOf(request);
    const { source = null, code = null, unmapped } = wanted;
    if (unmapped !== undefined) return this.quarantine.retryUnmapped(unmapped, source, acting);
    const retried = await this.quarantine.retryAll({ tenant: acting.tenant, source, code }, acting);
    return retried.map(retriedView);
  }

  @Post(':id/retry')
  @HttpCode(200)
  async retry(@Req() request: WithCaller, @Param('id') id: string): Promise<unknown> {
    return retriedView(await this.quarantine.retry(id, actingOf(request)));
  }

  @Post(':id/accept')
  @HttpCode(200)
  async accept(@Req() request: WithCaller, @Param('id') id: string): Promise<unknown> {
    return retriedView(await this.quarantine.accept(id, actingOf(request)));
  }

  @Post(':id/dismiss')
  @HttpCode(204)
  dismiss(@Req() request: WithCaller, @Param('id') id: string): Promise<void> {
    return this.quarantine.dismiss(id, actingOf(request));
  }
}

function afterOf(query: QuarantineQuery, question: Question): QuarantinePlace | undefined {
  if (query.cursor === undefined) return undefined;
  const [receivedAt, id] = placeOf(query.cursor, question, place);
  return { receivedAt, id };
}
