import { createHmac } from 'node:crypto';
import { type Json, requestOf, type Sender, sourceOf } from '../senders/sender';
import { type Expectation, type Vector, type VectorRequest } from '../vector';
import { expected, flip, lacking, ok, open, vector } from './make';

export function envelopeProofs(s: Sender): Vector[] {
  const refused = (code: string): Expectation => expected(401, code, 'J');
  const sealed = s.seal(s.opening('T-1'));
  const sent = (body: Json): VectorRequest => ({
    ...open(s),
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
  });
  const signature = String(sealed['signature']);
  const changed = (field: string): Vector =>
    vector(
      s,
      12,
      `${field} changed by one character`,
      sent({ ...sealed, [field]: `${String(sealed[field])}0` }),
      refused('signature_invalid'),
    );
  const unsigned = lacking(sealed, 'signature');
  const parts = `${String(sealed['event_id'])}${String(sealed['event_type'])}${String(sealed['timestamp'])}`;
  const digest = (algorithm: string): string => createHmac(algorithm, s.secret).update(parts).digest('hex');
  const second = sourceOf(s, { require: ['bearer'] });
  const bearer = { authorization: `Bearer ${s.secret}` };
  return [
    vector(s, 11, 'no signature', sent(unsigned), refused('signature_missing')),
    vector(s, 11, 'a signature of null', sent({ ...sealed, signature: null }), refused('signature_missing')),
    vector(
      s,
      11,
      'a signature that is a number',
      sent({ ...sealed, signature: 7 }),
      refused('signature_missing'),
    ),
    vector(s, 11, 'no event_id', sent({ ...sealed, event_id: undefined }), refused('signature_missing')),
    vector(s, 11, 'no timestamp', sent({ ...sealed, timestamp: undefined }), refused('signature_missing')),
    vector(s, 11, 'no JSON', requestOf(s, Buffer.from('hello')), refused('signature_missing')),
    vector(s, 11, 'an empty body', requestOf(s, Buffer.alloc(0)), refused('signature_missing')),
    vector(
      s,
      11,
      'an array',
      requestOf(s, Buffer.from(`[${JSON.stringify(sealed)}]`)),
      refused('signature_missing'),
    ),
    vector(
      s,
      11,
      'JSON cut short',
      requestOf(s, Buffer.from(JSON.stringify(sealed).slice(0, -1))),
      refused('signature_missing'),
    ),
    vector(
      s,
      11,
      'a signature cut short',
      sent({ ...sealed, signature: signature.slice(0, -1) }),
      refused('signature_malformed'),
    ),
    vector(
      s,
      11,
      'a signature too long',
      sent({ ...sealed, signature: `${signature}0` }),
      refused('signature_malformed'),
    ),
    vector(s, 11, 'SHA-1', sent({ ...sealed, signature: digest('sha1') }), refused('signature_malformed')),
    vector(
      s,
      11,
      'SHA-512',
      sent({ ...sealed, signature: digest('sha512') }),
      refused('signature_malformed'),
    ),
    vector(s, 12, 'upper-case hex', sent({ ...sealed, signature: signature.toUpperCase() }), ok),
    vector(
      s,
      12,
      'the first digit changed',
      sent({ ...sealed, signature: flip(signature, 0) }),
      refused('signature_invalid'),
    ),
    vector(
      s,
      12,
      'the last digit changed',
      sent({ ...sealed, signature: flip(signature, 63) }),
      refused('signature_invalid'),
    ),
    changed('event_id'),
    changed('event_type'),
    changed('timestamp'),
    vector(
      s,
      12,
      'the body changed, which the signature does not cover',
      sent({ ...sealed, data: { ticket_id: 'T-other' } }),
      ok,
    ),
    vector(
      s,
      17,
      'no JSON from a sender whom a second factor proves',
      requestOf(s, Buffer.from('{"a":'), { headers: bearer }),
      expected(400, 'malformed_json', 'Q'),
      { source: second },
    ),
  ];
}
