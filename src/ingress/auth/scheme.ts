import { z } from 'zod';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const ALGORITHMS = ['sha256', 'sha512', 'sha1'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];
export const ENCODINGS = ['hex', 'base64'] as const;
export type Encoding = (typeof ENCODINGS)[number];

export const headerName = z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'letters, digits and dashes');

/** HMAC of the raw bytes of the body, in a header. */
const bodyHmac = z.strictObject({
  kind: z.literal('body-hmac'),
  header: headerName,
  prefix: z.string().max(32),
  encoding: z.enum(ENCODINGS),
  algorithm: z.enum(ALGORITHMS),
});

/**
 * HMAC of event_id + event_type + timestamp, the exact strings with nothing between them, in the body's own field
 * `signature`. It proves who sent, not what: the rest of the body is not covered.
 */
const envelopeHmac = z.strictObject({ kind: z.literal('envelope-hmac'), algorithm: z.enum(ALGORITHMS) });

/** A token of the source, or one of its secrets used as one, in Authorization. */
const bearer = z.strictObject({ kind: z.literal('bearer') });

/** The secret itself in X-Telegram-Bot-Api-Secret-Token, as setWebhook made Telegram send it. */
const telegramToken = z.strictObject({ kind: z.literal('telegram-token') });

/** Standard Webhooks 1.0: HMAC-SHA256 of id, time and body. */
const standardWebhooks = z.strictObject({
  kind: z.literal('standard-webhooks'),
  toleranceMs: z.int().positive(),
});

/** Proved before the body is read, by the connection; named here so that a source's demands stand in one place. */
const mtls = z.strictObject({ kind: z.literal('mtls') });
const ip = z.strictObject({ kind: z.literal('ip') });

const requestScheme = z.discriminatedUnion('kind', [
  bodyHmac,
  envelopeHmac,
  bearer,
  telegramToken,
  standardWebhooks,
]);

export const authPolicy = z.strictObject({
  /** At least one of them proves the sender; whichever others a request shows must be right too. */
  anyOf: z.array(requestScheme).min(1),
  /** Beside that, all of these. */
  require: z.array(z.discriminatedUnion('kind', [bodyHmac, bearer, mtls, ip])),
});

export type BodyHmac = z.infer<typeof bodyHmac>;
export type EnvelopeHmac = z.infer<typeof envelopeHmac>;
export type StandardWebhooks = z.infer<typeof standardWebhooks>;
export type RequestScheme = z.infer<typeof requestScheme>;
export type AuthPolicy = z.infer<typeof authPolicy>;

/** Without mtls and ip, which are the connection's. */
export function requestSchemes(
  schemes: readonly (AuthPolicy['require'][number] | RequestScheme)[],
): readonly RequestScheme[] {
  return schemes.flatMap((scheme) => (scheme.kind === 'mtls' || scheme.kind === 'ip' ? [] : [scheme]));
}

export const FACTORS = ['bearer', 'body-hmac', 'mtls', 'ip'] as const;

/** Standard Webhooks leaves the tolerance to the receiver; this is what its libraries use. */
export const STANDARD_TOLERANCE_MS = 5 * MINUTE;

export const PLAIN_BODY_HMAC: BodyHmac = {
  kind: 'body-hmac',
  header: 'X-Webhook-Signature',
  prefix: '',
  encoding: 'hex',
  algorithm: 'sha256',
};
