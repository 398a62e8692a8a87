import { type AuthRequest, headerOf } from './auth-request';
import { absent, type Check, namedKeys, proved, refused } from './check';
import { liveKeys, type SecretKey } from './credentials';
import { ALGORITHM_NAMES, decodeDigest, DIGEST_BYTES, findSigner, hmac } from './hmac';
import { type BodyHmac } from './scheme';

export function signBody(scheme: BodyHmac, secret: string, raw: Uint8Array): string {
  return scheme.prefix + hmac(scheme.algorithm, secret, raw).toString(scheme.encoding);
}

export function checkBodyHmac(scheme: BodyHmac, keys: readonly SecretKey[], request: AuthRequest): Check {
  const { header, algorithm, encoding, prefix } = scheme;
  const name = ALGORITHM_NAMES[algorithm];
  const shown = headerOf(request, header);
  if (shown === null) {
    return absent(
      'signature_missing',
      `No signature: send the ${name} of the raw body as the header ${header}.`,
    );
  }
  const digest = digestIn(shown, scheme);
  if (digest === null) {
    return refused('present', 'signature_malformed', `${header} must be ${expectedForm(scheme)}.`);
  }
  const live = liveKeys(keys, request.receivedAt);
  const signer = findSigner(live, [digest], (secret) => hmac(algorithm, secret, request.raw));
  if (signer !== null)
    return proved({ kind: 'body-hmac', keyId: signer.keyId, isLegacy: algorithm === 'sha1' });
  const detail = `Invalid signature: the ${name} of the raw body with ${namedKeys(live)} does not match ${header} (${encoding}${prefix === '' ? '' : `, prefix ${prefix}`}).`;
  return refused('right', 'signature_invalid', detail);
}

function digestIn(shown: string, { prefix, encoding, algorithm }: BodyHmac): Buffer | null {
  return shown.startsWith(prefix) ? decodeDigest(shown.slice(prefix.length), encoding, algorithm) : null;
}

function expectedForm({ prefix, encoding, algorithm }: BodyHmac): string {
  const bytes = DIGEST_BYTES[algorithm];
  const characters = encoding === 'hex' ? bytes * 2 : 4 * Math.ceil(bytes / 3);
  const start = prefix === '' ? 'without any prefix' : `behind the prefix "${prefix}"`;
  return `an ${ALGORITHM_NAMES[algorithm]} in ${encoding}: ${characters} characters ${start}`;
}
