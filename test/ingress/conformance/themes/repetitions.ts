import { requestOf, type Sender } from '../senders/sender';
import { type Expectation, type Vector } from '../vector';
import { expected, type Make, ok, open, setAside, vector } from './make';

/** Twice each: while the source takes events, and after it was paused. */
export const repetitions: Make = (s) => [
  ...always(
    s,
    21,
    'the same again',
    open(s),
    expected(200, 'duplicate', 'J', { body: { verdict: 'accepted', current_verdict: 'accepted' } }),
    [open(s)],
  ),
  ...always(
    s,
    22,
    'the same id with other content',
    requestOf(s, s.opening('T-1', { subject: 'other' })),
    setAside(s, 422, 'idempotency_conflict'),
    [open(s)],
  ),
  ...transitions(s),
];

function transitions(s: Sender): Vector[] {
  const moved = s.status('T-1', 'open', 'closed');
  const resolved = s.status('T-1', 'open', 'resolved');
  const impossible = s.status('T-1', 'resolved', 'pending');
  if (moved === null || resolved === null || impossible === null) return [];
  const before = [open(s), requestOf(s, resolved)];
  const refused = requestOf(s, impossible);
  const verdict = { reason: 'illegal_transition' };
  const first: Expectation = s.absorbs
    ? expected(200, 'accepted', 'E', { body: { verdict: 'rejected', ...verdict } })
    : expected(409, 'invalid_transition', 'E', { body: { current_status: 'resolved', ...verdict } });
  const again = s.absorbs
    ? expected(200, 'duplicate', 'J', { body: { verdict: 'rejected' } })
    : expected(409, 'invalid_transition', 'J');
  return [
    vector(s, 26, 'a change of status', requestOf(s, moved), ok, { before: [open(s)] }),
    vector(s, 23, 'an impossible transition', refused, first, { before }),
    ...always(s, 21, 'an impossible transition again', refused, again, [...before, refused]),
  ];
}

function always(
  s: Sender,
  row: number,
  name: string,
  request: Vector['request'],
  expect: Expectation,
  before: Vector['request'][],
): Vector[] {
  return [
    vector(s, row, name, request, expect, { before }),
    vector(s, row, `${name}, the source being paused`, request, expect, { before, meanwhile: 'pause' }),
  ];
}
