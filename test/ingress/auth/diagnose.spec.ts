import crypto, { createHmac } from 'node:crypto';
import { diagnose } from '../../../src/ingress/auth/diagnose';
import { signBody } from '../../../src/ingress/auth/body-hmac';
import { signEnvelope } from '../../../src/ingress/auth/envelope-hmac';
import { PLAIN_BODY_HMAC } from '../../../src/ingress/auth/scheme';
import { PROFILES } from '../../../src/ingress/profiles';
import { BODY, DAY, key, NOW, ONE_KEY, plain, SECRET, signed } from './requests';

const flat = PROFILES['telegram-crm-flat'].auth;
const crm = PROFILES['telegram-crm'].auth;
const standard = PROFILES['standard-webhooks'].auth;
const bot = PROFILES['telegram-bot'].auth;

const text = JSON.stringify(BODY);
const parts = { eventId: BODY.event_id, eventType: BODY.event_type, timestamp: BODY.timestamp };

function mac(
  algorithm: string,
  secret: string | Buffer,
  content: string,
  encoding: 'hex' | 'base64' = 'hex',
): string {
  return createHmac(algorithm, secret).update(content).digest(encoding);
}

const header = (value: string): Record<string, string> => ({ 'x-webhook-signature': value });

const cases: readonly [string, readonly string[], RegExp][] = [
  [
    'SHA-1',
    diagnose(flat, ONE_KEY, plain(header(mac('sha1', SECRET, text)), text)),
    /HMAC-SHA1 instead of HMAC-SHA256/,
  ],
  [
    'SHA-512',
    diagnose(flat, ONE_KEY, plain(header(mac('sha512', SECRET, text)), text)),
    /HMAC-SHA512 instead of HMAC-SHA256/,
  ],
  [
    'base64',
    diagnose(flat, ONE_KEY, plain(header(mac('sha256', SECRET, text, 'base64')), text)),
    /base64 instead of hex/,
  ],
  [
    'a prefix',
    diagnose(flat, ONE_KEY, plain(header(`sha256=${mac('sha256', SECRET, text)}`), text)),
    /the prefix "sha256="/,
  ],
  [
    'a newline behind the secret',
    diagnose(flat, ONE_KEY, plain(header(mac('sha256', `${SECRET}\n`, text)), text)),
    /a newline behind the secret/,
  ],
  [
    'another header',
    diagnose(flat, ONE_KEY, plain({ 'x-hub-signature-256': mac('sha256', SECRET, text) }, text)),
    /sent as X-Hub-Signature-256 instead of X-Webhook-Signature/,
  ],
  [
    're-serialised JSON',
    diagnose(flat, ONE_KEY, plain(header(mac('sha256', SECRET, text)), JSON.stringify(BODY, null, 2))),
    /re-serialised JSON/,
  ],
  [
    "Python's JSON",
    diagnose(
      flat,
      ONE_KEY,
      plain(header(mac('sha256', SECRET, '{"a": [1, 2], "b": "\\u00fc"}')), '{"a":[1,2],"b":"ü"}'),
    ),
    /re-serialised JSON/,
  ],
  [
    'the envelope instead of the body',
    diagnose(
      flat,
      ONE_KEY,
      plain(header(signEnvelope(SECRET, parts)), JSON.stringify({ ...BODY, signature: 'x' })),
    ),
    /signed was event_id \+ event_type \+ timestamp instead of the raw body/,
  ],
  [
    'the body instead of the envelope',
    diagnose(crm, ONE_KEY, plain(header(signBody(PLAIN_BODY_HMAC, SECRET, Buffer.from(text))), text)),
    /signed was the raw body instead of event_id/,
  ],
  [
    'base64 in the envelope',
    diagnose(
      crm,
      ONE_KEY,
      plain(
        {},
        JSON.stringify({
          ...BODY,
          signature: mac('sha256', SECRET, parts.eventId + parts.eventType + parts.timestamp, 'base64'),
        }),
      ),
    ),
    /base64 instead of hex/,
  ],
  [
    'an old key',
    diagnose(
      crm,
      { secrets: [key('k_2', 'new'), key('k_1', SECRET, { notAfter: NOW - DAY })], tokens: [] },
      signed(crm),
    ),
    /the old key k_1 was used, which has expired/,
  ],
  [
    'whsec_ not decoded',
    diagnose(standard, ONE_KEY, {
      ...signed(standard),
      headers: {
        ...signed(standard).headers,
        'webhook-signature': `v1,${mac('sha256', SECRET, `msg_1.${NOW / 1000}.${text}`, 'base64')}`,
      },
    }),
    /the text of the secret, not base64-decoded/,
  ],
  [
    'a clock that is off',
    diagnose(standard, ONE_KEY, { ...signed(standard), receivedAt: NOW + 412_000 }),
    /412 s in the past/,
  ],
  [
    'Bearer forgotten',
    diagnose(flat, ONE_KEY, plain({ authorization: SECRET }, text)),
    /"Bearer " is missing/,
  ],
  [
    'a token in another header',
    diagnose(flat, ONE_KEY, plain({ 'x-api-key': SECRET }, text)),
    /sent as X-Api-Key/,
  ],
  [
    "Telegram's token as bearer",
    diagnose(bot, ONE_KEY, plain({ authorization: `Bearer ${SECRET}` })),
    /sent as Authorization instead of X-Telegram-Bot-Api-Secret-Token/,
  ],
  [
    'another secret',
    diagnose(flat, ONE_KEY, plain(header(mac('sha256', 'other', text)), text)),
    /another secret/,
  ],
  ['nothing', diagnose(flat, ONE_KEY, plain({}, text)), /no signature and no token/],
];

interface Fed {
  update(data: string | Uint8Array): this;
}

/** What a diagnosis costs: HMACs, and the bytes that went into them. */
function workOf(examine: () => readonly string[]): {
  findings: readonly string[];
  hmacs: number;
  bytes: number;
} {
  const made = jest.spyOn(crypto, 'createHmac');
  const fed = jest.spyOn(Object.getPrototypeOf(createHmac('sha1', '')) as Fed, 'update');
  try {
    const findings = examine();
    const bytes = fed.mock.calls.reduce((sum, [data]) => sum + Buffer.byteLength(data), 0);
    return { findings, hmacs: made.mock.calls.length, bytes };
  } finally {
    made.mockRestore();
    fed.mockRestore();
  }
}

describe('the signature doctor', () => {
  test.each(cases)('recognises %s', (_what, findings, expected) => {
    expect(findings.join('\n')).toMatch(expected);
    expect(findings.join('\n')).not.toContain(SECRET);
  });

  test.each([
    ['arrays', `${'['.repeat(32_000)}${']'.repeat(32_000)}`],
    ['objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
  ])('takes %s nested without end as it takes any other body', (_what, body) => {
    const shown = header(mac('sha1', SECRET, body));
    expect(diagnose(flat, ONE_KEY, plain(shown, body))).toEqual([
      'The signature would match but for: HMAC-SHA1 instead of HMAC-SHA256.',
    ]);
    expect(diagnose(flat, ONE_KEY, plain(header(mac('sha256', 'other', body)), body))[0]).toMatch(
      /another secret/,
    );
  });

  describe('works as much as a small sender is worth, whatever is shown to it', () => {
    const digests = (count: number): string =>
      Array.from({ length: count }, (_, n) => createHmac('sha1', 'x').update(`${n}`).digest('base64')).join(
        ' ',
      );
    const claims = { event_id: '', event_type: '', timestamp: '' };
    const HMACS_MAX = 500;
    const BYTES_MAX = 4 * 1024 * 1024;
    const keys = { secrets: [key('k_2', 'another'), key('k_1', SECRET)], tokens: [] };

    test.each([
      ['a body of digests', plain({}, JSON.stringify({ ...claims, signature: digests(500) }))],
      ['headers of digests', plain({ 'x-signature': digests(250), 'x-hub-signature': digests(250) }, text)],
      [
        'a body of a megabyte',
        plain({ 'x-signature': digests(3), 'webhook-timestamp': '1' }, 'x'.repeat(1 << 20)),
      ],
      ['a body that grows when it is written anew', plain({ 'x-signature': digests(3) }, deep(60, 3500))],
    ])('%s', (_what, request) => {
      const { findings, hmacs, bytes } = workOf(() => diagnose(crm, keys, request));
      expect(findings[0]).toMatch(/another secret/);
      expect(hmacs).toBeLessThanOrEqual(HMACS_MAX);
      expect(bytes).toBeLessThanOrEqual(BYTES_MAX);
    });
  });

  test('recognises the signature of a large body too, and one of several', () => {
    const large = JSON.stringify({ text: 'x'.repeat(500_000) });
    const shown = [mac('sha256', 'other', large), mac('sha512', SECRET, large)].join(' ');
    expect(diagnose(flat, ONE_KEY, plain(header(shown), large))).toEqual([
      'The signature would match but for: HMAC-SHA512 instead of HMAC-SHA256.',
    ]);
  });

  test('says so where not everything could be tried', () => {
    const body = JSON.stringify({ text: 'x'.repeat(10_000) });
    expect(diagnose(flat, ONE_KEY, plain(header(mac('sha256', 'other', body)), body))).toEqual([
      expect.stringMatching(/another secret/),
      'Of so large a body not everything was tried: send a small one.',
    ]);
  });
});

/** Ones in as many lists: laid out line by line, each has all that space in front of it. */
function deep(depth: number, ones: number): string {
  return `{"a":${'['.repeat(depth)}${Array(ones).fill(1).join(',')}${']'.repeat(depth)}}`;
}
