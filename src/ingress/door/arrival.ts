import { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import { type TLSSocket } from 'node:tls';
import { type AddressRanges, clientAddress, plainAddress } from '../../platform/http/client-address';
import { headerOf } from '../auth/auth-request';
import { newReceiptId } from '../receipt';

/** A request at the door, before its body is read. */
export interface Arrival {
  readonly receiptId: string;
  /** ms UTC, by our clock. */
  readonly receivedAt: number;
  /** performance.now() then. */
  readonly startedAt: number;
  readonly method: string;
  /** Null: the path names no source. */
  readonly sourceKey: string | null;
  readonly headers: IncomingHttpHeaders;
  readonly isSecure: boolean;
  readonly clientIp: string;
  readonly certificate: ClientCertificate;
}

/** As our own TLS, or a trusted proxy, saw it. */
export type ClientCertificate =
  | { readonly kind: 'none' }
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'verified'; readonly fingerprint: string };

const PATH = /^\/v1\/ingress\/([A-Za-z0-9_-]{1,64})(?:\/webhook|\/callback)?\/?(?:\?.*)?$/;

export function arrivalOf(request: IncomingMessage, receivedAt: number, trusted: AddressRanges): Arrival {
  const { headers, socket } = request;
  const peer = plainAddress(socket.remoteAddress);
  const isProxied = !trusted.isEmpty && trusted.includes(peer);
  const own = isTls(socket);
  return {
    receiptId: newReceiptId(receivedAt),
    receivedAt,
    startedAt: performance.now(),
    method: request.method ?? '',
    sourceKey: PATH.exec(request.url ?? '')?.[1] ?? null,
    headers,
    isSecure: own || (isProxied && lastOf(headers['x-forwarded-proto']) === 'https'),
    clientIp: isProxied ? clientAddress(peer, headers['x-forwarded-for'], trusted) : peer,
    certificate: isProxied ? forwardedCertificate(headers) : own ? ownCertificate(socket) : { kind: 'none' },
  };
}

function isTls(socket: Socket): socket is TLSSocket {
  return (socket as Partial<TLSSocket>).encrypted === true;
}

/** The proxy next to us appends: what stands left of its word came from further away. */
function lastOf(header: string | readonly string[] | undefined): string | undefined {
  return (typeof header === 'string' ? header : header?.at(-1))?.split(',').at(-1)?.trim().toLowerCase();
}

function ownCertificate(socket: TLSSocket): ClientCertificate {
  // Without one Node hands out an empty object, whatever its type says.
  const certificate = socket.getPeerCertificate() as { fingerprint256?: string };
  if (certificate.fingerprint256 === undefined) return { kind: 'none' };
  if (!socket.authorized) return { kind: 'rejected', reason: String(socket.authorizationError) };
  return { kind: 'verified', fingerprint: plainFingerprint(certificate.fingerprint256) };
}

/**
 * nginx writes X-SSL-Client-Verify and -Fingerprint, Envoy X-Forwarded-Client-Cert; either passes on what the client itself
 * sent in the manner of the other. So both at once say nothing.
 */
function forwardedCertificate(headers: IncomingHttpHeaders): ClientCertificate {
  const verify = headerOf({ headers }, 'x-ssl-client-verify');
  const envoy = headerOf({ headers }, 'x-forwarded-client-cert');
  if (verify !== null && envoy !== null) {
    const reason =
      'the proxy must strip X-SSL-Client-Verify or X-Forwarded-Client-Cert, and lets both through';
    return { kind: 'rejected', reason };
  }
  if (envoy !== null) return certificateOfEnvoy(envoy);
  if (verify === null || verify.toUpperCase() === 'NONE') return { kind: 'none' };
  if (verify.toUpperCase() !== 'SUCCESS') return { kind: 'rejected', reason: verify };
  const fingerprint = headerOf({ headers }, 'x-ssl-client-fingerprint') ?? '';
  return { kind: 'verified', fingerprint: plainFingerprint(fingerprint) };
}

/**
 * The last element is the proxy's own. In quotes stands what the certificate says of its owner, which may be anything: a
 * comma in there makes the last element one of odd quotes, which is not read.
 */
function certificateOfEnvoy(text: string): ClientCertificate {
  const unquoted = (text.split(',').at(-1) ?? '').replace(/"[^"\\]*"/g, '');
  const hash = /^(?:[^"\\]*?;)?Hash=([0-9a-f]{64})(?:;[^"\\]*)?$/i.exec(unquoted.trim());
  return hash?.[1] === undefined
    ? { kind: 'none' }
    : { kind: 'verified', fingerprint: plainFingerprint(hash[1]) };
}

export function plainFingerprint(text: string): string {
  return text.replaceAll(':', '').toLowerCase();
}
