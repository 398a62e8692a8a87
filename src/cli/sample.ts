import { randomBytes, randomUUID } from 'node:crypto';
import { signEnvelope } from '../ingress/envelope-signature';

export interface SampleWebhook {
  readonly ticketId: string;
  readonly body: string;
}

/** A customer's first message, signed and ready to be sent. */
export function sampleWebhook(integrationId: string, secret: string): SampleWebhook {
  const ticketId = `TKT-${randomBytes(4).toString('hex').toUpperCase()}`;
  const envelope = {
    eventId: randomUUID(),
    eventType: 'ticket.created',
    timestamp: new Date().toISOString(),
  };
  const body = {
    event_id: envelope.eventId,
    event_type: envelope.eventType,
    timestamp: envelope.timestamp,
    source: { platform: 'telegram_crm', integration_id: integrationId, environment: 'production' },
    version: '1.2',
    data: {
      ticket_id: ticketId,
      customer: { telegram_user_id: 77001, username: 'maria', first_name: 'Maria', language_code: 'en' },
      channel: { type: 'topic_group', chat_id: -1001, topic_id: 12 },
      initial_message: { message_id: 1, text: 'My order has not arrived.', content_type: 'text' },
    },
    signature: signEnvelope(secret, envelope),
  };
  return { ticketId, body: JSON.stringify(body) };
}

/** For any POSIX shell; the body holds no single quote. */
export function curlLine(endpoint: string, sample: SampleWebhook): string {
  return `curl -sS ${endpoint} -H 'Content-Type: application/json' -d '${sample.body}'`;
}
