import { readJson, type JsonReading } from '../json/strict-json';
import { type AuthRequest } from './auth-request';
import { absent, type Check, namedKeys, proved, refused } from './check';
import { liveKeys, type SecretKey } from './credentials';
import { ALGORITHM_NAMES, decodeDigest, DIGEST_BYTES, findSigner, hmac } from './hmac';
import { type Algorithm, type EnvelopeHmac } from './scheme';
import { topLevelStrings } from './top-level-fields';

export interface EnvelopeParts {
  readonly eventId: string;
  readonly eventType: string;
  readonly timestamp: string;
}

const FIELDS = ['signature', 'event_id', 'event_type', 'timestamp'] as const;
const WANTED: ReadonlySet<string> = new Set(FIELDS);

export function signEnvelope(secret: string, parts: EnvelopeParts, algorithm: Algorithm = 'sha256'): string {
  return hmac(algorithm, secret, signedContent(parts)).toString('hex');
}

export function signedContent({ eventId, eventType, timestamp }: EnvelopeParts): string {
  return eventId + eventType + timestamp;
}

export interface EnvelopeCheck {
  readonly check: Check;
  /** The whole body, read once the signature was right: forged bodies are not worth parsing. */
  readonly json: JsonReading | null;
}

export function checkEnvelope(
  { algorithm }: EnvelopeHmac,
  keys: readonly SecretKey[],
  request: AuthRequest,
): EnvelopeCheck {
  const shown = envelopeIn(request.raw);
  if (typeof shown === 'string') return without(absent('signature_missing', shown));
  const digest = decodeDigest(shown.signature, 'hex', algorithm);
  if (digest === null) {
    const detail = `The signature must be an ${ALGORITHM_NAMES[algorithm]} in hex: ${DIGEST_BYTES[algorithm] * 2} characters.`;
    return without(refused('present', 'signature_malformed', detail));
  }
  const live = liveKeys(keys, request.receivedAt);
  const content = signedContent(shown);
  const signer = findSigner(live, [digest], (secret) => hmac(algorithm, secret, content));
  if (signer === null) {
    const detail = `Invalid signature: the ${ALGORITHM_NAMES[algorithm]} of event_id + event_type + timestamp with ${namedKeys(live)} does not match the body's signature.`;
    return without(refused('right', 'signature_invalid', detail));
  }
  const json = readJson(request.raw);
  if (isNoJson(json)) return { check: absent('signature_missing', NO_JSON), json };
  return {
    check: proved({ kind: 'envelope-hmac', keyId: signer.keyId, isLegacy: algorithm === 'sha1' }),
    json,
  };
}

const NO_JSON = 'The body is not a JSON object, so it holds no signature.';

function without(check: Check): EnvelopeCheck {
  return { check, json: null };
}

export function isNoJson(json: JsonReading): boolean {
  return json.kind === 'malformed' && (json.fault === 'syntax' || json.fault === 'not_an_object');
}

/** What is signed and its signature, or why there is none in words. */
export function envelopeIn(raw: Buffer): (EnvelopeParts & { readonly signature: string }) | string {
  const fields = topLevelStrings(raw, WANTED);
  if (fields === null) return NO_JSON;
  const [signature, eventId, eventType, timestamp] = FIELDS.map((name) => fields.get(name));
  if (signature && eventId !== undefined && eventType !== undefined && timestamp !== undefined) {
    return { signature, eventId, eventType, timestamp };
  }
  const missing = FIELDS.filter((name) => !fields.get(name));
  return `No signature: the body needs the strings ${FIELDS.join(', ')}; ${missing.join(', ')} missing.`;
}
