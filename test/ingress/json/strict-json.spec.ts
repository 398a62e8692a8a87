import fc from 'fast-check';
import { readJson } from '../../../src/ingress/json/strict-json';

function read(text: string): ReturnType<typeof readJson> {
  return readJson(Buffer.from(text, 'utf8'));
}

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('strict JSON', () => {
  test('agrees with JSON.parse on every object it accepts', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 8 })), fc.nat(3), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const reading = read(text);
        if (/"__proto__"\s*:/.test(text)) {
          expect(reading.kind).not.toBe('value');
          return;
        }
        if (reading.kind !== 'value') expect(text).toMatch(/\\u(?:0000|d[89a-f])/i);
        else expect(reading.value).toEqual(JSON.parse(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('answers whatever bytes come in, and accepts none that JSON.parse refuses', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .array(
          fc.constantFrom(
            '{',
            '}',
            '[',
            ']',
            '"',
            ':',
            ',',
            '\\',
            '\\u',
            'a',
            '1',
            ' ',
            'null',
            '\u0000',
            'é',
          ),
        )
        .map((parts) => Buffer.from(parts.join(''))),
    );
    fc.assert(
      fc.property(bytes, (raw) => {
        const reading = readJson(Buffer.from(raw));
        if (reading.kind === 'malformed') return;
        expect(
          JSON.parse(
            Buffer.from(raw)
              .toString('utf8')
              .replace(/^\ufeff/, ''),
          ),
        ).toEqual(reading.value);
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'encoding'],
    [
      'a surrogate written as bytes',
      Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]),
      'encoding',
    ],
    ['nothing', Buffer.from(''), 'syntax'],
    ['half a document', Buffer.from('{"a":1'), 'syntax'],
    ['a trailing comma', Buffer.from('{"a":1,}'), 'syntax'],
    ['a second document', Buffer.from('{"a":1}{"b":2}'), 'syntax'],
    ['a raw NUL in a string', Buffer.from('{"a":"\u0000"}'), 'syntax'],
    ['NaN', Buffer.from('{"a":NaN}'), 'syntax'],
    ['an array', Buffer.from('[{"a":1}]'), 'not_an_object'],
    ['null', Buffer.from('null'), 'not_an_object'],
    ['65 levels', Buffer.from(nested(65)), 'depth'],
    ['a million brackets', Buffer.alloc(1_000_000, '['), 'depth'],
    ['the key __proto__', Buffer.from('{"a":{"__proto__":{"b":1}}}'), 'forbidden_key'],
    ['the key __proto__ in escapes', Buffer.from('{"\\u005f_proto__":1}'), 'forbidden_key'],
  ])('refuses %s', (_name, raw, fault) => {
    expect(readJson(raw)).toMatchObject({ kind: 'malformed', fault });
  });

  test.each([
    ['{"a":1,"a":1}', 'a'],
    ['{"x":{"b":[0,{"c":1,"d":{},"c":2}]}}', 'x.b.1.c'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"":1,"":2}', ''],
    ['{"a":{"toString":1,"toString":2}}', 'a.toString'],
  ])('names the key that stands twice in %s', (text, path) => {
    expect(read(text)).toMatchObject({ kind: 'malformed', fault: 'duplicate_key', path });
  });

  test('takes equal keys of different objects, and colons in strings, for what they are', () => {
    expect(read('{"a":{"a":[{"a":"a:a\\":{"},{"a":1}]}}').kind).toBe('value');
  });

  test.each([
    ['{"a":["x","\\u0000"]}', 'a.1'],
    ['{"a":{"b":"\\ud800"}}', 'a.b'],
    ['{"a":"\\udc00\\ud800"}', 'a'],
    ['{"a":{"b\\u0000":1}}', 'a'],
    ['{"a":1e999}', 'a'],
    ['{"a":[-1e999]}', 'a.0'],
  ])('tells where %s holds what can not be stored, and its value', (text, path) => {
    expect(read(text)).toMatchObject({ kind: 'unfit', path, value: JSON.parse(text) as unknown });
  });

  test('takes whole pairs of surrogates, 64 levels and a byte order mark', () => {
    expect(read('{"a":"\\ud83d\\ude00 😀"}')).toEqual({ kind: 'value', value: { a: '😀 😀' } });
    expect(read(nested(64)).kind).toBe('value');
    expect(read('\ufeff{"a":1}')).toEqual({ kind: 'value', value: { a: 1 } });
  });

  test('stays linear on a megabyte made to be slow', () => {
    const MIB = 1024 * 1024;
    const texts = [
      `{"a":"${'\\'.repeat(MIB)}"}`,
      `{"a":"${'\\"'.repeat(MIB / 2)}"}`,
      `{${Array.from({ length: MIB / 12 }, (_, at) => `"k${at}":1`).join(',')},"k0":2}`,
      `{"a":[${'"",'.repeat(MIB / 4)}"\\u0000"]}`,
    ];
    const startedAt = performance.now();
    for (const text of texts) read(text);
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });
});
