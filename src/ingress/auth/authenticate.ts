import { readJson, type JsonReading } from '../json/strict-json';
import { type AuthRequest } from './auth-request';
import { checkBearer } from './bearer';
import { checkBodyHmac } from './body-hmac';
import { type AuthCode, type Check, type Proof, type Stage } from './check';
import { type Credentials } from './credentials';
import { checkEnvelope, isNoJson } from './envelope-hmac';
import { type AuthPolicy, requestSchemes, type RequestScheme } from './scheme';
import { checkStandardWebhooks } from './standard-webhooks';
import { checkTelegramToken } from './telegram-token';

export interface Authentic {
  readonly ok: true;
  /** Of each scheme the request showed. Empty only when a client certificate alone vouched for an unreadable body. */
  readonly proofs: readonly Proof[];
  /** The body, where its signature stands inside it; otherwise it was not read yet. */
  readonly json: JsonReading | null;
}

export interface Unauthentic {
  readonly ok: false;
  readonly code: AuthCode;
  readonly detail: string;
}

type Refusal = Extract<Check, { readonly code: AuthCode }>;

/**
 * Presence of a credential, whether it is right, whether it is fresh: in that order over all that the policy names.
 * mtls and ip are proved by the connection before the body is there and are not looked at here.
 */
export function authenticate(
  policy: AuthPolicy,
  credentials: Credentials,
  request: AuthRequest,
): Authentic | Unauthentic {
  const required = requestSchemes(policy.require).map((one) => checkScheme(one, credentials, request).check);
  const offers = policy.anyOf.map((one) => checkScheme(one, credentials, request));
  const offered = offers.map(({ check }) => check);
  const json = offers.find((one) => one.json !== null)?.json ?? null;

  const refusal = firstRefusal(offered, required);
  if (refusal === null) return { ok: true, proofs: proofsOf([...offered, ...required]), json };
  const unread = vouchedUnread(policy, offered, required, request);
  if (unread !== null) return { ok: true, proofs: proofsOf(required), json: unread };
  return { ok: false, code: refusal.code, detail: refusal.detail };
}

interface SchemeCheck {
  readonly check: Check;
  readonly json: JsonReading | null;
}

function checkScheme(scheme: RequestScheme, credentials: Credentials, request: AuthRequest): SchemeCheck {
  const { secrets } = credentials;
  switch (scheme.kind) {
    case 'envelope-hmac':
      return checkEnvelope(scheme, secrets, request);
    case 'body-hmac':
      return { check: checkBodyHmac(scheme, secrets, request), json: null };
    case 'bearer':
      return { check: checkBearer(credentials, request), json: null };
    case 'telegram-token':
      return { check: checkTelegramToken(secrets, request), json: null };
    case 'standard-webhooks':
      return { check: checkStandardWebhooks(scheme, secrets, request), json: null };
    default:
      return scheme satisfies never;
  }
}

/** What a request shows must be right even where another credential would do: a wrong one is a sign of tampering. */
function firstRefusal(offered: readonly Check[], required: readonly Check[]): Refusal | null {
  const checks = [...offered, ...required];
  const missing = offered.every(isAbsent) ? offered[0] : required.find(isAbsent);
  if (missing !== undefined) return missing;
  return refusedAt('present', checks) ?? refusedAt('right', checks) ?? refusedAt('fresh', checks);
}

function isAbsent(check: Check): check is Extract<Check, { readonly kind: 'absent' }> {
  return check.kind === 'absent';
}

function refusedAt(stage: Stage, checks: readonly Check[]): Refusal | null {
  for (const check of checks) if (check.kind === 'refused' && check.stage === stage) return check;
  return null;
}

function proofsOf(checks: readonly Check[]): readonly Proof[] {
  return checks.flatMap((check) => (check.kind === 'proved' ? [check.proof] : []));
}

/**
 * A body that is not JSON can't show the signature it should hold. If a second factor proved the sender all the same, it
 * is an authentic delivery that we can't read, and is kept as one.
 */
function vouchedUnread(
  policy: AuthPolicy,
  offered: readonly Check[],
  required: readonly Check[],
  request: AuthRequest,
): JsonReading | null {
  if (!policy.anyOf.some(({ kind }) => kind === 'envelope-hmac') || !offered.every(isAbsent)) return null;
  if (required.some(({ kind }) => kind !== 'proved')) return null;
  const byCertificate = request.hasClientCertificate && policy.require.some(({ kind }) => kind === 'mtls');
  if (required.length === 0 && !byCertificate) return null;
  const json = readJson(request.raw);
  return isNoJson(json) ? json : null;
}
