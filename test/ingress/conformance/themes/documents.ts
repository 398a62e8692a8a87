import { requestOf, sealedText } from '../senders/sender';
import { type Vector, type VectorRequest } from '../vector';
import { type Make, ok, open, setAside, vector } from './make';

export const documents: Make = (s) => {
  const typed = (type: string): VectorRequest => open(s, { headers: { 'content-type': type } });
  const media = setAside(s, 415, 'unsupported_media_type');
  const broken = (name: string, bytes: Buffer): Vector =>
    vector(s, 17, name, requestOf(s, bytes), setAside(s, 400, 'malformed_json'));
  const sealed = (text: (members: string) => string): Buffer => sealedText(s, 'T-1', text);
  const deep = `${'['.repeat(65)}${']'.repeat(65)}`;
  const anywhere = [
    broken(
      'a key twice',
      sealed((members) => `{${members},"note":1,"note":2}`),
    ),
    broken(
      'a key twice further down',
      sealed((members) => `{${members},"x":{"a":1,"a":2}}`),
    ),
    broken(
      '__proto__',
      sealed((members) => `{${members},"__proto__":{"a":1}}`),
    ),
    broken(
      '__proto__ in disguise',
      sealed((members) => `{${members},"__pr\\u006fto__":{"a":1}}`),
    ),
    broken(
      'nested 66 deep',
      sealed((members) => `{${members},"x":${deep}}`),
    ),
    broken(
      'a byte that is no UTF-8',
      Buffer.concat([sealed((members) => `{${members},"x":"`), Buffer.from([0xff]), Buffer.from('"}')]),
    ),
    vector(
      s,
      17,
      'a byte order mark',
      requestOf(s, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), sealed((members) => `{${members}}`)])),
      ok,
    ),
  ];
  const unreadable = [
    broken('no JSON', Buffer.from('hello')),
    broken('an empty body', Buffer.alloc(0)),
    broken(
      'JSON cut short',
      sealed((members) => `{${members}`),
    ),
    broken('an array', Buffer.from('[]')),
    broken('a number', Buffer.from('7')),
    broken('null', Buffer.from('null')),
    broken(
      'NaN',
      sealed((members) => `{${members},"x":NaN}`),
    ),
    broken(
      'a comma too many',
      sealed((members) => `{${members},}`),
    ),
    broken('single quotes', Buffer.from("{'a':1}")),
  ];
  return [
    vector(s, 16, 'text/plain', typed('text/plain'), media),
    vector(s, 16, 'a form', typed('application/x-www-form-urlencoded'), media),
    vector(s, 16, 'something like JSON', typed('application/jsonx'), media),
    vector(s, 16, 'JSON with a charset', typed('application/json; charset=utf-8'), ok),
    vector(s, 16, 'JSON in capitals', typed('Application/JSON'), ok),
    vector(s, 16, 'a kind of JSON', typed('application/vnd.crm.v2+json'), ok),
    ...anywhere,
    // In telegram-crm the signature stands inside: what is no JSON shows none (row 11).
    ...(s.credential === null ? [] : unreadable),
  ];
};
