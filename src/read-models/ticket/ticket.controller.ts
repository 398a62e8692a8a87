import { Controller, Get, Param, Query, Req, Res, SetMetadata, UseInterceptors } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { actingOf, NEEDS, type WithCaller } from '../../platform/http/bearer-guard';
import { Parsed } from '../../platform/http/parsed';
import { type Asked, type Reply, unlessKnown, weakTag } from '../../platform/http/conditional';
import { bySource, readOptions } from '../http/query-fields';
import { ReadYourWrites } from '../http/read-your-writes';
import { FindTicket } from './find-ticket';
import { ListTickets, type TicketList } from './list-tickets';
import { type TicketQuery, ticketQuery } from './ticket-query';
import { ticketTag, type TicketView } from './ticket-view';

export const oneTicketQuery = z.strictObject({ ...bySource, ...readOptions });

@Controller('v1/tickets')
@SetMetadata(NEEDS, 'read')
@UseInterceptors(ReadYourWrites)
export class TicketController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  async list(
    @Query(new Parsed(ticketQuery)) query: TicketQuery,
    @Req() request: WithCaller & Asked,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<TicketList | undefined> {
    const page = await this.queries.execute(new ListTickets(query, actingOf(request).tenant));
    return unlessKnown(request, reply, weakTag(page), page);
  }

  @Get(':id')
  async find(
    @Param('id') id: string,
    @Query(new Parsed(oneTicketQuery)) { source }: z.output<typeof oneTicketQuery>,
    @Req() request: WithCaller & Asked,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<TicketView | undefined> {
    const { tenant } = actingOf(request);
    const ticket = await this.queries.execute(new FindTicket({ id, tenant, source: source ?? null }));
    return unlessKnown(request, reply, ticketTag(ticket), ticket);
  }
}
