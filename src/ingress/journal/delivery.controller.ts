import { Controller, Get, Inject, Param, Query, Req, SetMetadata } from '@nestjs/common';
import { z } from 'zod';
import { CasetrailError } from '../../kernel/errors';
import { actingOf, NEEDS, type WithCaller } from '../../platform/http/bearer-guard';
import { Parsed } from '../../platform/http/parsed';
import { DATABASE, type Database } from '../../platform/postgres/database';
import { type DeliveryView, listDeliveries, showDelivery } from './delivery-queries';

const DAY = 24 * 60 * 60 * 1000;

export const deliveryQuery = z.object({
  source: z.string().optional(),
  failed: z.enum(['true', 'false']).default('false'),
  /** Default: the last seven days. */
  since: z.iso.datetime({ offset: true }).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(50),
});

@Controller('v1/admin/deliveries')
@SetMetadata(NEEDS, 'read')
export class DeliveryController {
  constructor(@Inject(DATABASE) private readonly db: Database) {}

  @Get()
  list(
    @Req() request: WithCaller,
    @Query(new Parsed(deliveryQuery)) query: z.output<typeof deliveryQuery>,
  ): Promise<DeliveryView[]> {
    return listDeliveries(this.db, {
      tenant: actingOf(request).tenant,
      source: query.source ?? null,
      failed: query.failed === 'true',
      since: query.since === undefined ? Date.now() - 7 * DAY : Date.parse(query.since),
      limit: query.limit,
    });
  }

  @Get(':receipt')
  async show(@Req() request: WithCaller, @Param('receipt') receipt: string): Promise<DeliveryView> {
    const found = await showDelivery(this.db, receipt, actingOf(request).tenant);
    if (found === null)
      throw new CasetrailError('not_found', `There is no delivery with the receipt ${receipt}.`);
    return found;
  }
}
