import { createHmac } from 'node:crypto';
import { type Sender, sourceOf } from '../senders/sender';
import { type Expectation, type Vector, type VectorRequest } from '../vector';
import { expected, flip, lacking, ok, vector } from './make';

export function hexProofs(
  s: Sender,
  shown: (text: string) => VectorRequest,
  value: string,
  raw: Buffer,
): Vector[] {
  const prefix = value.includes('=') ? 'sha256=' : '';
  const hex = value.slice(prefix.length);
  const refused = (code: string): Expectation => expected(401, code, 'J');
  const digest = (algorithm: string): string => createHmac(algorithm, s.secret).update(raw).digest('hex');
  const bearer = (token: string): VectorRequest => {
    const headers = lacking(shown(value).headers, s.credential ?? '');
    return { ...shown(value), headers: { ...headers, authorization: token } };
  };
  const tokens = sourceOf(
    s,
    {},
    {
      tokens: [
        { token: 'token-that-may-all-0001', scopes: null, expires_at: null },
        { token: 'token-that-is-over-0001', scopes: null, expires_at: '2020-01-01T00:00:00Z' },
        { token: 'token-for-messages-0001', scopes: ['message.received'], expires_at: null },
      ],
    },
  );
  const hexVectors = [
    vector(s, 12, 'upper-case hex', shown(prefix + hex.toUpperCase()), ok),
    vector(s, 11, 'a signature cut short', shown(prefix + hex.slice(0, -1)), refused('signature_malformed')),
    vector(s, 11, 'a signature too long', shown(`${prefix}${hex}0`), refused('signature_malformed')),
    vector(
      s,
      11,
      'a signature that is no hex',
      shown(prefix + 'g'.repeat(64)),
      refused('signature_malformed'),
    ),
    vector(
      s,
      11,
      'base64 instead of hex',
      shown(prefix + Buffer.from(hex, 'hex').toString('base64')),
      refused('signature_malformed'),
    ),
    vector(s, 11, 'SHA-1', shown(prefix + digest('sha1')), refused('signature_malformed')),
    vector(s, 11, 'SHA-512', shown(prefix + digest('sha512')), refused('signature_malformed')),
    vector(s, 11, 'another prefix', shown(`md5=${hex}`), refused('signature_malformed')),
    vector(s, 12, 'the first digit changed', shown(prefix + flip(hex, 0)), refused('signature_invalid')),
    vector(s, 12, 'the last digit changed', shown(prefix + flip(hex, 63)), refused('signature_invalid')),
  ];
  if (s.profile === 'generic') return hexVectors;
  return [
    ...hexVectors,
    vector(s, 12, 'the secret as bearer token', bearer(`Bearer ${s.secret}`), ok),
    vector(s, 12, 'bearer in lower case', bearer(`bearer ${s.secret}`), ok),
    vector(s, 12, 'the word Bearer twice', bearer(`Bearer Bearer ${s.secret}`), ok),
    vector(s, 12, 'a wrong bearer token', bearer('Bearer nobody-knows-this-one'), refused('bearer_invalid')),
    vector(s, 12, 'a token of its own', bearer('Bearer token-that-may-all-0001'), ok, { source: tokens }),
    vector(
      s,
      13,
      'a token that is over',
      bearer('Bearer token-that-is-over-0001'),
      refused('token_expired'),
      { source: tokens },
    ),
    vector(
      s,
      14,
      'a token for other events',
      bearer('Bearer token-for-messages-0001'),
      expected(403, 'insufficient_scope', 'Q'),
      { source: tokens },
    ),
    vector(
      s,
      12,
      'a right token beside a wrong signature',
      {
        ...shown(prefix + flip(hex, 5)),
        headers: { ...shown(prefix + flip(hex, 5)).headers, authorization: `Bearer ${s.secret}` },
      },
      refused('signature_invalid'),
    ),
  ];
}
