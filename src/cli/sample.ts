import { randomBytes } from 'node:crypto';
import { type Policy } from '../ingress/sources/policy';
import { bodyOf } from './samples/bodies';
import { sampleTicket, seededRandom, ticketLife } from './samples/life';
import { signed, type SignedRequest } from './samples/signed';

export interface SampleWebhook extends SignedRequest {
  readonly ticketId: string;
}

/** A customer's first message, signed and ready to be sent; null for a source whose bodies only its operator knows. */
export function sampleWebhook(policy: Policy, integrationId: string, secret: string): SampleWebhook | null {
  if (policy.name === 'generic') return null;
  const run = randomBytes(4).toString('hex').toUpperCase();
  const random = seededRandom(Number.parseInt(run, 16));
  const ticket = { ...sampleTicket(run, 1, random), id: `TKT-${run}` };
  const [opened] = ticketLife(ticket, Date.now(), random);
  const body = opened === undefined ? null : bodyOf(policy.name, opened, integrationId);
  if (body === null) return null;
  return { ticketId: ticket.id, ...signed(policy, secret, body, Date.now()) };
}

/** For any POSIX shell; samples hold no single quote. */
export function curlLine(endpoint: string, { headers, body }: SignedRequest): string {
  const flags = Object.entries(headers).map(([name, value]) => `-H '${name}: ${value}'`);
  return `curl -sS ${endpoint} ${flags.join(' ')} -d '${body}'`;
}
