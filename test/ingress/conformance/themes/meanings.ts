import { type Json, requestOf, sealedText, type Sender, sourceOf } from '../senders/sender';
import { type Vector, type VectorRequest } from '../vector';
import { expected, type Make, ok, open, setAside, vector, without } from './make';

export const meanings: Make = (s) => {
  const wrong = (name: string, body: Json | Buffer): Vector =>
    vector(s, 19, name, requestOf(s, body), setAside(s, 422, 'schema_violation'));
  const opening = s.opening('T-1');
  const moved = s.status('T-1', 'open', 'closed');
  const resolved = s.status('T-1', 'open', 'resolved');
  const impossible = s.status('T-1', 'resolved', 'pending');
  const paused = sourceOf(s, {}, { change: 'pause' });
  const armed = sourceOf(s, {}, { change: 'arm' });
  const { ping } = s;
  const unsigned = (body: Json): VectorRequest => ({
    method: 'POST',
    suffix: '',
    peer: null,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
  });
  const noted = (text: string): Buffer => sealedText(s, 'T-1', (members) => `{${members},"note":${text}}`);
  return [
    ...(ping === null
      ? []
      : [
          vector(s, 18, 'ping', requestOf(s, ping), expected(200, 'ping', 'J')),
          vector(s, 18, 'an unsigned ping', unsigned(ping), expected(401, s.missing, 'J')),
          vector(s, 18, 'an unsigned ping in the setup window', unsigned(ping), expected(200, 'ping', 'J'), {
            source: armed,
          }),
          vector(
            s,
            18,
            'an unsigned event in the setup window',
            unsigned(opening),
            expected(401, s.missing, 'J'),
            { source: armed },
          ),
        ]),
    ...s.required.map((path) => wrong(`without ${path}`, without(opening, path))),
    wrong('NUL in a text', noted('"a\\u0000b"')),
    wrong('half of a surrogate pair', noted('"\\ud800"')),
    wrong('a number beyond all numbers', noted('1e400')),
    ...wrongTimes(s, wrong),
    vector(s, 20, 'an unknown type', requestOf(s, s.unknown('T-1')), expected(200, 'unmapped', 'E')),
    vector(
      s,
      21,
      'the same again',
      open(s),
      expected(200, 'duplicate', 'J', { body: { verdict: 'accepted', current_verdict: 'accepted' } }),
      { before: [open(s)] },
    ),
    vector(
      s,
      22,
      'the same id with other content',
      requestOf(s, s.opening('T-1', { subject: 'other' })),
      setAside(s, 422, 'idempotency_conflict'),
      { before: [open(s)] },
    ),
    vector(
      s,
      26,
      'an opening',
      open(s),
      expected(200, 'accepted', 'E', { body: { verdict: 'accepted', duplicate_of: null } }),
    ),
    vector(s, 26, 'a message', requestOf(s, s.message('T-1', 2)), ok, { before: [open(s)] }),
    vector(s, 26, 'an event of a paused source', open(s), expected(200, 'held', 'H'), { source: paused }),
    ...(moved === null
      ? []
      : [vector(s, 26, 'a change of status', requestOf(s, moved), ok, { before: [open(s)] })]),
    ...(resolved === null || impossible === null
      ? []
      : [
          vector(
            s,
            23,
            'an impossible transition',
            requestOf(s, impossible),
            s.absorbs
              ? expected(200, 'accepted', 'E', {
                  body: { verdict: 'rejected', reason: 'illegal_transition' },
                })
              : expected(409, 'invalid_transition', 'E', {
                  body: { current_status: 'resolved', reason: 'illegal_transition' },
                }),
            { before: [open(s), requestOf(s, resolved)] },
          ),
          vector(
            s,
            21,
            'an impossible transition again',
            requestOf(s, impossible),
            s.absorbs
              ? expected(200, 'duplicate', 'J', { body: { verdict: 'rejected' } })
              : expected(409, 'invalid_transition', 'J'),
            { before: [open(s), requestOf(s, resolved), requestOf(s, impossible)] },
          ),
        ]),
  ];
};

function wrongTimes(s: Sender, wrong: (name: string, body: Json) => Vector): Vector[] {
  const opening = s.opening('T-1');
  const field = ['timestamp', 'when'].find((name) => name in opening);
  if (field === undefined) return [];
  return ['yesterday', '1999-12-31T23:59:59Z', '2100-01-01T00:00:00Z', '2026-02-30T00:00:00Z', ''].map(
    (text) => wrong(`the time "${text}"`, { ...opening, [field]: text }),
  );
}
