import { Controller, Get, Param, Query, Req, Res, SetMetadata, UseInterceptors } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { actingOf, NEEDS, type WithCaller } from '../../platform/http/bearer-guard';
import { cursor } from '../../platform/http/cursor';
import { Parsed } from '../../platform/http/parsed';
import { type Asked, type Reply, unlessKnown, weakTag } from '../../platform/http/conditional';
import { bySource, pageSize, readOptions } from '../http/query-fields';
import { ReadYourWrites } from '../http/read-your-writes';
import { TicketTimeline } from './ticket-timeline';
import { type TimelinePage } from './timeline-entry';

export const timelineQuery = z.strictObject({
  view: z
    .enum(['customer', 'internal'])
    .default('internal')
    .describe('customer: what may be shown to the customer. internal: everything.'),
  limit: pageSize,
  cursor: cursor.optional(),
  ...bySource,
  ...readOptions,
});

@Controller('v1/tickets/:id/timeline')
@SetMetadata(NEEDS, 'read')
@UseInterceptors(ReadYourWrites)
export class TimelineController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  async read(
    @Param('id') id: string,
    @Query(new Parsed(timelineQuery)) query: z.output<typeof timelineQuery>,
    @Req() request: WithCaller & Asked,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<TimelinePage | undefined> {
    const { view, limit, cursor: at = null, source = null } = query;
    const address = { id, tenant: actingOf(request).tenant, source };
    const page = await this.queries.execute(new TicketTimeline(address, { view, limit, cursor: at }));
    return unlessKnown(request, reply, weakTag(page), page);
  }
}
