import { Controller, Get, Inject, Req, SetMetadata } from '@nestjs/common';
import { NEEDS, spanningAllTenants, type WithCaller } from '../platform/http/bearer-guard';
import { DATABASE, type Database } from '../platform/postgres/database';
import { type FollowerState, followerStates } from './follower-states';

@Controller('v1/admin/followers')
@SetMetadata(NEEDS, 'operate')
export class FollowerController {
  constructor(@Inject(DATABASE) private readonly db: Database) {}

  @Get()
  list(@Req() request: WithCaller): Promise<FollowerState[]> {
    spanningAllTenants(request);
    return followerStates(this.db);
  }
}
