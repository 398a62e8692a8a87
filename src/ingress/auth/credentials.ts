/** A secret that both sides know. Instants are ms UTC. */
export interface SecretKey {
  readonly keyId: string;
  readonly secret: string;
  readonly notBefore: number;
  readonly notAfter: number | null;
}

/** Stored hashed: whoever reads the database can't send with it. */
export interface BearerToken {
  readonly keyId: string;
  /** sha256 of the token. */
  readonly hash: Uint8Array;
  readonly notBefore: number;
  readonly notAfter: number | null;
  /** The event types it may send; null: all. */
  readonly scopes: readonly string[] | null;
}

/** All of a source's, the expired ones included: the doctor and `token_expired` need to know them. */
export interface Credentials {
  readonly secrets: readonly SecretKey[];
  readonly tokens: readonly BearerToken[];
}

type Lifetime = Pick<SecretKey, 'notBefore' | 'notAfter'>;

export function isLive({ notBefore, notAfter }: Lifetime, now: number): boolean {
  return notBefore <= now && (notAfter === null || now < notAfter);
}

export function liveKeys(keys: readonly SecretKey[], now: number): readonly SecretKey[] {
  return keys.filter((key) => isLive(key, now));
}
