import { authenticate } from '../../../src/ingress/auth/authenticate';
import { type AuthRequest } from '../../../src/ingress/auth/auth-request';
import { type Credentials } from '../../../src/ingress/auth/credentials';
import { signBody } from '../../../src/ingress/auth/body-hmac';
import { type AuthPolicy, PLAIN_BODY_HMAC } from '../../../src/ingress/auth/scheme';
import { PROFILES } from '../../../src/ingress/profiles';
import { BODY, DAY, key, NOW, ONE_KEY, plain, policy, SECRET, signed, token } from './requests';

const crm = PROFILES['telegram-crm'].auth;
const flat = PROFILES['telegram-crm-flat'].auth;
const staff = PROFILES['tg-staff'].auth;
const bot = PROFILES['telegram-bot'].auth;
const standard = PROFILES['standard-webhooks'].auth;

const text = JSON.stringify(BODY);
const right = signBody(PLAIN_BODY_HMAC, SECRET, Buffer.from(text));
const envelope = signed(crm);

function changed(request: AuthRequest, headers: AuthRequest['headers'], receivedAt = NOW): AuthRequest {
  return { ...request, headers: { ...request.headers, ...headers }, receivedAt };
}

interface Case {
  readonly what: string;
  readonly auth: AuthPolicy;
  readonly request: AuthRequest;
  readonly credentials?: Credentials;
  readonly code: string | null;
}

const withTokens: Credentials = {
  secrets: [key('k_1', SECRET)],
  tokens: [
    token('t_1', 'good-token', { scopes: ['ticket.created'] }),
    token('t_old', 'old-token', { notAfter: NOW - DAY }),
    token('t_new', 'new-token', { notBefore: NOW + DAY }),
  ],
};

const cases: readonly Case[] = [
  { what: 'no signature header', auth: flat, request: plain({}, text), code: 'signature_missing' },
  {
    what: 'an empty signature header',
    auth: flat,
    request: plain({ 'x-webhook-signature': ' ' }, text),
    code: 'signature_missing',
  },
  {
    what: 'the right signature',
    auth: flat,
    request: plain({ 'x-webhook-signature': right }, text),
    code: null,
  },
  {
    what: 'upper-case hex',
    auth: flat,
    request: plain({ 'x-webhook-signature': right.toUpperCase() }, text),
    code: null,
  },
  {
    what: 'a signature cut short',
    auth: flat,
    request: plain({ 'x-webhook-signature': right.slice(2) }, text),
    code: 'signature_malformed',
  },
  {
    what: 'a signature too long',
    auth: flat,
    request: plain({ 'x-webhook-signature': `${right}00` }, text),
    code: 'signature_malformed',
  },
  {
    what: 'a prefix nobody asked for',
    auth: flat,
    request: plain({ 'x-webhook-signature': `sha256=${right}` }, text),
    code: 'signature_malformed',
  },
  {
    what: 'two signatures in one header',
    auth: flat,
    request: plain({ 'x-webhook-signature': `${right}, ${right}` }, text),
    code: 'signature_malformed',
  },
  {
    what: 'the signature of another body',
    auth: flat,
    request: plain({ 'x-webhook-signature': right }, `${text} `),
    code: 'signature_invalid',
  },
  {
    what: 'no live key at all',
    auth: flat,
    request: plain({ 'x-webhook-signature': right }, text),
    credentials: { secrets: [], tokens: [] },
    code: 'signature_invalid',
  },
  {
    what: 'a bearer token alone',
    auth: staff,
    request: plain({ authorization: 'Bearer good-token' }, text),
    credentials: withTokens,
    code: null,
  },
  {
    what: "the source's secret as a bearer token",
    auth: staff,
    request: plain({ authorization: `bearer ${SECRET}` }, text),
    code: null,
  },
  {
    what: 'a wrong bearer token',
    auth: staff,
    request: plain({ authorization: 'Bearer nothing' }, text),
    credentials: withTokens,
    code: 'bearer_invalid',
  },
  {
    what: 'an expired token',
    auth: staff,
    request: plain({ authorization: 'Bearer old-token' }, text),
    credentials: withTokens,
    code: 'token_expired',
  },
  {
    what: 'a token of tomorrow',
    auth: staff,
    request: plain({ authorization: 'Bearer new-token' }, text),
    credentials: withTokens,
    code: 'bearer_invalid',
  },
  { what: 'neither signature nor bearer', auth: staff, request: plain({}, text), code: 'signature_missing' },
  {
    what: "somebody else's Authorization",
    auth: staff,
    request: plain({ authorization: 'Basic eDp5', 'x-tg-staff-signature': right }, text),
    code: null,
  },
  {
    what: 'a right token with a wrong signature',
    auth: staff,
    request: plain(
      {
        authorization: 'Bearer good-token',
        'x-tg-staff-signature': right.replace(/^./, (c) => (c === '0' ? '1' : '0')),
      },
      text,
    ),
    credentials: withTokens,
    code: 'signature_invalid',
  },
  {
    what: 'a right signature with a wrong token',
    auth: staff,
    request: plain({ authorization: 'Bearer no', 'x-tg-staff-signature': right }, text),
    code: 'bearer_invalid',
  },
  {
    what: 'a malformed signature before a wrong token',
    auth: staff,
    request: plain({ authorization: 'Bearer no', 'x-tg-staff-signature': 'xyz' }, text),
    code: 'signature_malformed',
  },
  {
    what: 'both, and both right',
    auth: staff,
    request: plain({ authorization: 'Bearer good-token', 'x-tg-staff-signature': right }, text),
    credentials: withTokens,
    code: null,
  },
  { what: 'no secret token', auth: bot, request: plain({}, '{}'), code: 'token_missing' },
  {
    what: 'a wrong secret token',
    auth: bot,
    request: plain({ 'x-telegram-bot-api-secret-token': 'no' }),
    code: 'token_invalid',
  },
  {
    what: 'the right secret token',
    auth: bot,
    request: plain({ 'x-telegram-bot-api-secret-token': SECRET }),
    code: null,
  },
  { what: 'a standard webhook', auth: standard, request: signed(standard), code: null },
  {
    what: 'no webhook-id',
    auth: standard,
    request: changed(signed(standard), { 'webhook-id': undefined }),
    code: 'signature_missing',
  },
  {
    what: 'another webhook-id',
    auth: standard,
    request: changed(signed(standard), { 'webhook-id': 'msg_2' }),
    code: 'signature_invalid',
  },
  {
    what: 'a time that is no number',
    auth: standard,
    request: changed(signed(standard), { 'webhook-timestamp': '123abc' }),
    code: 'signature_malformed',
  },
  {
    what: 'no v1 among the signatures',
    auth: standard,
    request: changed(signed(standard), { 'webhook-signature': 'v1a,abc' }),
    code: 'signature_malformed',
  },
  {
    what: 'the right one among several',
    auth: standard,
    request: changed(signed(standard), {
      'webhook-signature': `v1a,abc v1,${'A'.repeat(43)}= ${String(signed(standard).headers['webhook-signature'])}`,
    }),
    code: null,
  },
  {
    what: 'exactly five minutes late',
    auth: standard,
    request: changed(signed(standard), {}, NOW + 300_000),
    code: null,
  },
  {
    what: 'five minutes and a second late',
    auth: standard,
    request: changed(signed(standard), {}, NOW + 301_000),
    code: 'timestamp_expired',
  },
  {
    what: 'exactly five minutes early',
    auth: standard,
    request: changed(signed(standard), {}, NOW - 300_000),
    code: null,
  },
  {
    what: 'five minutes and a second early',
    auth: standard,
    request: changed(signed(standard), {}, NOW - 301_000),
    code: 'timestamp_in_future',
  },
  {
    what: 'a forged signature, late as well',
    auth: standard,
    request: changed(signed(standard, 'other'), {}, NOW + DAY),
    code: 'signature_invalid',
  },
  { what: 'a signed envelope', auth: crm, request: envelope, code: null },
  { what: 'an envelope without signature', auth: crm, request: plain({}, text), code: 'signature_missing' },
  {
    what: 'a signature that is no text',
    auth: crm,
    request: plain({}, JSON.stringify({ ...BODY, signature: 12 })),
    code: 'signature_missing',
  },
  {
    what: 'a signature further inside',
    auth: crm,
    request: plain({}, JSON.stringify({ ...BODY, data: { signature: right } })),
    code: 'signature_missing',
  },
  {
    what: 'an envelope with a malformed signature',
    auth: crm,
    request: plain({}, JSON.stringify({ ...BODY, signature: 'x' })),
    code: 'signature_malformed',
  },
  {
    what: 'an envelope with a wrong signature',
    auth: crm,
    request: plain({}, JSON.stringify({ ...BODY, signature: right })),
    code: 'signature_invalid',
  },
  { what: 'an empty body', auth: crm, request: plain({}, ''), code: 'signature_missing' },
  { what: 'an array', auth: crm, request: plain({}, `[${text}]`), code: 'signature_missing' },
  {
    what: 'a signed envelope with garbage behind it',
    auth: crm,
    request: { ...envelope, raw: Buffer.concat([envelope.raw, Buffer.from('x')]) },
    code: 'signature_missing',
  },
  {
    what: 'a signed envelope that is not UTF-8',
    auth: crm,
    request: { ...envelope, raw: withBadByte(envelope.raw) },
    code: null,
  },
  {
    what: 'a signed envelope with a key that stands twice',
    auth: crm,
    request: {
      ...envelope,
      raw: Buffer.from(envelope.raw.toString().replace('{', '{"version":"1","version":"2",')),
    },
    code: null,
  },
];

function withBadByte(raw: Buffer): Buffer {
  const at = raw.indexOf('TKT');
  return Buffer.concat([raw.subarray(0, at), Buffer.from([0xff]), raw.subarray(at)]);
}

describe('a request', () => {
  test.each(cases.map((one) => [one.what, one] as const))(
    'with %s',
    (_what, { auth, request, credentials, code }) => {
      const answer = authenticate(auth, credentials ?? ONE_KEY, request);
      expect(answer.ok ? null : answer.code).toBe(code);
      if (!answer.ok) expect(answer.detail).not.toContain(SECRET);
    },
  );

  test('is told with which key its signature was compared, and where it stood', () => {
    const credentials = { secrets: [key('k_1', 'one'), key('k_2', 'two')], tokens: [] };
    const answer = authenticate(staff, credentials, plain({ 'x-tg-staff-signature': right }, text));
    expect(answer).toMatchObject({
      detail:
        'Invalid signature: the HMAC-SHA256 of the raw body with keys k_1, k_2 does not match X-TG-Staff-Signature (hex).',
    });
  });

  test('proves which credential it showed, with what that may send', () => {
    const headers = { authorization: 'Bearer good-token' };
    expect(authenticate(staff, withTokens, plain(headers, text))).toMatchObject({
      ok: true,
      proofs: [{ kind: 'bearer', keyId: 't_1', scopes: ['ticket.created'] }],
    });
  });
});

describe('a second factor', () => {
  const bearer = policy(crm.anyOf, [{ kind: 'bearer' }]);
  const body = policy(crm.anyOf, [PLAIN_BODY_HMAC]);
  const mtls = policy(crm.anyOf, [{ kind: 'mtls' }]);

  test('is demanded beside the first', () => {
    expect(authenticate(bearer, ONE_KEY, envelope)).toMatchObject({ ok: false, code: 'bearer_missing' });
    expect(authenticate(bearer, ONE_KEY, signed(bearer)).ok).toBe(true);
    expect(authenticate(body, ONE_KEY, envelope)).toMatchObject({ ok: false, code: 'signature_missing' });
    expect(authenticate(body, ONE_KEY, signed(body)).ok).toBe(true);
  });

  test('does not make up for the first', () => {
    const request = plain({ authorization: `Bearer ${SECRET}` }, text);
    expect(authenticate(bearer, ONE_KEY, request)).toMatchObject({ ok: false, code: 'signature_missing' });
  });

  test('vouches for a body that is not JSON and so can hold no signature', () => {
    const proved = plain({ authorization: `Bearer ${SECRET}` }, '{"half');
    expect(authenticate(bearer, ONE_KEY, proved)).toMatchObject({
      ok: true,
      proofs: [{ kind: 'bearer' }],
      json: { kind: 'malformed', fault: 'syntax' },
    });
    expect(authenticate(bearer, ONE_KEY, plain({}, '{"half')).ok).toBe(false);
    expect(authenticate(mtls, ONE_KEY, { ...plain({}, '{"half'), hasClientCertificate: true }).ok).toBe(true);
    expect(authenticate(mtls, ONE_KEY, plain({}, '{"half')).ok).toBe(false);
  });
});
