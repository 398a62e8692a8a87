import { FastifyAdapter } from '@nestjs/platform-fastify';

const BODY_MAX_BYTES = 1024 * 1024;

/**
 * Every body arrives as the bytes that were sent: signatures are over bytes, and whoever needs JSON parses it himself.
 * Open connections without a request are cut at shutdown; requests under way are finished.
 */
export function httpAdapter(): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_MAX_BYTES,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 600 },
  });
  const server = adapter.getInstance();
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  return adapter;
}
