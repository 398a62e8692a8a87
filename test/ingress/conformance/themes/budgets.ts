import { requestOf, sourceOf } from '../senders/sender';
import { type VectorRequest } from '../vector';
import { expected, type Make, ok, open, vector } from './make';

export const budgets: Make = (s) => {
  const source = sourceOf(s, { failures_per_minute: 2 });
  const bad = requestOf(s, s.opening('T-9'), { peer: '203.0.113.1' }, `not-${s.secret}-x`);
  const good = (peer: string): VectorRequest => open(s, { peer });
  const limited = sourceOf(s, { rate: { per_second: 0.01, burst: 1 } });
  return [
    vector(
      s,
      7,
      'after too many failures a right one waits too',
      good('203.0.113.1'),
      expected(429, 'too_many_failures', 'C'),
      { source, before: [bad, bad] },
    ),
    vector(s, 7, 'one failure is no reason to wait', good('203.0.113.1'), ok, { source, before: [bad] }),
    vector(s, 7, 'another address has a budget of its own', good('203.0.113.2'), ok, {
      source,
      before: [bad, bad, bad],
    }),
    vector(s, 15, 'beyond its rate', requestOf(s, s.opening('T-2')), expected(429, 'rate_limited', 'J'), {
      source: limited,
      before: [open(s)],
    }),
    vector(s, 15, 'forged traffic does not use up the rate', open(s), ok, {
      source: limited,
      before: [bad, bad, bad],
    }),
  ];
};
