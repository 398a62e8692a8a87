import { requestOf } from '../senders/sender';
import { type Expectation, type VectorRequest } from '../vector';
import { expected, lacking, type Make, ok, open, vector } from './make';
import { envelopeProofs } from './envelope-proofs';
import { hexProofs } from './hex-proofs';
import { standardProofs } from './standard-proofs';

export const proofs: Make = (s) => {
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
    ...(s.signing === null ? hexProofs(s, shown, value, raw) : standardProofs(s, s.signing, shown, value)),
  ];
};
