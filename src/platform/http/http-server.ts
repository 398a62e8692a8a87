import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { asError, CasetrailError } from '../../kernel/errors';
import { answerClientError, lacksHost, refuseWithoutHost } from './client-error';

const SECOND = 1000;
const BODY_MAX_BYTES = 1024 * 1024;

/** Answers every request below a path by itself, with the request as Node hands it out: no framework has read it yet. */
export interface Door {
  readonly path: string;
  handle(request: IncomingMessage, response: ServerResponse): void;
}

/** Paths of PEM files. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Client certificates are asked for and checked against this; each source decides whether it demands one. */
  readonly clientCa: string | undefined;
}

export interface HttpServerOptions {
  readonly door?: Door;
  readonly tls?: TlsFiles | undefined;
}

/**
 * Every body arrives as the bytes that were sent: signatures are over bytes, and whoever needs JSON parses it himself.
 * Idle connections are cut at shutdown; whoever runs the app cuts the others when their grace is over.
 */
export function httpAdapter(options: HttpServerOptions = {}): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_MAX_BYTES,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    clientErrorHandler: answerClientError,
    routerOptions: { maxParamLength: 600 },
    serverFactory: (nest: Handler) => serverOf(nest, options),
  });
  const server = adapter.getInstance();
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  return adapter;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

function serverOf(nest: Handler, { door, tls }: HttpServerOptions): Server {
  const isForDoor = ({ url }: IncomingMessage): boolean =>
    door !== undefined && url?.startsWith(door.path) === true;
  const handler: Handler = (request, response) => {
    if (lacksHost(request)) refuseWithoutHost(response);
    else if (door !== undefined && isForDoor(request)) door.handle(request, response);
    else nest(request, response);
  };
  const limits = {
    requestTimeout: 30 * SECOND,
    headersTimeout: 15 * SECOND,
    keepAliveTimeout: 72 * SECOND,
    // Node's own refusal says nothing; ours is a problem.
    requireHostHeader: false,
  };
  const server =
    tls === undefined
      ? createServer(limits, handler)
      : createTlsServer({ ...limits, ...pemsOf(tls) }, handler);
  // Whoever asks before sending learns of a refusal without sending; the door itself says 100 where it reads.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (!isForDoor(request) && !lacksHost(request)) response.writeContinue();
    handler(request, response);
  });
  // What else may be expected is nobody's concern here; the request is answered for what it is.
  server.on('checkExpectation', handler);
  return server;
}

function pemsOf(tls: TlsFiles): {
  cert: Buffer;
  key: Buffer;
  ca?: Buffer;
  requestCert?: true;
  rejectUnauthorized?: false;
} {
  return {
    cert: pem('TLS_CERT', tls.cert),
    key: pem('TLS_KEY', tls.key),
    ...(tls.clientCa === undefined
      ? {}
      : { ca: pem('TLS_CLIENT_CA', tls.clientCa), requestCert: true, rejectUnauthorized: false }),
  };
}

function pem(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (thrown) {
    throw new CasetrailError('config_invalid', `${variable}: ${asError(thrown).message}`, { cause: thrown });
  }
}
