import { sourceOf } from '../senders/sender';
import { type Vector, type VectorRequest } from '../vector';
import { expected, type Make, ok, open, vector } from './make';

const REQUIRED = 'client_certificate_required';
const REJECTED = 'client_certificate_rejected';

export const connection: Make = (s) => {
  const https = sourceOf(s, { require_https: true });
  const proto = (value: string): VectorRequest => open(s, { headers: { 'x-forwarded-proto': value } });
  const listed = sourceOf(s, { ip_allow: ['203.0.113.0/24', '2001:db8::/32'] });
  const mtls = sourceOf(s, { require: ['mtls'], client_certificates: ['ab'.repeat(32)] });
  const nginx = (fingerprint: string): Record<string, string> => ({
    'x-ssl-client-verify': 'SUCCESS',
    'x-ssl-client-fingerprint': fingerprint,
  });
  const listedHash = `Hash=${'ab'.repeat(32)}`;
  const strangeHash = `Hash=${'cd'.repeat(32)}`;
  const refusedFor = (headers: Readonly<Record<string, string>>, name: string, code: string): Vector =>
    vector(s, 6, name, open(s, { headers }), expected(403, code, 'J'), { source: mtls });
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
      open(s, { headers: nginx('cd'.repeat(32)) }),
      expected(403, 'client_certificate_rejected', 'J'),
      { source: mtls },
    ),
    vector(s, 6, 'the listed certificate', open(s, { headers: nginx('AB'.repeat(32)) }), ok, {
      source: mtls,
    }),
    vector(
      s,
      6,
      "the listed certificate in Envoy's words",
      open(s, {
        headers: { 'x-forwarded-client-cert': `By=spiffe://x;${listedHash};Subject="CN=crm"` },
      }),
      ok,
      { source: mtls },
    ),
    refusedFor({ 'x-ssl-client-verify': 'NONE' }, 'no certificate by word of nginx', REQUIRED),
    refusedFor(
      { 'x-ssl-client-verify': 'NONE', 'x-forwarded-client-cert': listedHash },
      "the listed certificate in Envoy's words, invented in front of nginx",
      REJECTED,
    ),
    refusedFor(
      { ...nginx('ab'.repeat(32)), 'x-forwarded-client-cert': `By=spiffe://x;${strangeHash}` },
      "the listed certificate in nginx's words, invented in front of Envoy",
      REJECTED,
    ),
    refusedFor(
      { 'x-forwarded-client-cert': `${strangeHash};Subject="CN=crm,${listedHash};OU=x"` },
      'the listed certificate in the name of another one',
      REQUIRED,
    ),
    refusedFor(
      { 'x-forwarded-client-cert': `${strangeHash};Subject="CN=crm;${listedHash};OU=x"` },
      'the listed certificate in the name of one that is not listed',
      REJECTED,
    ),
  ];
};
