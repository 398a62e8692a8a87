import { z } from 'zod';
import { type Arrival, type Body, invalid, type Reading } from './dialect';
import { meaningOf } from './event-names';
import { invalidBody } from './field-errors';
import { type ReadingRules } from './reading-rules';
import { readEnvelope } from './telegram-crm';
import { INSTANT_EXPECTED, instantOf, jsonObject } from './values';

const head = z.looseObject({
  event_id: z.string().min(1).max(200).nullish(),
  timestamp: z.union([z.string(), z.number()]).nullish(),
  version: z.union([z.string(), z.number()]).nullish(),
  data: jsonObject.nullish(),
});

/**
 * A telegram-crm body whose identity is the header webhook-id; the standard's own example calls the type `type`. The
 * header webhook-timestamp says when an attempt was signed, which is not when something happened.
 */
export function readStandardWebhooks(json: Body, rules: ReadingRules, arrival: Arrival): Reading {
  const sourceType = json['event_type'] ?? json['type'];
  if (typeof sourceType !== 'string' || sourceType === '' || sourceType.length > 100) {
    return invalid('event_type', 'expected the name of the event, up to 100 characters');
  }
  if (meaningOf(sourceType, rules.eventTypes) === 'ping') return { kind: 'ping' };
  const parsed = head.safeParse(json);
  if (!parsed.success) return invalidBody(parsed.error);
  const { event_id: bodyId, timestamp, version, data } = parsed.data;
  const eventId = arrival.webhookId ?? bodyId ?? null;
  if (eventId === null || eventId.length > 200) {
    return invalid('webhook-id', 'expected the event id in this header, up to 200 characters');
  }
  const occurredAt = instantOf(timestamp ?? bodyTime(data ?? json));
  if (timestamp !== null && timestamp !== undefined && occurredAt === null) {
    return invalid('timestamp', INSTANT_EXPECTED);
  }
  return readEnvelope(
    { eventId, sourceType, occurredAt: occurredAt ?? arrival.receivedAt, version, data: data ?? null, json },
    rules,
  );
}

function bodyTime(body: Body): unknown {
  return body['created_at'] ?? body['sent_at'] ?? body['changed_at'] ?? body['assigned_at'];
}
