import { type Sender, type Signing } from '../senders/sender';
import { secondsOf, standardHeaders } from '../senders/standard-webhooks';
import { type Expectation, type Vector, type VectorRequest } from '../vector';
import { expected, lacking, ok, open, vector } from './make';

const TOLERANCE_S = 300;

export function standardProofs(
  s: Sender,
  signing: Signing,
  shown: (text: string) => VectorRequest,
  value: string,
): Vector[] {
  const refused = (code: string): Expectation => expected(401, code, 'J');
  const body = s.opening('T-1');
  const raw = Buffer.from(JSON.stringify(body));
  const at = (seconds: number): VectorRequest => {
    const good = open(s);
    return {
      ...good,
      headers: { ...good.headers, ...standardHeaders(raw, s.secret, secondsOf(signing, seconds)) },
    };
  };
  const without = (name: string): VectorRequest => {
    return { ...shown(value), headers: lacking(shown(value).headers, name) };
  };
  const digest = value.slice(3);
  const within = TOLERANCE_S - signing.marginS;
  const beyond = TOLERANCE_S + signing.marginS;
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
      { ...shown(value), headers: { ...shown(value).headers, 'webhook-timestamp': secondsOf(signing, 1) } },
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
    vector(s, 13, `${within} s old`, at(-within), ok),
    vector(s, 13, `${within} s ahead`, at(within), ok),
    vector(s, 13, `${beyond} s old`, at(-beyond), refused('timestamp_expired')),
    vector(s, 13, `${beyond} s ahead`, at(beyond), refused('timestamp_in_future')),
    vector(s, 13, 'an hour old', at(-3600), refused('timestamp_expired')),
  ];
}
