import { Controller, Get, Inject, Res, SetMetadata } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { NEEDS } from './bearer-guard';

/** What readiness depends on, beside not shutting down. Kafka is not among it: events wait in Postgres. */
export interface Readiness {
  readonly draining: boolean;
  databaseAnswers(): Promise<boolean>;
}

export const READINESS = Symbol('Readiness');

@Controller('health')
@SetMetadata(NEEDS, 'public')
export class HealthController {
  constructor(@Inject(READINESS) private readonly readiness: Readiness) {}

  @Get('live')
  live(): { status: string } {
    return { status: 'live' };
  }

  @Get('ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const database = await this.readiness.databaseAnswers();
    const isReady = database && !this.readiness.draining;
    await reply
      .status(isReady ? 200 : 503)
      .send({ status: isReady ? 'ready' : 'not ready', database, draining: this.readiness.draining });
  }
}
