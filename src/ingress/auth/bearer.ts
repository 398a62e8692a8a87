import { createHash } from 'node:crypto';
import { type AuthRequest, headerOf } from './auth-request';
import { absent, type Check, proved, refused } from './check';
import { type BearerToken, type Credentials, isLive } from './credentials';
import { isEqual } from './hmac';

/** The scheme is named without regard to case; some consoles also write it before a value that has it already. */
const BEARER = /^(?:Bearer +)+(\S+)$/i;

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

/**
 * A source has at least a secret, and a sender that can only send fixed headers has no other use for it: each secret is
 * a bearer token too. Compared as hashes, which are of equal length whatever was shown.
 */
export function checkBearer({ secrets, tokens }: Credentials, request: AuthRequest): Check {
  const shown = headerOf(request, 'authorization');
  if (shown === null) {
    return absent('bearer_missing', 'No bearer token: send the header Authorization: Bearer <token>.');
  }
  const token = BEARER.exec(shown)?.[1];
  if (token === undefined) {
    return absent('bearer_missing', 'The header Authorization holds no bearer token: send Bearer <token>.');
  }
  const given = hashToken(token);
  const known = [...tokens, ...secrets.map(asToken)];
  const matching = known.filter(({ hash }) => isEqual(hash, given));
  const live = matching.find((one) => isLive(one, request.receivedAt));
  if (live !== undefined) return proved({ kind: 'bearer', keyId: live.keyId, scopes: live.scopes });
  const [dead] = matching;
  if (dead === undefined) {
    return refused('right', 'bearer_invalid', 'Invalid bearer token: this source knows no such token.');
  }
  return dead.notBefore > request.receivedAt
    ? refused('right', 'bearer_invalid', `The bearer token ${dead.keyId} is not valid yet.`)
    : refused('fresh', 'token_expired', `Token expired: ${dead.keyId}. Make a new one and send that.`);
}

function asToken({ keyId, secret, notBefore, notAfter }: Credentials['secrets'][number]): BearerToken {
  return { keyId, hash: hashToken(secret), notBefore, notAfter, scopes: null };
}
