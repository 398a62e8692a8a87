import { createHash } from 'node:crypto';
import { hmac, type Sender, type Signing } from './sender';
import { telegramCrm } from './telegram-crm';

const WHSEC = `whsec_${Buffer.from('conformance-secret-of-24b').toString('base64')}`;

export function standardHeaders(raw: Buffer, secret: string, seconds: string): Record<string, string> {
  // As a sender would: the same id for the same event, whatever it says of it.
  const said = /"event_id":"([^"]+)"/.exec(raw.toString('latin1'))?.[1] ?? raw;
  const id = `msg_${createHash('sha256').update(said).digest('hex').slice(0, 16)}`;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signature = hmac(key, Buffer.concat([Buffer.from(`${id}.${seconds}.`), raw])).toString('base64');
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${signature}` };
}

export function standardWebhooks(signing: Signing): Sender {
  return {
    ...telegramCrm,
    profile: 'standard-webhooks',
    secret: WHSEC,
    credential: 'webhook-signature',
    signing,
    sign: (raw, secret = WHSEC) => standardHeaders(raw, secret, secondsOf(signing)),
    seal: (body) => body,
    required: ['data.ticket_id', 'event_type'],
  };
}

/** As the header shows it. */
export function secondsOf({ at }: Signing, later = 0): string {
  return String(Math.floor(at / 1000) + later);
}
