import fc from 'fast-check';
import { authenticate } from '../../../src/ingress/auth/authenticate';
import { type AuthRequest } from '../../../src/ingress/auth/auth-request';
import { signBody } from '../../../src/ingress/auth/body-hmac';
import { signEnvelope } from '../../../src/ingress/auth/envelope-hmac';
import { PLAIN_BODY_HMAC } from '../../../src/ingress/auth/scheme';
import { signStandard } from '../../../src/ingress/auth/standard-webhooks';
import { BODY, key, nameOf, NOW, ONE_KEY, policy, SCHEMES, SECRET, signed } from './requests';

const schemes = SCHEMES.map((scheme) => [nameOf(scheme), scheme] as const);
const draft = fc.record({
  event_id: fc.string({ minLength: 1, unit: 'grapheme' }),
  event_type: fc.string({ unit: 'grapheme' }),
  timestamp: fc.string({ unit: 'grapheme' }),
  data: fc.dictionary(fc.string(), fc.jsonValue()),
});
/** Signatures may hold any characters in their key, but tokens travel in headers. */
const secret = fc.stringMatching(/^[A-Za-z0-9_-]{16,64}$/);

function flipped(bytes: Buffer, at: number, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  const place = at % copy.length;
  copy.writeUInt8(copy.readUInt8(place) ^ (1 << bit), place);
  return copy;
}

describe('every scheme', () => {
  test.each(schemes)('%s accepts what its sender signed', (_name, scheme) => {
    const auth = policy([scheme]);
    fc.assert(
      fc.property(draft, secret, (body, own) => {
        const credentials = { secrets: [key('k_other', 'another-secret'), key('k_own', own)], tokens: [] };
        expect(authenticate(auth, credentials, signed(auth, own, body))).toMatchObject({
          ok: true,
          proofs: [{ kind: scheme.kind, keyId: 'k_own' }],
        });
      }),
      { numRuns: 60 },
    );
  });

  test.each(schemes)('%s refuses what another secret signed', (_name, scheme) => {
    const auth = policy([scheme]);
    const answer = authenticate(auth, ONE_KEY, signed(auth, 'whsec_c29tZXRoaW5nLWVsc2UtZW50aXJlbHk='));
    expect(answer).toMatchObject({ ok: false, code: expect.stringMatching(/_invalid$/) as string });
  });

  test.each(schemes)('%s takes no key whose time has not come or has gone', (_name, scheme) => {
    const auth = policy([scheme]);
    const request = signed(auth);
    for (const lifetime of [{ notBefore: NOW + 1 }, { notAfter: NOW }]) {
      const credentials = { secrets: [key('k_1', SECRET, lifetime)], tokens: [] };
      expect(authenticate(auth, credentials, request).ok).toBe(false);
    }
    const during = { secrets: [key('k_1', SECRET, { notBefore: NOW, notAfter: NOW + 1 })], tokens: [] };
    expect(authenticate(auth, during, request).ok).toBe(true);
  });

  test.each(schemes)('%s answers whatever stands in its headers and body', (_name, scheme) => {
    const auth = policy([scheme]);
    const names = Object.keys(signed(auth).headers);
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.base64String(), fc.stringMatching(/^[0-9a-f]*$/)), {
          minLength: 4,
        }),
        fc.uint8Array(),
        (values, raw) => {
          const headers = Object.fromEntries(names.map((name, at) => [name, values[at]]));
          const request: AuthRequest = {
            headers,
            raw: Buffer.from(raw),
            receivedAt: NOW,
            hasClientCertificate: true,
          };
          expect(authenticate(auth, ONE_KEY, request).ok).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a flipped bit', () => {
  const overBody = SCHEMES.filter(({ kind }) => kind === 'body-hmac' || kind === 'standard-webhooks');

  test.each(overBody.map((scheme) => [nameOf(scheme), scheme] as const))(
    'anywhere in the body is refused by %s',
    (_name, scheme) => {
      const auth = policy([scheme]);
      const request = signed(auth);
      fc.assert(
        fc.property(fc.nat(request.raw.length - 1), fc.nat(7), (at, bit) => {
          const raw = flipped(request.raw, at, bit);
          expect(authenticate(auth, ONE_KEY, { ...request, raw })).toMatchObject({
            ok: false,
            code: 'signature_invalid',
          });
        }),
        { numRuns: 300 },
      );
    },
  );

  test.each(schemes)('in the credential itself is refused by %s', (_name, scheme) => {
    const auth = policy([scheme]);
    const request = signed(auth);
    const [name] = Object.keys(request.headers).filter((one) => /signature|authorization|token/.test(one));
    if (name === undefined) return;
    const value = Buffer.from(String(request.headers[name]), 'latin1');
    fc.assert(
      fc.property(fc.nat(value.length - 1), fc.nat(7), (at, bit) => {
        const changed = flipped(value, at, bit).toString('latin1');
        // Hex digits, and the word Bearer, are the same in either case.
        const isCaseFree =
          nameOf(scheme).includes('hex') || (scheme.kind === 'bearer' && at < 'Bearer'.length);
        if (isCaseFree && bit === 5 && /[A-Za-z]/.test(changed.charAt(at))) return;
        const headers = { ...request.headers, [name]: changed };
        expect(authenticate(auth, ONE_KEY, { ...request, headers }).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test('in event_id, event_type or timestamp is refused by the signature inside the envelope', () => {
    const auth = policy([{ kind: 'envelope-hmac', algorithm: 'sha256' }]);
    const { raw } = signed(auth);
    const text = raw.toString('latin1');
    for (const value of [BODY.event_id, BODY.event_type, BODY.timestamp]) {
      for (let at = 0; at < value.length; at++) {
        for (let bit = 0; bit < 8; bit++) {
          const changed = flipped(raw, text.indexOf(value) + at, bit);
          const answer = authenticate(auth, ONE_KEY, {
            headers: {},
            raw: changed,
            receivedAt: NOW,
            hasClientCertificate: false,
          });
          expect(answer.ok).toBe(false);
        }
      }
    }
  });
});

describe('known answers', () => {
  test('HMAC-SHA256 of RFC 4231, test case 2', () => {
    const digest = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    expect(signBody(PLAIN_BODY_HMAC, 'Jefe', Buffer.from('what do ya want for nothing?'))).toBe(digest);
  });

  test('the signature that Standard Webhooks gives as its example', () => {
    const body = Buffer.from('{"test": 2432232314}');
    const signature = signStandard(
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      '1614265330',
      body,
    );
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  test('the envelope is joined with nothing in between', () => {
    const parts = { eventId: 'a', eventType: 'b', timestamp: 'c' };
    expect(signEnvelope('secret', parts)).toBe(signBody(PLAIN_BODY_HMAC, 'secret', Buffer.from('abc')));
  });
});
