import { randomBytes } from 'node:crypto';
import { type Policy } from '../ingress/sources/policy';
import { bodyOf } from './samples/bodies';
import { OPENING, readSample } from './samples/corpus';
import { fresh } from './samples/fresh';
import { type Body } from './samples/happening';
import { sampleTicket, seededRandom, ticketLife } from './samples/life';
import { signed, type SignedRequest } from './samples/signed';

export interface SampleWebhook extends SignedRequest {
  readonly ticketId: string;
}

/** A ticket's opening, signed and ready to be sent; null for a source whose map has no place for one. */
export function sampleWebhook(policy: Policy, integrationId: string, secret: string): SampleWebhook | null {
  const body = sampleBody(policy, integrationId, null);
  if (body === null) return null;
  const { ticket_id: id } = { ...body, ...(body['data'] as Body | undefined) };
  return {
    ticketId: typeof id === 'string' ? id : '',
    ...signed(policy, secret, body, Date.now()),
  };
}

/** The named payload of samples/, or the profile's opening, as if it happened just now; null where there is none. */
export function sampleBody(policy: Policy, integrationId: string, wanted: string | null): Body | null {
  const run = randomBytes(4).toString('hex');
  const name = wanted ?? OPENING[policy.name];
  const { environment } = policy;
  if (name !== null) {
    return fresh(readSample(policy.name, name), { now: Date.now(), run, integrationId, environment });
  }
  const random = seededRandom(Number.parseInt(run, 16));
  const [opened] = ticketLife(sampleTicket(run, 1, random), Date.now(), random);
  return opened === undefined ? null : bodyOf(policy.name, opened, integrationId, policy);
}

/** For any POSIX shell. */
export function curlLine(endpoint: string, { headers, body }: SignedRequest): string {
  const flags = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  return `curl -sS ${endpoint} ${flags.join(' ')} -d ${quoted(body)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
