import { type Answer, type Answers } from '../answer';
import { type FailureBudget } from '../failure-budget';
import { type Source } from '../sources/source-registry';
import { type Arrival } from './arrival';

const BASE_10 = /^\d{1,15}$/;

/** Rows 1 to 3: what does not depend on a source. */
export function checkRequest(
  arrival: Arrival,
  answers: Answers,
  { requireHttps, load }: { readonly requireHttps: boolean; readonly load: 'draining' | 'overloaded' | null },
): Answer | null {
  if (requireHttps && !arrival.isSecure) return httpsRequired(answers);
  if (load !== null) {
    const why =
      load === 'draining' ? 'This node is shutting down.' : 'This node has more work than it can take.';
    return answers.refusal('overloaded', `${why} Send it again in a moment.`, { retryAfterS: 1 });
  }
  if (arrival.method !== 'POST') {
    const detail = `Webhooks are delivered with POST, not ${arrival.method}.`;
    return answers.refusal('method_not_allowed', detail, { headers: { allow: 'POST' } });
  }
  return null;
}

/** Row 1 where the source asks for it, and rows 4 to 9: what is known before the body is read. */
export function checkSource(
  arrival: Arrival,
  source: Source,
  answers: Answers,
  failures: FailureBudget,
): Answer | null {
  const { policy } = source;
  if (policy.requireHttps && !arrival.isSecure) return httpsRequired(answers);
  if (source.status === 'retired') {
    return answers.refusal('source_retired', 'This source was retired for good: stop sending to this URL.');
  }
  if (source.status === 'blocked') {
    const detail = 'This source is blocked by its operator: nothing is accepted until it is resumed.';
    return answers.refusal('source_blocked', detail);
  }
  if (policy.ipAllow !== null && !policy.ipAllow.includes(arrival.clientIp)) {
    const detail = `The address ${arrival.clientIp} is not in this source's list of allowed addresses.`;
    return answers.refusal('ip_not_allowed', detail);
  }
  if (policy.clientCertificates !== null) {
    const refused = checkCertificate(arrival, policy.clientCertificates, answers);
    if (refused !== null) return refused;
  }
  const waitS = failures.waitS(source.name, arrival.clientIp, policy.failuresPerMinute, arrival.receivedAt);
  if (waitS !== null) {
    const detail = `Too many failed signatures or tokens from ${arrival.clientIp}. Mend the credentials, then try again in ${waitS} s.`;
    return answers.refusal('too_many_failures', detail, { retryAfterS: waitS });
  }
  const declared = arrival.headers['content-length'];
  if (declared !== undefined && (!BASE_10.test(declared) || Number(declared) > policy.bodyMaxBytes)) {
    return tooLarge(answers, policy.bodyMaxBytes);
  }
  return checkEncoding(arrival, source, answers);
}

export function isGzip(arrival: Arrival): boolean {
  const encoding = arrival.headers['content-encoding']?.trim().toLowerCase();
  return encoding === 'gzip' || encoding === 'x-gzip';
}

export function tooLarge(answers: Answers, limit: number): Answer {
  const detail = `The body is larger than the ${limit} bytes this source takes. Send a link to large content instead of the content.`;
  return answers.refusal('payload_too_large', detail, { closes: true, members: { limit_bytes: limit } });
}

function httpsRequired(answers: Answers): Answer {
  return answers.refusal('https_required', 'This URL takes webhooks over HTTPS only.');
}

function checkCertificate(arrival: Arrival, allowed: readonly string[], answers: Answers): Answer | null {
  const { certificate } = arrival;
  switch (certificate.kind) {
    case 'none': {
      const detail = 'This source demands a client certificate, and none was presented.';
      return answers.refusal('client_certificate_required', detail);
    }
    case 'rejected': {
      const detail = `The client certificate was not accepted: ${certificate.reason}.`;
      return answers.refusal('client_certificate_rejected', detail);
    }
    case 'verified': {
      if (allowed.length === 0 || allowed.includes(certificate.fingerprint)) return null;
      const detail = `The client certificate ${certificate.fingerprint} is not one of those this source accepts.`;
      return answers.refusal('client_certificate_rejected', detail);
    }
  }
}

function checkEncoding(arrival: Arrival, { policy }: Source, answers: Answers): Answer | null {
  const encoding = arrival.headers['content-encoding'];
  if (encoding === undefined || encoding.trim().toLowerCase() === 'identity') return null;
  if (policy.allowGzip && isGzip(arrival)) return null;
  const accepts = policy.allowGzip ? 'identity, gzip' : 'identity';
  return answers.refusal(
    'unsupported_content_encoding',
    `This source takes bodies with Content-Encoding ${accepts.replace(', ', ' or ')}, not "${encoding}".`,
    { headers: { 'accept-encoding': accepts } },
  );
}
