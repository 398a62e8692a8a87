import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';
import { PROBLEM_JSON, problem } from './problem';

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'headers_too_large',
    detail: 'The headers are longer than 16 KiB. Send fewer or shorter ones.',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    code: 'payload_too_large',
    detail: 'The extensions of a chunk are too long. Send the chunks without them.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'request_timeout',
    detail: 'The request did not arrive in time. Send it again.',
  },
};
const NO_HTTP: Refusal = {
  status: 400,
  code: 'bad_request',
  detail: 'This is no HTTP request that could be read. Look at its first line, its headers and its length.',
};
const NO_HOST: Refusal = {
  status: 400,
  code: 'bad_request',
  detail: 'HTTP/1.1 needs the header Host: send the name that the URL begins with.',
};

/** What Node's parser gives up on never becomes a request, so its answer is written by hand; the connection is of no use. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const refusal = REFUSALS[error.code ?? ''] ?? NO_HTTP;
  const { body, headers } = written(refusal);
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const line = `HTTP/1.1 ${refusal.status} ${String(STATUS_CODES[refusal.status])}`;
  socket.end(`${[line, ...head].join('\r\n')}\r\n\r\n${body}`);
}

/** RFC 9112: a server must refuse these. */
export function lacksHost({ httpVersion, headers }: IncomingMessage): boolean {
  return httpVersion === '1.1' && headers.host === undefined;
}

export function refuseWithoutHost(response: ServerResponse): void {
  const { body, headers } = written(NO_HOST);
  response.writeHead(NO_HOST.status, headers).end(body);
}

function written({ status, code, detail }: Refusal): { body: string; headers: Record<string, string> } {
  const receipt = randomUUID();
  const body = JSON.stringify(problem(status, code, detail, { receipt_id: receipt }));
  return {
    body,
    headers: {
      'content-type': PROBLEM_JSON,
      'content-length': String(Buffer.byteLength(body)),
      'x-receipt-id': receipt,
      connection: 'close',
    },
  };
}
