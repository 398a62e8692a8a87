import { type Json, requestOf, sealedText, type Sender, sourceOf } from '../senders/sender';
import { type Vector } from '../vector';
import { expected, type Make, ok, open, setAside, vector, without } from './make';

export const meanings: Make = (s) => {
  const wrong = (name: string, body: Json | Buffer): Vector =>
    vector(s, 19, name, requestOf(s, body), setAside(s, 422, 'schema_violation'));
  const noted = (text: string): Buffer => sealedText(s, 'T-1', (members) => `{${members},"note":${text}}`);
  return [
    ...s.required.map((path) => wrong(`without ${path}`, without(s.opening('T-1'), path))),
    wrong('NUL in a text', noted('"a\\u0000b"')),
    wrong('half of a surrogate pair', noted('"\\ud800"')),
    wrong('a number beyond all numbers', noted('1e400')),
    ...wrongTimes(s, wrong),
    vector(s, 20, 'an unknown type', requestOf(s, s.unknown('T-1')), expected(200, 'unmapped', 'E')),
    vector(
      s,
      26,
      'an opening',
      open(s),
      expected(200, 'accepted', 'E', { body: { verdict: 'accepted', duplicate_of: null } }),
    ),
    vector(s, 26, 'a message', requestOf(s, s.message('T-1', 2)), ok, { before: [open(s)] }),
    vector(s, 26, 'an event of a paused source', open(s), expected(200, 'held', 'H'), {
      source: sourceOf(s, {}, { change: 'pause' }),
    }),
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
