import { createHash, createHmac } from 'node:crypto';
import { type VectorRequest, type VectorSource } from '../vector';

export type Json = Record<string, unknown>;

export interface Signing {
  /** ms UTC. */
  readonly at: number;
  /** So far from the edge of what is fresh are those that are almost too old or too early. */
  readonly marginS: number;
}

export const SECRET = 'conformance-secret-0001';
/** When all this happened. */
export const AT = '2026-03-02T10:00:00.000Z';

/** How one profile's sender writes and signs, in its own words: nothing here comes from the receiver's code. */
export interface Sender {
  readonly profile: string;
  readonly secret: string;
  readonly settings: Json;
  readonly absorbs: boolean;
  /** The credential's header; null: it stands in the body. */
  readonly credential: string | null;
  readonly missing: string;
  readonly invalid: string;
  /** Where the signature holds a time: when it is written. */
  readonly signing: Signing | null;
  /** Null where the sender knows no such event. */
  readonly ping: Json | null;
  opening(id: string, more?: Json): Json;
  message(id: string, messageId: number): Json;
  status(id: string, from: string, to: string): Json | null;
  unknown(id: string): Json;
  sign(raw: Buffer, secret?: string): Record<string, string>;
  /** For a signature inside the body. */
  seal(body: Json, secret?: string): Json;
  /** Fields without which the opening is no event, with the path that is complained of. */
  readonly required: readonly string[];
}

export const hmac = (secret: string | Buffer, text: string | Buffer, algorithm = 'sha256'): Buffer =>
  createHmac(algorithm, secret).update(text).digest();

/** One move after the other: what happened at one instant has no order that a reader could tell. */
export const movedAt = (from: string): string =>
  from === 'open' ? '2026-03-02T10:00:10.000Z' : '2026-03-02T10:00:20.000Z';

export function uuid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const bodySigner =
  (header: string, own: string) =>
  (raw: Buffer, secret = own): Record<string, string> => ({ [header]: hmac(secret, raw).toString('hex') });

export function sourceOf(
  sender: Sender,
  settings: Json = {},
  more: Partial<VectorSource> = {},
): VectorSource {
  return {
    secret: sender.secret,
    integration_id: 'conformance',
    settings: { ...sender.settings, ...settings },
    ...more,
  };
}

/** A signed request with this body; bytes are sent as they are, an object as JSON. */
export function requestOf(
  sender: Sender,
  body: Json | Buffer,
  { headers = {}, ...more }: Partial<VectorRequest> = {},
  secret: string = sender.secret,
): VectorRequest {
  const raw = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(sender.seal(body, secret)));
  return {
    method: 'POST',
    suffix: '',
    peer: null,
    body: raw.toString('base64'),
    ...more,
    headers: { 'content-type': 'application/json', ...sender.sign(raw, secret), ...headers },
  };
}

/** Bytes of a telegram-crm envelope whose signature is right, whatever else stands in it. */
export function sealedText(sender: Sender, name: string, text: (members: string) => string): Buffer {
  const base = sender.opening(name);
  const sealed = sender.seal(base);
  const members = JSON.stringify(sealed).slice(1, -1);
  return Buffer.from(text(members));
}
