import { Controller, Get, Inject, Param, Query, Req, SetMetadata } from '@nestjs/common';
import { z } from 'zod';
import { CasetrailError } from '../../kernel/errors';
import { actingOf, NEEDS, type WithCaller } from '../../platform/http/bearer-guard';
import { cursor, type Page, pageOf, placeOf, type Question } from '../../platform/http/cursor';
import { Parsed } from '../../platform/http/parsed';
import { DATABASE, type Database } from '../../platform/postgres/database';
import { type DeliveryPlace, type DeliveryView, listDeliveries, showDelivery } from './delivery-queries';

const DAY = 24 * 60 * 60 * 1000;

export const deliveryQuery = z.strictObject({
  source: z.string().optional(),
  failed: z.enum(['true', 'false']).default('false'),
  since: z.iso.datetime({ offset: true }).describe('Default: the last seven days.').optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  cursor: cursor.optional(),
});
type DeliveryQuery = z.output<typeof deliveryQuery>;

/** The receipt of a page's last entry, and whether that is an event. */
const place = z.tuple([z.uuid(), z.boolean()]);

@Controller('v1/admin/deliveries')
@SetMetadata(NEEDS, 'read')
export class DeliveryController {
  constructor(@Inject(DATABASE) private readonly db: Database) {}

  @Get()
  async list(
    @Req() request: WithCaller,
    @Query(new Parsed(deliveryQuery)) query: DeliveryQuery,
  ): Promise<Page<DeliveryView>> {
    const { source, failed, since, limit } = query;
    const { tenant } = actingOf(request);
    const now = Date.now();
    const question = { list: 'deliveries', caller: tenant, source, failed, since };
    const found = await listDeliveries(this.db, {
      tenant,
      source: source ?? null,
      failed: failed === 'true',
      since: since === undefined ? now - 7 * DAY : Date.parse(since),
      now,
      after: afterOf(query, question),
      limit: limit + 1,
    });
    return pageOf(found, limit, question, (last) => [last.receipt_id, last.position !== null]);
  }

  @Get(':receipt')
  async show(@Req() request: WithCaller, @Param('receipt') receipt: string): Promise<DeliveryView> {
    const found = await showDelivery(this.db, receipt, actingOf(request).tenant);
    if (found === null)
      throw new CasetrailError('not_found', `There is no delivery with the receipt ${receipt}.`);
    return found;
  }
}

function afterOf(query: DeliveryQuery, question: Question): DeliveryPlace | undefined {
  if (query.cursor === undefined) return undefined;
  const [receiptId, isEvent] = placeOf(query.cursor, question, place);
  return { receiptId, isEvent };
}
