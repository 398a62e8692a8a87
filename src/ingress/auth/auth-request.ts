import { type IncomingHttpHeaders } from 'node:http';

/** As much of a request as authentication looks at. `raw` is the body behind any Content-Encoding. */
export interface AuthRequest {
  /** Names in lower case, as Node gives them. */
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
  readonly receivedAt: number;
  /** The connection showed a client certificate that this source accepts. */
  readonly hasClientCertificate: boolean;
}

/** Null when missing or empty. A header sent twice arrives joined and fits no scheme. */
export function headerOf({ headers }: Pick<AuthRequest, 'headers'>, name: string): string | null {
  const value = headers[name.toLowerCase()];
  const text = Array.isArray(value) ? value.join(', ') : value;
  return text === undefined || text.trim() === '' ? null : text.trim();
}
