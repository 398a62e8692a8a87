import { createHash } from 'node:crypto';
import { type AuthRequest } from '../../../src/ingress/auth/auth-request';
import { type BearerToken, type Credentials, type SecretKey } from '../../../src/ingress/auth/credentials';
import { type AuthPolicy, type RequestScheme } from '../../../src/ingress/auth/scheme';
import { signWebhook } from '../../../src/ingress/auth/sign';

export const NOW = Date.UTC(2026, 2, 2, 9, 15);
export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const DAY = 24 * 60 * 60 * 1000;

export const BODY = {
  event_id: '3f1c9e7a-53b1-4b7a-9b60-0a6d5f1c2e11',
  event_type: 'ticket.created',
  timestamp: '2026-03-02T09:15:00.000Z',
  data: { ticket_id: 'TKT-1', text: 'Grüße, 你好' },
};

export function key(keyId: string, secret: string, lifetime: Partial<SecretKey> = {}): SecretKey {
  return { keyId, secret, notBefore: 0, notAfter: null, ...lifetime };
}

export function token(keyId: string, text: string, rest: Partial<BearerToken> = {}): BearerToken {
  const hash = createHash('sha256').update(text).digest();
  return { keyId, hash, notBefore: 0, notAfter: null, scopes: null, ...rest };
}

export const ONE_KEY: Credentials = { secrets: [key('k_1', SECRET)], tokens: [] };

export const SCHEMES: readonly RequestScheme[] = [
  { kind: 'envelope-hmac', algorithm: 'sha256' },
  { kind: 'envelope-hmac', algorithm: 'sha512' },
  { kind: 'body-hmac', header: 'X-Webhook-Signature', prefix: '', encoding: 'hex', algorithm: 'sha256' },
  { kind: 'body-hmac', header: 'X-Signature', prefix: 'sha256=', encoding: 'base64', algorithm: 'sha256' },
  { kind: 'body-hmac', header: 'X-Signature', prefix: 'sha512=', encoding: 'hex', algorithm: 'sha512' },
  { kind: 'body-hmac', header: 'X-Signature', prefix: '', encoding: 'base64', algorithm: 'sha1' },
  { kind: 'standard-webhooks', toleranceMs: 300_000 },
  { kind: 'bearer' },
  { kind: 'telegram-token' },
];

export function policy(anyOf: readonly RequestScheme[], require: AuthPolicy['require'] = []): AuthPolicy {
  return { anyOf: [...anyOf], require };
}

export function nameOf(scheme: RequestScheme): string {
  return Object.values(scheme).join(' ');
}

/** A request as a sender of this policy would make it. */
export function signed(auth: AuthPolicy, secret = SECRET, draft: object = BODY): AuthRequest {
  const { headers, body } = signWebhook(auth, draft as Record<string, unknown>, {
    secret,
    now: NOW,
    webhookId: 'msg_1',
  });
  return { headers, raw: Buffer.from(body, 'utf8'), receivedAt: NOW, hasClientCertificate: false };
}

export function plain(headers: Record<string, string>, body: string | Buffer = '{}'): AuthRequest {
  return { headers, raw: Buffer.from(body), receivedAt: NOW, hasClientCertificate: false };
}
