import { Histogram } from '../../../src/platform/http/metrics/histogram';
import { exposition } from '../../../src/platform/http/metrics/exposition';
import { counter, gauge } from '../../../src/platform/http/metrics/metric';
import { parseExposition } from './support/parse-exposition';

describe("Prometheus's text format", () => {
  test('is written so that whatever stands in a label comes back from it', () => {
    const odd = 'a "quoted" \\ back\\n slash\nand a new line, {braces}=';
    const text = exposition([gauge('odd', 'Help with \\ and\na line.', [{ labels: { odd }, value: 1.5 }])]);
    expect(parseExposition(text).value('odd', { odd })).toBe(1.5);
  });

  test('knows the values that are no digits', () => {
    const text = exposition([
      gauge('endless', 'Without end.', Infinity),
      gauge('negative', 'Without beginning.', -Infinity),
      gauge('unknown', 'No number.', NaN),
    ]);
    const parsed = parseExposition(text);
    expect([parsed.value('endless'), parsed.value('negative')]).toEqual([Infinity, -Infinity]);
    expect(parsed.value('unknown')).toBeNaN();
  });

  test('keeps together what several parts tell under one name', () => {
    const told = (source: string): ReturnType<typeof counter> =>
      counter('told_total', 'Told.', [{ labels: { source }, value: 1 }]);
    const parsed = parseExposition(exposition([told('a'), gauge('between', 'Between.', 1), told('b')]));
    expect([
      parsed.value('told_total', { source: 'a' }),
      parsed.value('told_total', { source: 'b' }),
    ]).toEqual([1, 1]);
  });

  test('has a histogram count each value in every bucket that it fits', () => {
    const histogram = new Histogram({ name: 'took', help: 'Took.', bounds: [1, 10], label: 'way' });
    for (const value of [0.5, 1, 5, 100]) histogram.observe(value, 'up');
    const parsed = parseExposition(exposition([histogram.metric()]));
    const below = (le: string): number | undefined => parsed.value('took_bucket', { way: 'up', le });
    expect([below('1'), below('10'), below('+Inf')]).toEqual([2, 3, 4]);
    expect([parsed.value('took_sum', { way: 'up' }), parsed.value('took_count', { way: 'up' })]).toEqual([
      106.5, 4,
    ]);
  });

  test('shows a histogram without labels before its first value', () => {
    const parsed = parseExposition(
      exposition([new Histogram({ name: 'took', help: 'Took.', bounds: [1] }).metric()]),
    );
    expect(parsed.value('took_count')).toBe(0);
  });
});
