import fc from 'fast-check';
import { backoffMs } from '../../src/kernel/backoff';
import { canonicalJson, type Json } from '../../src/kernel/canonical-json';
import { SecretBox } from '../../src/kernel/secret-box';
import { isUuid, uuidV5 } from '../../src/kernel/uuid';

describe('canonical JSON', () => {
  test('sorts keys by UTF-16 code units and prints numbers as RFC 8785 demands', () => {
    const value = { '\u20ac': 1, '\r': 2, '1': 3, '\ud83d\ude00': 4, '\u0080': 5, '\u00f6': 6, '\ufb33': 7 };
    expect(canonicalJson(value)).toBe('{"\\r":2,"1":3,"\u0080":5,"ö":6,"€":1,"😀":4,"\ufb33":7}');
    expect(canonicalJson([333333333.33333329, 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
    );
  });

  test('says the same whatever the order of keys, and reads back as what it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text) as Json)).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('uuid version 5', () => {
  test('gives the id that RFC 9562 prints', () => {
    expect(uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe(
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    );
  });

  test('knows a uuid when it sees one', () => {
    expect(isUuid('2ED6657D-e927-568b-95e1-2665a8aea6a2')).toBe(true);
    expect(isUuid('2ed6657d-e927-568b-95e1-2665a8aea6a')).toBe(false);
  });
});

describe('a secret box', () => {
  const box = new SecretBox(SecretBox.newKey());

  test('opens what it sealed, in its place only', () => {
    const sealed = box.seal('s3cret', 'acme/k_1');
    expect(sealed.includes('s3cret')).toBe(false);
    expect(box.open(sealed, 'acme/k_1')).toBe('s3cret');
    expect(() => box.open(sealed, 'other/k_1')).toThrow();
  });

  test('refuses what was changed, and what another key sealed', () => {
    const sealed = box.seal('s3cret', 'a');
    sealed[14] = (sealed[14] ?? 0) ^ 1;
    expect(() => box.open(sealed, 'a')).toThrow();
    expect(() => new SecretBox(SecretBox.newKey()).open(box.seal('x', 'a'), 'a')).toThrow();
  });
});

test('waits double up to the cap, never below half', () => {
  expect(backoffMs(0, 100, 1000, () => 0)).toBe(50);
  expect(backoffMs(3, 100, 1000, () => 1)).toBe(800);
  expect(backoffMs(60, 100, 1000, () => 1)).toBe(1000);
});
