import { Body, Controller, Get, HttpCode, Post, Query, Req, SetMetadata } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type z } from 'zod';
import { CasetrailError } from '../kernel/errors';
import { actingOf, NEEDS, type WithCaller } from '../platform/http/bearer-guard';
import { Parsed } from '../platform/http/parsed';
import { ApplySla } from './apply-sla';
import { ListSla, type SlaListing, slaQuery } from './list-sla';
import { ReprocessSla, type ReprocessRequest, reprocessRequest } from './reprocess-sla';
import { type SlaChange } from './sla-change-view';
import { type SlaFile, slaFile } from './sla-file';

@Controller('v1/admin/sla')
@SetMetadata(NEEDS, 'admin')
export class SlaController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @SetMetadata(NEEDS, 'read')
  list(
    @Req() request: WithCaller,
    @Query(new Parsed(slaQuery)) query: z.output<typeof slaQuery>,
  ): Promise<SlaListing> {
    const { tenant: own } = actingOf(request);
    const tenant = query.tenant ?? own;
    if (own !== null && tenant !== own) {
      throw new CasetrailError('forbidden', `This token may see the tenant ${own} only.`);
    }
    return this.queries.execute(new ListSla(tenant));
  }

  @Post()
  @HttpCode(200)
  apply(@Req() request: WithCaller, @Body(new Parsed(slaFile)) file: SlaFile): Promise<SlaChange> {
    return this.commands.execute(new ApplySla(file, actingOf(request)));
  }

  @Post('reprocess')
  @HttpCode(200)
  reprocess(
    @Req() request: WithCaller,
    @Body(new Parsed(reprocessRequest)) wanted: ReprocessRequest,
  ): Promise<SlaChange> {
    return this.commands.execute(new ReprocessSla(wanted, actingOf(request)));
  }
}
