import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';
import { PROBLEM_JSON, problem } from './problem';

const REFUSALS: Readonly<Record<string, { status: number; code: string; detail: string }>> = {
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
const NO_HTTP = {
  status: 400,
  code: 'bad_request',
  detail: 'This is no HTTP request that could be read. Look at its first line, its headers and its length.',
};

/** What Node's parser gives up on never becomes a request, so its answer is written by hand; the connection is of no use. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code !== 'ECONNRESET' && socket.writable) socket.end(answerTo(error.code ?? ''));
  else socket.destroy(error);
}

function answerTo(cause: string): string {
  const { status, code, detail } = REFUSALS[cause] ?? NO_HTTP;
  const receipt = randomUUID();
  const body = JSON.stringify(problem(status, code, detail, { receipt_id: receipt }));
  const head = [
    `HTTP/1.1 ${status} ${String(STATUS_CODES[status])}`,
    `content-type: ${PROBLEM_JSON}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-receipt-id: ${receipt}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
