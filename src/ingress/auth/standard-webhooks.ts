import { type AuthRequest, headerOf } from './auth-request';
import { absent, type Check, namedKeys, proved, refused } from './check';
import { liveKeys, type SecretKey } from './credentials';
import { decodeDigest, findSigner, hmac } from './hmac';
import { type StandardWebhooks } from './scheme';

const SECOND = 1000;
const SECRET_PREFIX = 'whsec_';
export const WEBHOOK_ID = 'webhook-id';
export const WEBHOOK_TIMESTAMP = 'webhook-timestamp';
export const WEBHOOK_SIGNATURE = 'webhook-signature';

/** The key is the bytes behind whsec_, not the text. */
export function standardKey(secret: string): Buffer {
  const text = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret;
  return Buffer.from(text, 'base64');
}

/** `timestamp` as it stands in the header: whole seconds since 1970. */
export function signStandard(secret: string, id: string, timestamp: string, raw: Uint8Array): string {
  return `v1,${hmac('sha256', standardKey(secret), signedContent(id, timestamp, raw)).toString('base64')}`;
}

export function checkStandardWebhooks(
  { toleranceMs }: StandardWebhooks,
  keys: readonly SecretKey[],
  request: AuthRequest,
): Check {
  const id = headerOf(request, WEBHOOK_ID);
  const timestamp = headerOf(request, WEBHOOK_TIMESTAMP);
  const signature = headerOf(request, WEBHOOK_SIGNATURE);
  if (id === null || timestamp === null || signature === null) {
    return absent(
      'signature_missing',
      `No signature: Standard Webhooks needs the headers ${WEBHOOK_ID}, ${WEBHOOK_TIMESTAMP} and ${WEBHOOK_SIGNATURE}.`,
    );
  }
  if (!/^\d{1,12}$/.test(timestamp)) {
    return malformed(`${WEBHOOK_TIMESTAMP} must be whole seconds since 1970.`);
  }
  const digests = digestsIn(signature);
  if (digests.length === 0) {
    return malformed(`${WEBHOOK_SIGNATURE} must hold "v1," and an HMAC-SHA256 in base64 (44 characters).`);
  }
  const live = liveKeys(keys, request.receivedAt);
  const content = signedContent(id, timestamp, request.raw);
  const signer = findSigner(live, digests, (secret) => hmac('sha256', standardKey(secret), content));
  if (signer === null) {
    const detail = `Invalid signature: the HMAC-SHA256 of ${WEBHOOK_ID}.${WEBHOOK_TIMESTAMP}.body with ${namedKeys(live)} is not among those in ${WEBHOOK_SIGNATURE}.`;
    return refused('right', 'signature_invalid', detail);
  }
  const aheadMs = Number(timestamp) * SECOND - request.receivedAt;
  if (Math.abs(aheadMs) <= toleranceMs) return proved({ kind: 'standard-webhooks', keyId: signer.keyId });
  const seconds = Math.round(Math.abs(aheadMs) / SECOND);
  return aheadMs < 0
    ? refused('fresh', 'timestamp_expired', skewDetail(seconds, 'past', toleranceMs))
    : refused('fresh', 'timestamp_in_future', skewDetail(seconds, 'future', toleranceMs));
}

function malformed(detail: string): Check {
  return refused('present', 'signature_malformed', detail);
}

/** Several stand side by side during a rotation; those of other versions are other people's business. */
function digestsIn(header: string): readonly Buffer[] {
  return header.split(' ').flatMap((part) => {
    const digest = part.startsWith('v1,') ? decodeDigest(part.slice(3), 'base64', 'sha256') : null;
    return digest === null ? [] : [digest];
  });
}

function signedContent(id: string, timestamp: string, raw: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${id}.${timestamp}.`, 'utf8'), raw]);
}

function skewDetail(seconds: number, where: string, toleranceMs: number): string {
  return `${WEBHOOK_TIMESTAMP} lies ${seconds} s in the ${where}; ${toleranceMs / SECOND} s are allowed. Check the sender's clock, and sign each attempt anew.`;
}
