import { type AuthRequest } from './auth-request';
import { type SecretKey } from './credentials';
import {
  REWRITTEN_MAX,
  type SecretCandidate,
  secretCandidates,
  type ShownDigest,
  shownDigests,
  type SignedCandidate,
  signedCandidates,
} from './doctor-candidates';
import { hmac, isEqual } from './hmac';

const KIB = 1024;
const MIB = 1024 * KIB;
/** Of one request, whatever it shows: whoever sends it has proved nothing, and must not buy our time with it. */
const HASHED_MAX = 4 * MIB;
/** What an HMAC costs beside its content, in bytes hashed. */
const HMAC_COST = 2 * KIB;

/** A signature as it was sent, and the header or field it stood in. */
export interface ShownText {
  readonly place: string;
  readonly text: string;
}

/** One digest of a shown signature, and what makes the same one. */
export interface Match {
  readonly place: string;
  readonly shown: ShownDigest;
  readonly key: SecretKey;
  readonly secret: SecretCandidate;
  readonly content: string;
}

export interface Matches {
  readonly found: readonly Match[];
  /** False: something was left untried. */
  readonly isComplete: boolean;
}

/** Each HMAC is made once and compared with all that was shown. */
export function matchesOf(
  texts: readonly ShownText[],
  keys: readonly SecretKey[],
  request: AuthRequest,
): Matches {
  const shown = texts.flatMap(({ place, text }) => shownDigests(text).map((one) => ({ place, shown: one })));
  if (shown.length === 0) return { found: [], isComplete: true };
  const algorithms = [...new Set(shown.map((one) => one.shown.algorithm))];
  const found: Match[] = [];
  let left = HASHED_MAX;
  let isComplete = request.raw.length <= REWRITTEN_MAX;
  for (const { key, secret, content } of attempts(keys, signedCandidates(request))) {
    for (const algorithm of algorithms) {
      const cost = content.bytes.length + HMAC_COST;
      if (cost > left) {
        isComplete = false;
        continue;
      }
      left -= cost;
      const digest = hmac(algorithm, secret.bytes, content.bytes);
      const equal = shown.filter((one) => isEqual(one.shown.digest, digest));
      found.push(...equal.map((one) => ({ ...one, key, secret, content: content.name })));
    }
  }
  return { found, isComplete };
}

interface Attempt {
  readonly key: SecretKey;
  readonly secret: SecretCandidate;
  readonly content: SignedCandidate;
}

/** The likelier ones first: the secrets of all keys as they are, before any change to one of them. */
function attempts(keys: readonly SecretKey[], contents: readonly SignedCandidate[]): readonly Attempt[] {
  return keys
    .flatMap((key) => secretCandidates(key.secret).map((secret, rank) => ({ key, secret, rank })))
    .sort((a, b) => a.rank - b.rank)
    .flatMap(({ key, secret }) => contents.map((content) => ({ key, secret, content })));
}
