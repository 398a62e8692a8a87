import { type RequestScheme } from './scheme';

export type AuthCode =
  | 'signature_missing'
  | 'signature_malformed'
  | 'signature_invalid'
  | 'bearer_missing'
  | 'bearer_invalid'
  | 'token_missing'
  | 'token_invalid'
  | 'token_expired'
  | 'timestamp_expired'
  | 'timestamp_in_future';

/** In the order in which a request is checked: what it shows, whether that is right, whether it is fresh. */
export type Stage = 'present' | 'right' | 'fresh';

export interface Proof {
  readonly kind: RequestScheme['kind'];
  readonly keyId: string;
  /** The event types this credential may send; null: all. */
  readonly scopes: readonly string[] | null;
  /** SHA-1 was accepted because the source says so: worth a warning metric. */
  readonly isLegacy: boolean;
}

/** What one scheme makes of one request. `absent`: it shows nothing of this scheme at all. */
export type Check =
  | { readonly kind: 'proved'; readonly proof: Proof }
  | { readonly kind: 'absent'; readonly code: AuthCode; readonly detail: string }
  | { readonly kind: 'refused'; readonly stage: Stage; readonly code: AuthCode; readonly detail: string };

export function absent(code: AuthCode, detail: string): Check {
  return { kind: 'absent', code, detail };
}

export function refused(stage: Stage, code: AuthCode, detail: string): Check {
  return { kind: 'refused', stage, code, detail };
}

export function proved(proof: Pick<Proof, 'kind' | 'keyId'> & Partial<Proof>): Check {
  return { kind: 'proved', proof: { scopes: null, isLegacy: false, ...proof } };
}

/** For details: "key k_1", "keys k_1, k_2", or that there is none. */
export function namedKeys(keys: readonly { readonly keyId: string }[]): string {
  if (keys.length === 0) return 'any key: this source has no live key';
  const [first] = keys;
  return keys.length === 1 && first ? `key ${first.keyId}` : `keys ${keys.map((k) => k.keyId).join(', ')}`;
}
