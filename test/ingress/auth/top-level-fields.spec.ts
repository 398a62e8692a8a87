import fc from 'fast-check';
import { topLevelStrings } from '../../../src/ingress/auth/top-level-fields';

const WANTED = new Set(['signature', 'event_id', 'event_type', 'timestamp']);
const value = fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue());
const object = fc
  .record(
    { signature: value, event_id: value, event_type: value, timestamp: value },
    { requiredKeys: [], noNullPrototype: true },
  )
  .chain((fields) => fc.dictionary(fc.string(), value).map((rest) => ({ ...rest, ...fields })));

/** A key in escapes is the same key. */
function escaped(text: string): string {
  return text.replaceAll('"signature":', '"\\u0073ignature":');
}

describe('the strings beside a signature', () => {
  test('are those that JSON.parse finds', () => {
    fc.assert(
      fc.property(object, fc.nat(3), fc.boolean(), (body, indent, escapes) => {
        const text = JSON.stringify(body, null, indent);
        const found = topLevelStrings(Buffer.from(escapes ? escaped(text) : text), WANTED);
        const expected = Object.entries(body).filter(
          ([key, one]) => WANTED.has(key) && typeof one === 'string',
        );
        expect(Object.fromEntries(found ?? [])).toEqual(
          // Half a surrogate can't be sent as UTF-8; JSON.stringify escapes it.
          Object.fromEntries(expected),
        );
      }),
      { numRuns: 1000 },
    );
  });

  test('are looked for in whatever bytes come in', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => topLevelStrings(Buffer.concat([Buffer.from('{'), bytes]), WANTED)).not.toThrow();
      }),
    );
  });

  test('are found in one pass over a megabyte made to be slow', () => {
    const bodies = [
      '{"a":"' + '\\"'.repeat(500_000),
      '{' + '"":"",'.repeat(170_000),
      '{' + '['.repeat(1_000_000),
    ];
    const startedAt = performance.now();
    for (const body of bodies) topLevelStrings(Buffer.from(body), WANTED);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});
