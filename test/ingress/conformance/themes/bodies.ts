import { gzipSync } from 'node:zlib';
import { requestOf, sourceOf } from '../senders/sender';
import { type VectorRequest } from '../vector';
import { expected, type Make, ok, open, vector } from './make';

export const bodies: Make = (s) => {
  const small = sourceOf(s, { body_max_bytes: 1024 });
  const zipped = sourceOf(s, { allow_gzip: true });
  const long = requestOf(s, s.opening('T-1', { note: 'x'.repeat(1200) }));
  const plain = open(s);
  const raw = Buffer.from(plain.body, 'base64');
  const gzip = (bytes: Buffer): VectorRequest => ({
    ...plain,
    body: gzipSync(bytes).toString('base64'),
    headers: { ...plain.headers, ...s.sign(bytes), 'content-encoding': 'gzip' },
  });
  const bomb = Buffer.alloc(400_000, 0x20);
  const encoded = (name: string): VectorRequest => ({
    ...plain,
    headers: { ...plain.headers, 'content-encoding': name },
  });
  return [
    vector(s, 8, 'a declared length beyond the limit', long, expected(413, 'payload_too_large', 'J'), {
      source: small,
    }),
    vector(
      s,
      8,
      'chunks beyond the limit',
      { ...long, sending: 'chunked' },
      expected(413, 'payload_too_large', 'J'),
      { source: small },
    ),
    vector(
      s,
      8,
      'a huge declared length and no body',
      { ...plain, sending: 'huge' },
      expected(413, 'payload_too_large', 'J'),
    ),
    vector(s, 8, 'chunks within the limit', { ...plain, sending: 'chunked' }, ok),
    vector(s, 9, 'brotli', encoded('br'), expected(415, 'unsupported_content_encoding', 'J')),
    vector(
      s,
      9,
      'gzip where it is not allowed',
      gzip(raw),
      expected(415, 'unsupported_content_encoding', 'J'),
    ),
    vector(s, 9, 'identity', encoded('identity'), ok),
    vector(s, 9, 'gzip where it is allowed', gzip(raw), ok, { source: zipped }),
    vector(s, 9, 'a gzip bomb', gzip(bomb), expected(413, 'payload_too_large', 'J'), { source: zipped }),
    vector(s, 9, 'gzip that is none', encoded('gzip'), expected(415, 'unsupported_content_encoding', 'J'), {
      source: zipped,
    }),
    vector(
      s,
      10,
      'a body whose last byte never comes',
      { ...plain, sending: 'slow' },
      expected(408, 'body_timeout', 'J'),
    ),
  ];
};
