import { Controller, Get, Param, Query, Req, SetMetadata } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { actingOf, NEEDS, type WithCaller } from '../../platform/http/bearer-guard';
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
    .describe('With what had arrived by then; else now.')
    .optional(),
});

@Controller('v1')
@SetMetadata(NEEDS, 'read')
export class FiguresController {
  constructor(private readonly queries: QueryBus) {}

  @Get('tickets/:id/sla')
  explain(
    @Param('id') id: string,
    @Query(new Parsed(figuresQuery)) query: z.output<typeof figuresQuery>,
    @Req() request: WithCaller,
  ): Promise<ExplainedTicket> {
    const address = { id, tenant: actingOf(request).tenant, source: query.source ?? null };
    const asOf = query.as_of === undefined ? null : Date.parse(query.as_of);
    return this.queries.execute(new ExplainTicket(address, asOf));
  }

  @Get('sla/compliance')
  async compliance(
    @Query(new Parsed(complianceQuery)) query: z.output<typeof complianceQuery>,
    @Req() request: WithCaller,
  ): Promise<{ readonly items: readonly ComplianceLine[] }> {
    return { items: await this.queries.execute(new SlaCompliance(query, actingOf(request).tenant)) };
  }
}
