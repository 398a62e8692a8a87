import { Controller, Get, Query, Req, Res, SetMetadata, UseInterceptors } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { actingOf, NEEDS, type WithCaller } from '../../platform/http/bearer-guard';
import { Parsed } from '../../platform/http/parsed';
import { type Asked, type Reply, unlessKnown, weakTag } from '../../platform/http/conditional';
import { plainText, readOptions } from '../http/query-fields';
import { ReadYourWrites } from '../http/read-your-writes';
import { ListAgents, ListQueues, type Workload } from './workload';

export const workloadQuery = z.strictObject({ tenant: plainText.optional(), ...readOptions });
type WorkloadQuery = z.output<typeof workloadQuery>;

const query = new Parsed(workloadQuery);

@Controller('v1')
@SetMetadata(NEEDS, 'read')
@UseInterceptors(ReadYourWrites)
export class WorkloadController {
  constructor(private readonly queries: QueryBus) {}

  @Get('agents')
  async agents(
    @Query(query) { tenant }: WorkloadQuery,
    @Req() request: WithCaller & Asked,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<Workload | undefined> {
    return this.#answer(request, reply, tenant, (one) => this.queries.execute(new ListAgents(one)));
  }

  @Get('queues')
  async queues(
    @Query(query) { tenant }: WorkloadQuery,
    @Req() request: WithCaller & Asked,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<Workload | undefined> {
    return this.#answer(request, reply, tenant, (one) => this.queries.execute(new ListQueues(one)));
  }

  async #answer(
    request: WithCaller & Asked,
    reply: Reply,
    wanted: string | undefined,
    ask: (tenant: string | null) => Promise<Workload>,
  ): Promise<Workload | undefined> {
    const { tenant } = actingOf(request);
    // Another tenant's work is not refused: that it is there is nobody else's business.
    const isForeign = tenant !== null && wanted !== undefined && wanted !== tenant;
    const list = isForeign ? { items: [] } : await ask(tenant ?? wanted ?? null);
    return unlessKnown(request, reply, weakTag(list), list);
  }
}
