import { createHmac, timingSafeEqual } from 'node:crypto';
import { type SecretKey } from './credentials';
import { type Algorithm, type Encoding } from './scheme';

export const DIGEST_BYTES: Readonly<Record<Algorithm, number>> = { sha256: 32, sha512: 64, sha1: 20 };
export const ALGORITHM_NAMES: Readonly<Record<Algorithm, string>> = {
  sha256: 'HMAC-SHA256',
  sha512: 'HMAC-SHA512',
  sha1: 'HMAC-SHA1',
};

export type Signed = string | Uint8Array;

export function hmac(algorithm: Algorithm, secret: Signed, signed: Signed): Buffer {
  return createHmac(algorithm, secret).update(signed).digest();
}

/** Null when the text is no whole digest of this algorithm in this encoding. */
export function decodeDigest(text: string, encoding: Encoding, algorithm: Algorithm): Buffer | null {
  const bytes = DIGEST_BYTES[algorithm];
  if (encoding === 'hex') {
    return text.length === bytes * 2 && /^[0-9a-f]+$/i.test(text) ? Buffer.from(text, 'hex') : null;
  }
  const digest = Buffer.from(text, 'base64');
  // Several base64 texts decode to the same bytes; only the one that a sender would write is a digest.
  return digest.length === bytes && digest.toString('base64') === text ? digest : null;
}

export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * Tries every key even when one has matched: a rotation loses nothing, and the time taken does not tell which key came
 * close.
 */
export function findSigner(
  keys: readonly SecretKey[],
  given: readonly Uint8Array[],
  digestOf: (secret: string) => Uint8Array,
): SecretKey | null {
  let signer: SecretKey | null = null;
  for (const key of keys) {
    const expected = digestOf(key.secret);
    for (const digest of given) {
      if (isEqual(digest, expected)) signer ??= key;
    }
  }
  return signer;
}
