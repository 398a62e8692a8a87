import { Controller, Get, Param, Query, Req, Res, SetMetadata } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { actingOf, NEEDS, type WithCaller } from '../../platform/http/bearer-guard';
import { type Asked, type Reply, unlessKnown, weakTag } from '../../platform/http/conditional';
import { Parsed } from '../../platform/http/parsed';
import { type ExplainedTicket, ExplainTicket } from '../explain/explain-ticket';
import { type ComplianceLine, complianceQuery, SlaCompliance } from './sla-compliance';

export const figuresQuery = z.strictObject({
  source: z
    .string()
    .min(1)
    .max(200)
    .describe('Where several tenants have the same ticket id: in the tenant of this source.')
    .optional(),
  as_of: z.iso
    .datetime({ offset: true, error: 'expected an instant such as 2026-03-02T10:00:00Z' })
    .describe('With what had arrived by then, two years from now at most; else now.')
    .optional(),
});

@Controller('v1')
@SetMetadata(NEEDS, 'read')
export class FiguresController {
  constructor(private readonly queries: QueryBus) {}

  @Get('tickets/:id/sla')
  async explain(
    @Param('id') id: string,
    @Query(new Parsed(figuresQuery)) query: z.output<typeof figuresQuery>,
    @Req() request: WithCaller & Asked,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<ExplainedTicket | undefined> {
    const address = { id, tenant: actingOf(request).tenant, source: query.source ?? null };
    const asOf = query.as_of === undefined ? null : Date.parse(query.as_of);
    const explained = await this.queries.execute(new ExplainTicket(address, asOf));
    // Without the instant of the asking: nobody would ever have the figures of a ticket at rest already.
    return unlessKnown(request, reply, weakTag({ ...explained, as_of: null }), explained);
  }

  @Get('sla/compliance')
  async compliance(
    @Query(new Parsed(complianceQuery)) query: z.output<typeof complianceQuery>,
    @Req() request: WithCaller & Asked,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<{ readonly items: readonly ComplianceLine[] } | undefined> {
    const list = { items: await this.queries.execute(new SlaCompliance(query, actingOf(request).tenant)) };
    return unlessKnown(request, reply, weakTag(list), list);
  }
}
