import { Controller, Get, Inject, Res, SetMetadata } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { z } from 'zod';
import { NEEDS } from './bearer-guard';
import { operationsUnder } from './openapi';

/** What readiness depends on, beside not shutting down. Kafka is not among it: events wait in Postgres. */
export interface Readiness {
  readonly draining: boolean;
  databaseAnswers(): Promise<boolean>;
}

export const READINESS = Symbol('Readiness');

const readiness = z.object({
  status: z.enum(['ready', 'not ready']),
  database: z.boolean().describe('PostgreSQL answers.'),
  draining: z.boolean().describe('The node is shutting down.'),
});

export const healthOperations = operationsUnder('/health', 'Running it', [
  {
    method: 'get',
    path: '/live',
    summary: 'Whether the process lives: restart it where this fails.',
    needs: 'public',
    answers: { 200: { description: 'It lives.', schema: z.object({ status: z.literal('live') }) } },
  },
  {
    method: 'get',
    path: '/ready',
    summary: 'Whether to send it requests. Stays 200 while Kafka is away: events wait in PostgreSQL.',
    needs: 'public',
    answers: {
      200: { description: 'Send them.', schema: readiness },
      503: { description: 'Send them elsewhere.', schema: readiness },
    },
  },
]);

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
