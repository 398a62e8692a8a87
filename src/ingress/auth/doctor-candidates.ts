import { isUtf8 } from 'node:buffer';
import { canonicalJson, type Json } from '../../kernel/canonical-json';
import { without } from '../json/json-pointer';
import { readJson } from '../json/strict-json';
import { type AuthRequest, headerOf } from './auth-request';
import { envelopeIn, signedContent } from './envelope-hmac';
import { DIGEST_BYTES, type Signed } from './hmac';
import { ALGORITHMS, type Algorithm } from './scheme';
import { WEBHOOK_ID, WEBHOOK_TIMESTAMP } from './standard-webhooks';

/** Larger bodies are not written anew: that can make them sixty times as large. */
export const REWRITTEN_MAX = 8 * 1024;
/** Of one header or field: the longest signature has 140 characters, and during a rotation a few stand side by side. */
const SHOWN_CHARACTERS_MAX = 1000;
const SHOWN_MAX = 8;

/** Something that a sender may have signed, with its name in words. */
export interface SignedCandidate {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export const RAW_BODY = 'the raw body';
export const ENVELOPE = 'event_id + event_type + timestamp';
export const STANDARD_CONTENT = 'webhook-id.webhook-timestamp.body';

export function signedCandidates(request: AuthRequest): readonly SignedCandidate[] {
  const { raw } = request;
  const envelope = envelopeIn(raw);
  const candidates: SignedCandidate[] = [
    { name: RAW_BODY, bytes: raw },
    ...(typeof envelope === 'string'
      ? []
      : [{ name: ENVELOPE, bytes: Buffer.from(signedContent(envelope)) }]),
    ...standardCandidates(request),
  ];
  return raw.length > REWRITTEN_MAX ? candidates : [...candidates, ...rewritten(raw)];
}

function standardCandidates(request: AuthRequest): readonly SignedCandidate[] {
  const id = headerOf(request, WEBHOOK_ID);
  const timestamp = headerOf(request, WEBHOOK_TIMESTAMP);
  const before = (start: string): Buffer => Buffer.concat([Buffer.from(start, 'utf8'), request.raw]);
  return [
    ...(id === null || timestamp === null
      ? []
      : [{ name: STANDARD_CONTENT, bytes: before(`${id}.${timestamp}.`) }]),
    ...(timestamp === null ? [] : [{ name: 'webhook-timestamp.body', bytes: before(`${timestamp}.`) }]),
  ];
}

/** What a framework makes of JSON between signing and sending, or the other way round. */
function rewritten(raw: Buffer): readonly SignedCandidate[] {
  if (!isUtf8(raw)) return [];
  const text = raw.toString('utf8');
  const named = (name: string, rewrittenText: string): SignedCandidate[] =>
    rewrittenText === text ? [] : [{ name, bytes: Buffer.from(rewrittenText) }];
  return [
    ...named('the body without white space around it', text.trim()),
    ...named('the body with a newline behind it', `${text}\n`),
    ...reserialised(raw).flatMap((form) =>
      named('re-serialised JSON instead of the bytes that were sent', form),
    ),
  ];
}

/** Only of what we would take once the signature is right: a body nested without end can be parsed, but not written. */
function reserialised(raw: Buffer): readonly string[] {
  const read = readJson(raw);
  if (read.kind === 'malformed') return [];
  const { value } = read;
  const forms = [value, without(value, [['signature']])].flatMap((one) => [
    JSON.stringify(one),
    JSON.stringify(one, null, 2),
    pythonJson(one),
    canonicalJson(one as Json),
  ]);
  return [...new Set(forms)];
}

/** Python's json.dumps puts a space behind each comma and colon, and escapes what is not ASCII. */
function pythonJson(value: unknown): string {
  // Newlines in strings are escaped, so those left are layout.
  return JSON.stringify(value, null, 1)
    .replace(/,\n */g, ', ')
    .replace(/\n */g, '')
    .replace(
      /[\u0080-\uffff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}

export interface SecretCandidate {
  /** As the secret is printed; decoded from base64, as Standard Webhooks wants it; or with some other change. */
  readonly form: 'text' | 'decoded' | 'changed';
  /** In words, where it is not what the scheme wants. */
  readonly name: string;
  readonly bytes: Signed;
}

export function secretCandidates(secret: string): readonly SecretCandidate[] {
  const trimmed = secret.trim();
  const bare = secret.replace(/^whsec_/, '');
  const changed = (name: string, bytes: Signed): SecretCandidate => ({ form: 'changed', name, bytes });
  return [
    {
      form: 'text',
      name: 'the text of the secret, not base64-decoded behind whsec_',
      bytes: secret,
    },
    {
      form: 'decoded',
      name: 'the base64-decoded secret instead of its text',
      bytes: Buffer.from(bare, 'base64'),
    },
    changed('a newline behind the secret', `${secret}\n`),
    changed('a carriage return and newline behind the secret', `${secret}\r\n`),
    changed('a space behind the secret', `${secret} `),
    ...(trimmed === secret ? [] : [changed('the secret without the white space around it', trimmed)]),
    ...(bare === secret ? [] : [changed('the secret without whsec_', bare)]),
    ...(/^(?:[0-9a-f]{2})+$/i.test(secret)
      ? [changed('the hex-decoded secret instead of its text', Buffer.from(secret, 'hex'))]
      : []),
  ];
}

/** A shown signature, taken apart as any of the known schemes would. */
export interface ShownDigest {
  readonly prefix: string;
  readonly encoding: 'hex' | 'base64' | 'base64url';
  readonly algorithm: Algorithm;
  readonly digest: Buffer;
}

export function shownDigests(text: string): readonly ShownDigest[] {
  const parts = text.slice(0, SHOWN_CHARACTERS_MAX).split(' ', SHOWN_MAX);
  return parts.flatMap((part) => {
    const [, prefix = '', bare = ''] =
      /^(sha1=|sha256=|sha512=|v1=|v0=|v1,|hmac=)?"?([^"]*)"?$/i.exec(part) ?? [];
    return (['hex', 'base64', 'base64url'] as const).flatMap((encoding): ShownDigest[] => {
      if (encoding === 'hex' && !/^[0-9a-f]+$/i.test(bare)) return [];
      if (encoding === 'base64url' && !/[-_]/.test(bare)) return [];
      const digest = Buffer.from(bare, encoding);
      const algorithm = ALGORITHMS.find((one) => DIGEST_BYTES[one] === digest.length);
      return algorithm === undefined ? [] : [{ prefix, encoding, algorithm, digest }];
    });
  });
}
