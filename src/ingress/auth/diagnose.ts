import { type AuthRequest, headerOf } from './auth-request';
import { type Credentials, isLive, type SecretKey } from './credentials';
import { tokenFindings } from './diagnose-tokens';
import {
  ENVELOPE,
  RAW_BODY,
  type SecretCandidate,
  type ShownDigest,
  STANDARD_CONTENT,
} from './doctor-candidates';
import { type Match, matchesOf, type ShownText } from './doctor-matches';
import { envelopeIn } from './envelope-hmac';
import { ALGORITHM_NAMES } from './hmac';
import { type Algorithm, type AuthPolicy, requestSchemes, type RequestScheme } from './scheme';
import { checkStandardWebhooks, WEBHOOK_SIGNATURE } from './standard-webhooks';

/** What a scheme wants to see, to say in what a signature differs that would have matched. */
interface Wanted {
  readonly place: string;
  readonly content: string;
  readonly algorithm: Algorithm;
  readonly encoding: 'hex' | 'base64';
  readonly prefix: string;
  readonly secret: SecretCandidate['form'];
}

const USUAL_HEADERS = [
  'X-Webhook-Signature',
  'X-TG-Staff-Signature',
  'X-Signature',
  'X-Hub-Signature-256',
  'X-Hub-Signature',
  WEBHOOK_SIGNATURE,
];
const BODY_FIELD = "the body's field signature";

/**
 * What would have matched, in words for whoever sets up the sender. Names keys, never shows them. Nothing is found when
 * the secret itself is another one: then that is said.
 */
export function diagnose(
  policy: AuthPolicy,
  credentials: Credentials,
  request: AuthRequest,
): readonly string[] {
  const schemes = requestSchemes([...policy.anyOf, ...policy.require]);
  const shown = shownSignatures(schemes, request);
  const wanted = schemes.flatMap((scheme) => wantedBy(scheme) ?? []);
  const matches = matchesOf(wanted.length === 0 ? [] : shown, credentials.secrets, request);
  const findings = [
    ...schemes.flatMap((scheme) => skewFindings(scheme, credentials, request)),
    ...wanted.flatMap((one) => signatureFindings(one, matches.found, request.receivedAt)),
    ...tokenFindings(schemes, credentials, request),
  ];
  if (findings.length > 0) return [...new Set(findings)];
  if (shown.length === 0 && headerOf(request, 'authorization') === null) {
    return ['The request shows no signature and no token anywhere we looked.'];
  }
  return [
    'Nothing we tried would have matched: the sender most likely signs with another secret.',
    ...(matches.isComplete ? [] : ['Of so large a body not everything was tried: send a small one.']),
  ];
}

function wantedBy(scheme: RequestScheme): Wanted | null {
  switch (scheme.kind) {
    case 'body-hmac': {
      const { header, algorithm, encoding, prefix } = scheme;
      return { place: header, content: RAW_BODY, algorithm, encoding, prefix, secret: 'text' };
    }
    case 'envelope-hmac': {
      const { algorithm } = scheme;
      const place = BODY_FIELD;
      return { place, content: ENVELOPE, algorithm, encoding: 'hex', prefix: '', secret: 'text' };
    }
    case 'standard-webhooks':
      return {
        place: WEBHOOK_SIGNATURE,
        content: STANDARD_CONTENT,
        algorithm: 'sha256',
        encoding: 'base64',
        prefix: 'v1,',
        secret: 'decoded',
      };
    case 'bearer':
    case 'telegram-token':
      return null;
    default:
      return scheme satisfies never;
  }
}

function shownSignatures(schemes: readonly RequestScheme[], request: AuthRequest): readonly ShownText[] {
  const own = schemes.flatMap((scheme) => (scheme.kind === 'body-hmac' ? [scheme.header] : []));
  const names = new Map([...own, ...USUAL_HEADERS].map((name) => [name.toLowerCase(), name] as const));
  const inHeaders = [...names.values()].flatMap((place) => {
    const text = headerOf(request, place);
    return text === null ? [] : [{ place, text }];
  });
  const envelope = envelopeIn(request.raw);
  return typeof envelope === 'string'
    ? inHeaders
    : [{ place: BODY_FIELD, text: envelope.signature }, ...inHeaders];
}

/** Of all that would have matched, what differs least: the simplest thing to mend at the sender. */
function signatureFindings(wanted: Wanted, matches: readonly Match[], now: number): readonly string[] {
  const best = matches
    .map((match) => changesOf(wanted, match, now))
    .reduce<readonly string[] | null>(
      (least, one) => (one.length > 0 && (least === null || one.length < least.length) ? one : least),
      null,
    );
  return best === null ? [] : [`The signature would match but for: ${best.join('; ')}.`];
}

function changesOf(
  wanted: Wanted,
  { place, shown, key, secret, content }: Match,
  now: number,
): readonly string[] {
  return [
    ...(place === wanted.place ? [] : [`sent as ${place} instead of ${wanted.place}`]),
    ...lifetimeChange(key, now),
    ...formChanges(wanted, shown),
    ...(content === wanted.content ? [] : [`signed was ${content} instead of ${wanted.content}`]),
    ...(secret.form === wanted.secret ? [] : [`signed with ${secret.name} (${key.keyId})`]),
  ];
}

function formChanges(wanted: Wanted, { algorithm, encoding, prefix }: ShownDigest): readonly string[] {
  const changes: string[] = [];
  if (algorithm !== wanted.algorithm) {
    changes.push(`${ALGORITHM_NAMES[algorithm]} instead of ${ALGORITHM_NAMES[wanted.algorithm]}`);
  }
  if (encoding !== wanted.encoding) changes.push(`${encoding} instead of ${wanted.encoding}`);
  if (prefix.toLowerCase() !== wanted.prefix.toLowerCase()) {
    changes.push(
      wanted.prefix === ''
        ? `the prefix "${prefix}", where none is expected`
        : `no prefix "${wanted.prefix}" in front of it`,
    );
  }
  return changes;
}

function lifetimeChange(key: SecretKey, now: number): readonly string[] {
  if (isLive(key, now)) return [];
  if (key.notBefore > now) return [`the key ${key.keyId} is not valid yet`];
  return [`the old key ${key.keyId} was used, which has expired`];
}

/** A right signature of a wrong time: only the clock is to blame. */
function skewFindings(
  scheme: RequestScheme,
  { secrets }: Credentials,
  request: AuthRequest,
): readonly string[] {
  if (scheme.kind !== 'standard-webhooks') return [];
  const check = checkStandardWebhooks(scheme, secrets, request);
  return check.kind === 'refused' && check.stage === 'fresh'
    ? [`The signature is right, but the sender's clock or its retries are off: ${check.detail}`]
    : [];
}
