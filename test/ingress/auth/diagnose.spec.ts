import { createHmac } from 'node:crypto';
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
    expect(diagnose(flat, ONE_KEY, plain(header(mac('sha256', 'other', body)), body))).toEqual([
      expect.stringMatching(/another secret/),
    ]);
  });
});
