import { type FastifyReply } from 'fastify';

/** The answer in the making, for handlers that set status and headers themselves. */
export type HttpReply = FastifyReply;
