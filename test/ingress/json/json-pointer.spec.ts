import { at, isPointer, pointer, without } from '../../../src/ingress/json/json-pointer';

const document = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'm~n': 8, ' ': 7, deep: { only: { child: 1 } } };

describe('JSON pointers', () => {
  test.each([
    ['', document],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/m~0n', 8],
    ['/ ', 7],
    ['/foo/00', undefined],
    ['/foo/length', undefined],
    ['/foo/2', undefined],
    ['/toString', undefined],
    ['/deep/__proto__', undefined],
  ])('"%s" finds what RFC 6901 says', (text, found) => {
    expect(at(document, pointer(text))).toEqual(found);
  });

  test.each([
    ['', true],
    ['/a~0b~1', true],
    ['a', false],
    ['/a~2', false],
    ['/~', false],
  ])('"%s" is a pointer: %s', (text, is) => {
    expect(isPointer(text)).toBe(is);
  });

  test('taking a member away takes along what it empties, and nothing from the document itself', () => {
    expect(without(document, [['deep', 'only', 'child'], ['foo'], ['missing']])).toEqual({
      '': 0,
      'a/b': 1,
      'm~n': 8,
      ' ': 7,
    });
    expect(document.deep.only.child).toBe(1);
  });
});
