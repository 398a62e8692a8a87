import { z } from 'zod';
import { canonicalEvent } from './canonical-event';
import { type Body, invalid, type Reading } from './dialect';
import { contentOf, without } from './content';
import { invalidBody } from './field-errors';
import { meaningOf } from './event-names';
import { PLAIN_RULES, type ReadingRules } from './reading-rules';
import { type Told, understood, unmapped } from './understood';
import { id, INSTANT_EXPECTED, isoInstant, jsonObject } from './values';

const KNOWN_VERSIONS = new Set(['1', '1.0', '1.1', '1.2']);

const text = z.string().nullish();

const envelope = z.looseObject({
  event_id: z.string().min(1).max(200),
  event_type: z.string().min(1).max(100),
  timestamp: z.string(),
  version: z.union([z.string(), z.number()]).nullish(),
  source: z.looseObject({ platform: text, integration_id: id.nullish(), environment: text }).nullish(),
  data: jsonObject.nullish(),
});

const ENVELOPE_FIELDS: ReadonlySet<string> = new Set([
  'event_id',
  'event_type',
  'timestamp',
  'source',
  'signature',
  'version',
  'data',
]);

/** Reads an authentic telegram-crm webhook. Total: whatever comes in, it answers and never throws. */
export function readTelegramCrm(json: Body, rules: ReadingRules = PLAIN_RULES): Reading {
  const { event_type: name } = json;
  if (typeof name === 'string' && meaningOf(name, rules.eventTypes) === 'ping') return { kind: 'ping' };
  const head = envelope.safeParse(json);
  if (!head.success) return invalidBody(head.error);
  const { event_id: eventId, event_type: sourceType, timestamp, version, data } = head.data;
  const occurredAt = isoInstant(timestamp);
  if (occurredAt === null) return invalid('timestamp', INSTANT_EXPECTED);
  return readEnvelope({ eventId, sourceType, occurredAt, version, data: data ?? null, json }, rules);
}

export interface Envelope {
  readonly eventId: string;
  readonly sourceType: string;
  readonly occurredAt: number;
  readonly version: string | number | null | undefined;
  /** Null: the body's fields stand beside the envelope's. */
  readonly data: Body | null;
  readonly json: Body;
}

/** What is the same for all whose body is that of telegram-crm, once the envelope is understood. */
export function readEnvelope(
  { eventId, sourceType, occurredAt, version, data, json }: Envelope,
  rules: ReadingRules,
): Reading {
  const type = meaningOf(sourceType, rules.eventTypes);
  if (type === 'ping') return { kind: 'ping' };
  const fields = data ?? without(json, ENVELOPE_FIELDS);
  const content = contentOf(json);
  const warnings = versionWarnings(version);
  const told: Told = {
    sourceType,
    sourceEventId: eventId,
    dedupeKey: eventId,
    occurredAt,
    content,
    warnings,
  };
  if (type === null) return unmapped(told, fields);
  const pathOf = (path: string): string => (data === null ? path : `data.${path}`);
  const canonical = canonicalEvent(type, fields, rules, pathOf);
  return canonical.kind === 'invalid' ? canonical : understood(canonical, told);
}

export function versionWarnings(version: string | number | null | undefined): readonly string[] {
  if (version === null || version === undefined || KNOWN_VERSIONS.has(String(version))) return [];
  return [`unknown payload version ${version}`];
}
