import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { CasetrailError } from './errors';

const NONCE = 12;
const TAG = 16;

/** AES-256-GCM for secrets at rest: nonce, ciphertext, tag. */
export class SecretBox {
  readonly #given: Buffer | null;

  /** 32 bytes in base64; null for those who have none, and need none as long as they touch no secret. */
  constructor(key: string | null) {
    this.#given = key === null ? null : Buffer.from(key, 'base64');
    if (this.#given !== null && this.#given.length !== 32)
      throw new Error('the key for secrets must be 32 bytes in base64');
  }

  static readonly newKey = (): string => randomBytes(32).toString('base64');

  /** `context` binds the secret to its place: moved to another row it does not open. */
  seal(secret: string, context: string): Buffer {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(context));
    return Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  open(sealed: Buffer, context: string): string {
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, NONCE))
      .setAAD(Buffer.from(context))
      .setAuthTag(sealed.subarray(sealed.length - TAG));
    const text = decipher.update(sealed.subarray(NONCE, sealed.length - TAG));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  }

  get #key(): Buffer {
    if (this.#given !== null) return this.#given;
    throw new CasetrailError('config_invalid', 'Secrets need the key that the nodes have: set SECRETS_KEY.');
  }
}
