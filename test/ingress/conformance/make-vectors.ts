import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  type Json,
  requestOf,
  sealedText,
  type Sender,
  SENDERS,
  sourceOf,
  standardHeaders,
  uuid,
} from './senders';
import { type Expectation, type Kept, type Vector, type VectorRequest, type VectorSource } from './vector';

const AT_S = Date.parse('2026-03-02T10:00:00.000Z') / 1000;

type Make = (sender: Sender) => Vector[];

function expected(status: number, code: string, kept: Kept, more: Partial<Expectation> = {}): Expectation {
  return { status, code, kept, ...more };
}

/** What strict sources refuse and absorbing ones keep with a 200. */
function setAside(sender: Sender, status: number, code: string): Expectation {
  return sender.absorbs ? expected(200, 'quarantined', 'Q', { body: { code } }) : expected(status, code, 'Q');
}

function vector(
  sender: Sender,
  row: number,
  name: string,
  request: VectorRequest,
  expect: Expectation,
  more: {
    readonly source?: VectorSource;
    readonly before?: readonly VectorRequest[];
    readonly clock?: string;
  } = {},
): Vector {
  const { source = sourceOf(sender), before, clock = sender.clock } = more;
  return {
    name: `${sender.profile}: ${name}`,
    row,
    profile: sender.profile,
    source,
    ...(clock === undefined ? {} : { clock }),
    ...(before === undefined ? {} : { before }),
    request,
    expect,
  };
}

const ok = expected(200, 'accepted', 'E');
const open = (sender: Sender, more: Partial<VectorRequest> = {}): VectorRequest =>
  requestOf(sender, sender.opening('T-1'), more);

const connection: Make = (s) => {
  const https = sourceOf(s, { require_https: true });
  const proto = (value: string): VectorRequest => open(s, { headers: { 'x-forwarded-proto': value } });
  const listed = sourceOf(s, { ip_allow: ['203.0.113.0/24', '2001:db8::/32'] });
  const mtls = sourceOf(s, { require: ['mtls'], client_certificates: ['ab'.repeat(32)] });
  const verified = (fingerprint: string): VectorRequest =>
    open(s, { headers: { 'x-ssl-client-verify': 'SUCCESS', 'x-ssl-client-fingerprint': fingerprint } });
  return [
    vector(s, 1, 'plain HTTP where HTTPS is required', open(s), expected(403, 'https_required', 'C'), {
      source: https,
    }),
    vector(s, 1, 'HTTPS by word of a trusted proxy', proto('https'), ok, { source: https }),
    vector(s, 1, 'the nearest proxy saw HTTP', proto('https, http'), expected(403, 'https_required', 'C'), {
      source: https,
    }),
    vector(
      s,
      3,
      'PUT',
      open(s, { method: 'PUT' }),
      expected(405, 'method_not_allowed', 'C', { headers: { allow: 'POST' } }),
    ),
    vector(
      s,
      3,
      'GET',
      { ...open(s), method: 'GET', body: '' },
      expected(405, 'method_not_allowed', 'C', { headers: { allow: 'POST' } }),
    ),
    vector(s, 4, 'unknown source', open(s), expected(404, 'source_not_found', 'C'), {
      source: sourceOf(s, {}, { change: 'unknown' }),
    }),
    vector(s, 4, 'retired source', open(s), expected(410, 'source_retired', 'J'), {
      source: sourceOf(s, {}, { change: 'retire' }),
    }),
    vector(s, 4, 'blocked source', open(s), expected(403, 'source_blocked', 'J'), {
      source: sourceOf(s, {}, { change: 'block' }),
    }),
    vector(s, 4, 'path with /webhook', open(s, { suffix: '/webhook' }), ok),
    vector(s, 4, 'path with /callback', open(s, { suffix: '/callback' }), ok),
    vector(
      s,
      4,
      'path with something else',
      open(s, { suffix: '/hook' }),
      expected(404, 'source_not_found', 'C'),
    ),
    vector(s, 5, 'an address that is listed', open(s, { peer: '203.0.113.9' }), ok, { source: listed }),
    vector(
      s,
      5,
      'an address that is not listed',
      open(s, { peer: '198.51.100.9' }),
      expected(403, 'ip_not_allowed', 'J'),
      { source: listed },
    ),
    vector(s, 5, 'an IPv4-mapped address that is listed', open(s, { peer: '::ffff:203.0.113.9' }), ok, {
      source: listed,
    }),
    vector(s, 5, 'an IPv6 address that is listed', open(s, { peer: '2001:db8::7' }), ok, { source: listed }),
    vector(
      s,
      5,
      'a listed address invented on the left',
      open(s, { peer: '203.0.113.9, 198.51.100.9' }),
      expected(403, 'ip_not_allowed', 'J'),
      { source: listed },
    ),
    vector(s, 5, 'what is no address', open(s, { peer: 'localhost' }), expected(403, 'ip_not_allowed', 'J'), {
      source: listed,
    }),
    vector(s, 6, 'no client certificate', open(s), expected(403, 'client_certificate_required', 'J'), {
      source: mtls,
    }),
    vector(
      s,
      6,
      'a certificate of another authority',
      open(s, { headers: { 'x-ssl-client-verify': 'FAILED:unable to verify' } }),
      expected(403, 'client_certificate_rejected', 'J'),
      { source: mtls },
    ),
    vector(
      s,
      6,
      'a certificate that is not listed',
      verified('cd'.repeat(32)),
      expected(403, 'client_certificate_rejected', 'J'),
      { source: mtls },
    ),
    vector(s, 6, 'the listed certificate', verified('AB'.repeat(32)), ok, { source: mtls }),
    vector(
      s,
      6,
      "the listed certificate in Envoy's words",
      open(s, {
        headers: { 'x-forwarded-client-cert': `By=spiffe://x;Hash=${'ab'.repeat(32)};Subject="CN=crm"` },
      }),
      ok,
      { source: mtls },
    ),
  ];
};

const budgets: Make = (s) => {
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

const bodies: Make = (s) => {
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
  ];
};

const flip = (text: string, at: number): string => {
  const digit = text.charAt(at) === '0' ? '1' : '0';
  return text.slice(0, at) + digit + text.slice(at + 1);
};

const proofs: Make = (s) => {
  const refused = (code: string): Expectation => expected(401, code, 'J');
  const wrongKey = requestOf(
    s,
    s.opening('T-1'),
    {},
    s.profile === 'standard-webhooks' ? 'whsec_d3Jvbmctc2VjcmV0LW9mLTI0LWI=' : 'another-secret-0002',
  );
  const common = [
    vector(s, 12, 'another secret', wrongKey, refused(s.invalid)),
    vector(
      s,
      12,
      'a secret of other case',
      requestOf(s, s.opening('T-1'), {}, s.secret.toUpperCase()),
      refused(s.invalid),
    ),
    vector(
      s,
      12,
      'a secret with a trailing newline',
      requestOf(s, s.opening('T-1'), {}, `${s.secret}\n`),
      s.profile === 'telegram-bot' ? ok : s.profile === 'standard-webhooks' ? ok : refused(s.invalid),
    ),
  ].filter(
    ({ name }) =>
      !name.endsWith('newline') || (s.profile !== 'telegram-bot' && s.profile !== 'standard-webhooks'),
  );
  const { credential } = s;
  if (credential === null) return [...common, ...envelopeProofs(s)];
  const good = open(s);
  const value = good.headers[credential] ?? '';
  const shown = (text: string): VectorRequest => ({
    ...good,
    headers: { ...good.headers, [credential]: text },
  });
  const missing = { ...good, headers: lacking(good.headers, credential) };
  const always = [
    ...common,
    vector(s, 11, 'no credential', missing, refused(s.missing)),
    vector(s, 11, 'an empty credential', shown(''), refused(s.missing)),
  ];
  if (s.profile === 'telegram-bot') {
    return [
      ...always,
      vector(s, 12, 'a token cut short', shown(value.slice(0, -1)), refused('token_invalid')),
      vector(s, 12, 'a token with more behind it', shown(`${value}x`), refused('token_invalid')),
    ];
  }
  const raw = Buffer.from(good.body, 'base64');
  const flipped = [0, 1, Math.floor(raw.length / 2), raw.length - 2, raw.length - 1].map((at) => {
    const bytes = Buffer.from(raw);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0x01, at);
    return vector(
      s,
      12,
      `byte ${at < 0 ? 0 : at} of the body flipped`,
      { ...good, body: bytes.toString('base64') },
      refused('signature_invalid'),
    );
  });
  const longer = { ...good, body: Buffer.concat([raw, Buffer.from('\n')]).toString('base64') };
  const reserialised = {
    ...good,
    body: Buffer.from(JSON.stringify(JSON.parse(raw.toString()), null, 1)).toString('base64'),
  };
  return [
    ...always,
    ...flipped,
    vector(s, 12, 'a newline behind the body', longer, refused('signature_invalid')),
    vector(s, 12, 'the body written anew', reserialised, refused('signature_invalid')),
    ...(s.profile === 'standard-webhooks'
      ? standardProofs(s, shown, value)
      : hexProofs(s, shown, value, raw)),
  ];
};

function hexProofs(s: Sender, shown: (text: string) => VectorRequest, value: string, raw: Buffer): Vector[] {
  const prefix = value.includes('=') ? 'sha256=' : '';
  const hex = value.slice(prefix.length);
  const refused = (code: string): Expectation => expected(401, code, 'J');
  const digest = (algorithm: string): string => createHmac(algorithm, s.secret).update(raw).digest('hex');
  const bearer = (token: string): VectorRequest => {
    const headers = lacking(shown(value).headers, s.credential ?? '');
    return { ...shown(value), headers: { ...headers, authorization: token } };
  };
  const tokens = sourceOf(
    s,
    {},
    {
      tokens: [
        { token: 'token-that-may-all-0001', scopes: null, expires_at: null },
        { token: 'token-that-is-over-0001', scopes: null, expires_at: '2020-01-01T00:00:00Z' },
        { token: 'token-for-messages-0001', scopes: ['message.received'], expires_at: null },
      ],
    },
  );
  const hexVectors = [
    vector(s, 12, 'upper-case hex', shown(prefix + hex.toUpperCase()), ok),
    vector(s, 11, 'a signature cut short', shown(prefix + hex.slice(0, -1)), refused('signature_malformed')),
    vector(s, 11, 'a signature too long', shown(`${prefix}${hex}0`), refused('signature_malformed')),
    vector(
      s,
      11,
      'a signature that is no hex',
      shown(prefix + 'g'.repeat(64)),
      refused('signature_malformed'),
    ),
    vector(
      s,
      11,
      'base64 instead of hex',
      shown(prefix + Buffer.from(hex, 'hex').toString('base64')),
      refused('signature_malformed'),
    ),
    vector(s, 11, 'SHA-1', shown(prefix + digest('sha1')), refused('signature_malformed')),
    vector(s, 11, 'SHA-512', shown(prefix + digest('sha512')), refused('signature_malformed')),
    vector(s, 11, 'another prefix', shown(`md5=${hex}`), refused('signature_malformed')),
    vector(s, 12, 'the first digit changed', shown(prefix + flip(hex, 0)), refused('signature_invalid')),
    vector(s, 12, 'the last digit changed', shown(prefix + flip(hex, 63)), refused('signature_invalid')),
  ];
  if (s.profile === 'generic') return hexVectors;
  return [
    ...hexVectors,
    vector(s, 12, 'the secret as bearer token', bearer(`Bearer ${s.secret}`), ok),
    vector(s, 12, 'bearer in lower case', bearer(`bearer ${s.secret}`), ok),
    vector(s, 12, 'the word Bearer twice', bearer(`Bearer Bearer ${s.secret}`), ok),
    vector(s, 12, 'a wrong bearer token', bearer('Bearer nobody-knows-this-one'), refused('bearer_invalid')),
    vector(s, 12, 'a token of its own', bearer('Bearer token-that-may-all-0001'), ok, { source: tokens }),
    vector(
      s,
      13,
      'a token that is over',
      bearer('Bearer token-that-is-over-0001'),
      refused('token_expired'),
      { source: tokens },
    ),
    vector(
      s,
      14,
      'a token for other events',
      bearer('Bearer token-for-messages-0001'),
      expected(403, 'insufficient_scope', 'Q'),
      { source: tokens },
    ),
    vector(
      s,
      12,
      'a right token beside a wrong signature',
      {
        ...shown(prefix + flip(hex, 5)),
        headers: { ...shown(prefix + flip(hex, 5)).headers, authorization: `Bearer ${s.secret}` },
      },
      refused('signature_invalid'),
    ),
  ];
}

function standardProofs(s: Sender, shown: (text: string) => VectorRequest, value: string): Vector[] {
  const refused = (code: string): Expectation => expected(401, code, 'J');
  const body = s.opening('T-1');
  const raw = Buffer.from(JSON.stringify(body));
  const at = (seconds: number): VectorRequest => {
    const good = open(s);
    return {
      ...good,
      headers: { ...good.headers, ...standardHeaders(raw, s.secret, String(AT_S + seconds)) },
    };
  };
  const without = (name: string): VectorRequest => {
    return { ...shown(value), headers: lacking(shown(value).headers, name) };
  };
  const digest = value.slice(3);
  return [
    vector(s, 11, 'no webhook-id', without('webhook-id'), refused('signature_missing')),
    vector(s, 11, 'no webhook-timestamp', without('webhook-timestamp'), refused('signature_missing')),
    vector(s, 11, 'a signature without its version', shown(digest), refused('signature_malformed')),
    vector(
      s,
      11,
      'hex instead of base64',
      shown(`v1,${Buffer.from(digest, 'base64').toString('hex')}`),
      refused('signature_malformed'),
    ),
    vector(
      s,
      11,
      'a timestamp that is no number',
      { ...shown(value), headers: { ...shown(value).headers, 'webhook-timestamp': '12ab' } },
      refused('signature_malformed'),
    ),
    vector(
      s,
      12,
      'another timestamp',
      { ...shown(value), headers: { ...shown(value).headers, 'webhook-timestamp': String(AT_S + 1) } },
      refused('signature_invalid'),
    ),
    vector(
      s,
      12,
      'another webhook-id',
      { ...shown(value), headers: { ...shown(value).headers, 'webhook-id': 'msg_other' } },
      refused('signature_invalid'),
    ),
    vector(
      s,
      12,
      'several signatures, one of them right',
      shown(`v1,${Buffer.alloc(32).toString('base64')} ${value}`),
      ok,
    ),
    vector(s, 12, 'a signature of version 1a beside the right one', shown(`v1a,${digest} ${value}`), ok),
    vector(s, 13, '299 s old', at(-299), ok),
    vector(s, 13, '299 s ahead', at(299), ok),
    vector(s, 13, '301 s old', at(-301), refused('timestamp_expired')),
    vector(s, 13, '301 s ahead', at(301), refused('timestamp_in_future')),
    vector(s, 13, 'an hour old', at(-3600), refused('timestamp_expired')),
  ];
}

function envelopeProofs(s: Sender): Vector[] {
  const refused = (code: string): Expectation => expected(401, code, 'J');
  const sealed = s.seal(s.opening('T-1'));
  const sent = (body: Json): VectorRequest => ({
    ...open(s),
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
  });
  const signature = String(sealed['signature']);
  const changed = (field: string): Vector =>
    vector(
      s,
      12,
      `${field} changed by one character`,
      sent({ ...sealed, [field]: `${String(sealed[field])}0` }),
      refused('signature_invalid'),
    );
  const unsigned = lacking(sealed, 'signature');
  const parts = `${String(sealed['event_id'])}${String(sealed['event_type'])}${String(sealed['timestamp'])}`;
  const digest = (algorithm: string): string => createHmac(algorithm, s.secret).update(parts).digest('hex');
  const second = sourceOf(s, { require: ['bearer'] });
  const bearer = { authorization: `Bearer ${s.secret}` };
  return [
    vector(s, 11, 'no signature', sent(unsigned), refused('signature_missing')),
    vector(s, 11, 'a signature of null', sent({ ...sealed, signature: null }), refused('signature_missing')),
    vector(
      s,
      11,
      'a signature that is a number',
      sent({ ...sealed, signature: 7 }),
      refused('signature_missing'),
    ),
    vector(s, 11, 'no event_id', sent({ ...sealed, event_id: undefined }), refused('signature_missing')),
    vector(s, 11, 'no timestamp', sent({ ...sealed, timestamp: undefined }), refused('signature_missing')),
    vector(s, 11, 'no JSON', requestOf(s, Buffer.from('hello')), refused('signature_missing')),
    vector(s, 11, 'an empty body', requestOf(s, Buffer.alloc(0)), refused('signature_missing')),
    vector(
      s,
      11,
      'an array',
      requestOf(s, Buffer.from(`[${JSON.stringify(sealed)}]`)),
      refused('signature_missing'),
    ),
    vector(
      s,
      11,
      'JSON cut short',
      requestOf(s, Buffer.from(JSON.stringify(sealed).slice(0, -1))),
      refused('signature_missing'),
    ),
    vector(
      s,
      11,
      'a signature cut short',
      sent({ ...sealed, signature: signature.slice(0, -1) }),
      refused('signature_malformed'),
    ),
    vector(
      s,
      11,
      'a signature too long',
      sent({ ...sealed, signature: `${signature}0` }),
      refused('signature_malformed'),
    ),
    vector(s, 11, 'SHA-1', sent({ ...sealed, signature: digest('sha1') }), refused('signature_malformed')),
    vector(
      s,
      11,
      'SHA-512',
      sent({ ...sealed, signature: digest('sha512') }),
      refused('signature_malformed'),
    ),
    vector(s, 12, 'upper-case hex', sent({ ...sealed, signature: signature.toUpperCase() }), ok),
    vector(
      s,
      12,
      'the first digit changed',
      sent({ ...sealed, signature: flip(signature, 0) }),
      refused('signature_invalid'),
    ),
    vector(
      s,
      12,
      'the last digit changed',
      sent({ ...sealed, signature: flip(signature, 63) }),
      refused('signature_invalid'),
    ),
    changed('event_id'),
    changed('event_type'),
    changed('timestamp'),
    vector(
      s,
      12,
      'the body changed, which the signature does not cover',
      sent({ ...sealed, data: { ticket_id: 'T-other' } }),
      ok,
    ),
    vector(s, 11, 'a second factor that is missing', open(s), refused('bearer_missing'), { source: second }),
    vector(
      s,
      12,
      'a second factor that is wrong',
      open(s, { headers: { authorization: 'Bearer something-else-0001' } }),
      refused('bearer_invalid'),
      { source: second },
    ),
    vector(s, 12, 'a second factor that is right', open(s, { headers: bearer }), ok, { source: second }),
    vector(
      s,
      17,
      'no JSON from a sender whom a second factor proves',
      requestOf(s, Buffer.from('{"a":'), { headers: bearer }),
      expected(400, 'malformed_json', 'Q'),
      { source: second },
    ),
  ];
}

const scopes: Make = (s) => {
  if (s.profile !== 'telegram-crm' && s.profile !== 'standard-webhooks') return [];
  const from = (more: Json): VectorRequest => {
    const body = s.opening('T-1');
    return requestOf(s, { ...body, source: { ...(body['source'] as Json), ...more } });
  };
  const staging = sourceOf(s, { environment: 'staging' });
  const several = sourceOf(s, { tenants: { north: 'north', south: 'south' } });
  return [
    vector(
      s,
      14,
      'another integration_id',
      from({ integration_id: 'someone-else' }),
      expected(403, 'integration_mismatch', 'Q'),
    ),
    vector(s, 14, 'no integration_id', from({ integration_id: undefined }), ok),
    vector(s, 14, 'another environment', from({}), expected(403, 'environment_mismatch', 'Q'), {
      source: staging,
    }),
    vector(s, 14, 'the own environment', from({ environment: 'staging' }), ok, { source: staging }),
    vector(s, 14, 'one of several integrations', from({ integration_id: 'north' }), ok, { source: several }),
    vector(
      s,
      14,
      'none of several integrations',
      from({ integration_id: 'west' }),
      expected(403, 'integration_mismatch', 'Q'),
      { source: several },
    ),
  ];
};

const documents: Make = (s) => {
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

const meanings: Make = (s) => {
  const wrong = (name: string, body: Json | Buffer): Vector =>
    vector(s, 19, name, requestOf(s, body), setAside(s, 422, 'schema_violation'));
  const opening = s.opening('T-1');
  const moved = s.status('T-1', 'open', 'closed');
  const resolved = s.status('T-1', 'open', 'resolved');
  const impossible = s.status('T-1', 'resolved', 'pending');
  const paused = sourceOf(s, {}, { change: 'pause' });
  const armed = sourceOf(s, {}, { change: 'arm' });
  const { ping } = s;
  const unsigned = (body: Json): VectorRequest => ({
    method: 'POST',
    suffix: '',
    peer: null,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
  });
  const noted = (text: string): Buffer => sealedText(s, 'T-1', (members) => `{${members},"note":${text}}`);
  return [
    ...(ping === null
      ? []
      : [
          vector(s, 18, 'ping', requestOf(s, ping), expected(200, 'ping', 'J')),
          vector(s, 18, 'an unsigned ping', unsigned(ping), expected(401, s.missing, 'J')),
          vector(s, 18, 'an unsigned ping in the setup window', unsigned(ping), expected(200, 'ping', 'J'), {
            source: armed,
          }),
          vector(
            s,
            18,
            'an unsigned event in the setup window',
            unsigned(opening),
            expected(401, s.missing, 'J'),
            { source: armed },
          ),
        ]),
    ...s.required.map((path) => wrong(`without ${path}`, without(opening, path))),
    wrong('NUL in a text', noted('"a\\u0000b"')),
    wrong('half of a surrogate pair', noted('"\\ud800"')),
    wrong('a number beyond all numbers', noted('1e400')),
    ...wrongTimes(s, wrong),
    vector(s, 20, 'an unknown type', requestOf(s, s.unknown('T-1')), expected(200, 'unmapped', 'E')),
    vector(
      s,
      21,
      'the same again',
      open(s),
      expected(200, 'duplicate', 'J', { body: { verdict: 'accepted', current_verdict: 'accepted' } }),
      { before: [open(s)] },
    ),
    vector(
      s,
      22,
      'the same id with other content',
      requestOf(s, s.opening('T-1', { subject: 'other' })),
      setAside(s, 422, 'idempotency_conflict'),
      { before: [open(s)] },
    ),
    vector(
      s,
      26,
      'an opening',
      open(s),
      expected(200, 'accepted', 'E', { body: { verdict: 'accepted', duplicate_of: null } }),
    ),
    vector(s, 26, 'a message', requestOf(s, s.message('T-1', 2)), ok, { before: [open(s)] }),
    vector(s, 26, 'an event of a paused source', open(s), expected(200, 'held', 'H'), { source: paused }),
    ...(moved === null
      ? []
      : [vector(s, 26, 'a change of status', requestOf(s, moved), ok, { before: [open(s)] })]),
    ...(resolved === null || impossible === null
      ? []
      : [
          vector(
            s,
            23,
            'an impossible transition',
            requestOf(s, impossible),
            s.absorbs
              ? expected(200, 'accepted', 'E', {
                  body: { verdict: 'rejected', reason: 'illegal_transition' },
                })
              : expected(409, 'invalid_transition', 'E', {
                  body: { current_status: 'resolved', reason: 'illegal_transition' },
                }),
            { before: [open(s), requestOf(s, resolved)] },
          ),
          vector(
            s,
            21,
            'an impossible transition again',
            requestOf(s, impossible),
            s.absorbs
              ? expected(200, 'duplicate', 'J', { body: { verdict: 'rejected' } })
              : expected(409, 'invalid_transition', 'J'),
            { before: [open(s), requestOf(s, resolved), requestOf(s, impossible)] },
          ),
        ]),
  ];
};

function wrongTimes(s: Sender, wrong: (name: string, body: Json) => Vector): Vector[] {
  const opening = s.opening('T-1');
  const field = ['timestamp', 'when'].find((name) => name in opening);
  if (field === undefined) return [];
  return ['yesterday', '1999-12-31T23:59:59Z', '2100-01-01T00:00:00Z', '2026-02-30T00:00:00Z', ''].map(
    (text) => wrong(`the time "${text}"`, { ...opening, [field]: text }),
  );
}

/** telegram-crm's own fields: the type of each. */
const fields: Make = (s) => {
  if (s.profile !== 'telegram-crm') return [];
  const wrong = (type: string, data: Json): Vector => {
    const body = {
      ...s.opening('T-1'),
      event_id: uuid(`${type} ${JSON.stringify(data)}`),
      event_type: type,
      data,
    };
    const [field = ''] = Object.keys(data).slice(-1);
    const shown = JSON.stringify(data[field]);
    return vector(
      s,
      19,
      `${type} with ${field} ${shown}`,
      requestOf(s, body),
      expected(422, 'schema_violation', 'Q'),
    );
  };
  const of = { ticket_id: 'T-1' };
  const said = { ...of, message_id: 1, sender: { type: 'customer' } };
  return [
    wrong('ticket.created', { ticket_id: null }),
    wrong('ticket.created', { ticket_id: '' }),
    wrong('ticket.created', { ticket_id: {} }),
    wrong('ticket.created', { ticket_id: '/T' }),
    wrong('ticket.created', { ticket_id: 'x'.repeat(201) }),
    wrong('ticket.created', { ...of, customer: 'Maria' }),
    wrong('ticket.created', { ...of, channel: [] }),
    wrong('ticket.created', { ...of, initial_message: 'Hello' }),
    wrong('ticket.created', { ...of, metadata: 'x' }),
    wrong('ticket.created', { ...of, origin: 'nobody' }),
    wrong('message.received', { ...of, sender: { type: 'customer' } }),
    wrong('message.received', { ...of, message_id: 1 }),
    wrong('message.received', { ...said, sender: { type: 'martian' } }),
    wrong('message.received', { ...said, content: 'Hello' }),
    wrong('message.received', { ...said, is_private: 'no' }),
    wrong('status.changed', of),
    wrong('status.changed', { ...of, new_status: null }),
    wrong('status.changed', { ...of, new_status: 7 }),
    wrong('status.changed', { ...of, new_status: 'open', previous_status: 7 }),
    wrong('agent.assigned', { ...of, agent_id: {} }),
    wrong('first_response.sent', { ...of, response_time: 'soon' }),
    wrong('first_response.sent', { ...of, response_time: -1 }),
    wrong('ticket.resolved', { ...of, resolution_time: 'soon' }),
    wrong('priority.changed', { ...of, priority: 1 }),
    wrong('agent.status_changed', { status: 'online' }),
  ];
};

function lacking<T>(from: Readonly<Record<string, T>>, left: string): Record<string, T> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => name !== left));
}

function without(body: Json, path: string): Json {
  const [head = '', ...rest] = path.split('.');
  const { [head]: value, ...others } = body;
  return rest.length === 0 ? others : { ...others, [head]: without(value as Json, rest.join('.')) };
}

/** Once for all profiles. */
const once: Make = (s) => {
  if (s.profile !== 'telegram-crm') return [];
  return [
    vector(
      s,
      10,
      'a body whose last byte never comes',
      { ...open(s), sending: 'slow' },
      expected(408, 'body_timeout', 'J'),
    ),
    ...['DELETE', 'PATCH', 'OPTIONS'].map((method) =>
      vector(
        s,
        3,
        method,
        open(s, { method }),
        expected(405, 'method_not_allowed', 'C', { headers: { allow: 'POST' } }),
      ),
    ),
    vector(s, 20, 'an unknown version', requestOf(s, { ...s.opening('T-1'), version: '9.9' }), ok),
    vector(s, 26, 'the future', requestOf(s, { ...s.opening('T-1'), timestamp: '2099-01-01T00:00:00Z' }), ok),
    vector(s, 26, 'long ago', requestOf(s, { ...s.opening('T-1'), timestamp: '2001-01-01T00:00:00Z' }), ok),
    vector(
      s,
      26,
      'body fields beside the envelope',
      requestOf(s, { ...without(s.opening('T-1'), 'data'), ticket_id: 'T-1' }),
      ok,
    ),
    vector(
      s,
      26,
      'ids that are numbers',
      requestOf(s, { ...s.opening('T-1'), data: { ticket_id: 4711 } }),
      ok,
    ),
  ];
};

/** All vectors, by profile. The same at every run. */
export function makeVectors(): ReadonlyMap<string, readonly Vector[]> {
  const makes = [connection, budgets, bodies, proofs, scopes, documents, meanings, fields, once];
  return new Map(SENDERS.map((sender) => [sender.profile, makes.flatMap((make) => make(sender))]));
}
