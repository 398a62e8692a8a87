import { Controller, Get, Param, Query, Req, SetMetadata } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { NEEDS, type WithCaller } from '../../platform/http/bearer-guard';
import { FindTicket, type TicketView } from './find-ticket';

@Controller('v1/tickets')
@SetMetadata(NEEDS, 'read')
export class TicketController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':id')
  find(
    @Param('id') id: string,
    @Query('source') source: string | undefined,
    @Req() request: WithCaller,
  ): Promise<TicketView> {
    return this.queries.execute(new FindTicket(id, request.caller?.tenant ?? null, source ?? null));
  }
}
