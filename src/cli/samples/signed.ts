import { signBody } from '../../ingress/auth/body-hmac';
import { signEnvelope } from '../../ingress/auth/envelope-hmac';
import { type RequestScheme } from '../../ingress/auth/scheme';
import {
  signStandard,
  WEBHOOK_ID,
  WEBHOOK_SIGNATURE,
  WEBHOOK_TIMESTAMP,
} from '../../ingress/auth/standard-webhooks';
import { TELEGRAM_TOKEN_HEADER } from '../../ingress/auth/telegram-token';
import { type Policy } from '../../ingress/sources/policy';
import { type Body } from './happening';

export interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** As a sender that knows the source's secret would send it: with the first scheme, and whatever else is required. */
export function signed({ auth }: Policy, secret: string, unsigned: Body, now: number): SignedRequest {
  const schemes: RequestScheme[] = [
    ...auth.anyOf.slice(0, 1),
    ...auth.require.flatMap((one) => (one.kind === 'mtls' || one.kind === 'ip' ? [] : [one])),
  ];
  const inBody = schemes.find((scheme) => scheme.kind === 'envelope-hmac');
  const body = JSON.stringify(inBody === undefined ? unsigned : withSignature(secret, unsigned));
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  for (const scheme of schemes) Object.assign(headers, headersOf(scheme, secret, body, unsigned, now));
  return { headers, body };
}

function withSignature(secret: string, unsigned: Body): Body {
  const text = (name: string): string => {
    const value = unsigned[name];
    return typeof value === 'string' ? value : '';
  };
  const parts = { eventId: text('event_id'), eventType: text('event_type'), timestamp: text('timestamp') };
  return { ...unsigned, signature: signEnvelope(secret, parts) };
}

function headersOf(
  scheme: RequestScheme,
  secret: string,
  body: string,
  unsigned: Body,
  now: number,
): Readonly<Record<string, string>> {
  switch (scheme.kind) {
    case 'envelope-hmac':
      return {};
    case 'bearer':
      return { authorization: `Bearer ${secret}` };
    case 'telegram-token':
      return { [TELEGRAM_TOKEN_HEADER]: secret };
    case 'body-hmac':
      return { [scheme.header]: signBody(scheme, secret, Buffer.from(body)) };
    case 'standard-webhooks': {
      const id = typeof unsigned['event_id'] === 'string' ? unsigned['event_id'] : `msg_${now}`;
      const timestamp = String(Math.floor(now / 1000));
      return {
        [WEBHOOK_ID]: id,
        [WEBHOOK_TIMESTAMP]: timestamp,
        [WEBHOOK_SIGNATURE]: signStandard(secret, id, timestamp, Buffer.from(body)),
      };
    }
    default:
      return scheme satisfies never;
  }
}
