import { requestOf, sourceOf } from '../senders/sender';
import { type Expectation, type Vector, type VectorRequest } from '../vector';
import { expected, type Make, ok, open, vector } from './make';

const TOKENS = [
  { token: 'second-that-may-all-0001', scopes: null, expires_at: null },
  { token: 'second-that-is-over-0001', scopes: null, expires_at: '2020-01-01T00:00:00Z' },
  { token: 'second-for-messages-0001', scopes: ['message.received'], expires_at: null },
];

/** Any profile may demand a bearer token beside what proves its sender anyway. */
export const secondFactor: Make = (s) => {
  const source = sourceOf(s, { require: ['bearer'] }, { tokens: TOKENS });
  const played = (row: number, name: string, request: VectorRequest, expect: Expectation): Vector =>
    vector(s, row, `a second factor ${name}`, request, expect, { source });
  const by = (token: string): Partial<VectorRequest> => ({ headers: { authorization: `Bearer ${token}` } });
  const missing = expected(401, 'bearer_missing', 'J');
  const invalid = expected(401, 'bearer_invalid', 'J');
  const over = expected(401, 'token_expired', 'J');
  const ofOthers = expected(403, 'insufficient_scope', 'Q');
  const message = requestOf(s, s.message('T-1', 2), by('second-for-messages-0001'));
  return [
    played(11, 'that is missing', open(s), missing),
    played(12, 'that is wrong', open(s, by('something-else-0001')), invalid),
    played(12, 'that is right', open(s, by(s.secret)), ok),
    played(12, 'that is a token of its own', open(s, by('second-that-may-all-0001')), ok),
    played(13, 'that is over', open(s, by('second-that-is-over-0001')), over),
    played(14, 'for other events', open(s, by('second-for-messages-0001')), ofOthers),
    played(14, 'for these events', message, ok),
  ];
};
