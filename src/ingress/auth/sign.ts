import { signBody } from './body-hmac';
import { signEnvelope } from './envelope-hmac';
import { type AuthPolicy, requestSchemes, type RequestScheme } from './scheme';
import { signStandard, WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP } from './standard-webhooks';
import { TELEGRAM_TOKEN_HEADER } from './telegram-token';

const SECOND = 1000;

export interface SigningOptions {
  readonly secret: string;
  /** For Authorization; the secret serves where there is none. */
  readonly bearer?: string;
  /** ms UTC, for schemes that sign a time of their own. */
  readonly now: number;
  /** What Standard Webhooks calls the event; its repetition must carry the same. */
  readonly webhookId: string;
}

export interface SignedWebhook {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Draft = Readonly<Record<string, unknown>>;

/** What a sender of this policy would send: the first scheme that would do, and every further factor it demands. */
export function signWebhook(policy: AuthPolicy, draft: Draft, options: SigningOptions): SignedWebhook {
  const [first] = policy.anyOf;
  const schemes = [...(first ? [first] : []), ...requestSchemes(policy.require)];
  const signed = schemes.some(({ kind }) => kind === 'envelope-hmac')
    ? withSignature(draft, schemes, options)
    : draft;
  const body = JSON.stringify(signed);
  const raw = Buffer.from(body, 'utf8');
  const headers = Object.assign({}, ...schemes.map((scheme) => headersOf(scheme, raw, options))) as Draft;
  return { headers: { 'content-type': 'application/json', ...(headers as Record<string, string>) }, body };
}

function withSignature(draft: Draft, schemes: readonly RequestScheme[], { secret }: SigningOptions): Draft {
  const scheme = schemes.find(({ kind }) => kind === 'envelope-hmac');
  const [eventId, eventType, timestamp] = ['event_id', 'event_type', 'timestamp'].map((name) => {
    const value = draft[name];
    return typeof value === 'string' ? value : '';
  });
  const parts = { eventId: eventId ?? '', eventType: eventType ?? '', timestamp: timestamp ?? '' };
  const algorithm = scheme?.kind === 'envelope-hmac' ? scheme.algorithm : 'sha256';
  return { ...draft, signature: signEnvelope(secret, parts, algorithm) };
}

function headersOf(
  scheme: RequestScheme,
  raw: Buffer,
  { secret, bearer, now, webhookId }: SigningOptions,
): Readonly<Record<string, string>> {
  switch (scheme.kind) {
    case 'envelope-hmac':
      return {};
    case 'body-hmac':
      return { [scheme.header.toLowerCase()]: signBody(scheme, secret, raw) };
    case 'bearer':
      return { authorization: `Bearer ${bearer ?? secret}` };
    case 'telegram-token':
      return { [TELEGRAM_TOKEN_HEADER.toLowerCase()]: secret };
    case 'standard-webhooks': {
      const timestamp = String(Math.floor(now / SECOND));
      return {
        [WEBHOOK_ID]: webhookId,
        [WEBHOOK_TIMESTAMP]: timestamp,
        [WEBHOOK_SIGNATURE]: signStandard(secret, webhookId, timestamp, raw),
      };
    }
    default:
      return scheme satisfies never;
  }
}
