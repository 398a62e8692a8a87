import { z } from 'zod';
import { bodySchemas } from '../../domain/events';
import { bodies, canonicalType, CLAIMED_TIME, type KnownType } from './telegram-crm-bodies';
import { type Body, type FieldError, type Reading, type Understood } from './dialect';

const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);
const KNOWN_VERSIONS = new Set(['1', '1.0', '1.1', '1.2']);

const envelope = z.looseObject({
  event_id: z.string().min(1).max(200),
  event_type: z.string().min(1).max(100),
  timestamp: z.string(),
  version: z.union([z.string(), z.number()]).nullish(),
  data: z.record(z.string(), z.unknown()).nullish(),
});

const ENVELOPE_FIELDS = new Set([
  'event_id',
  'event_type',
  'timestamp',
  'source',
  'signature',
  'version',
  'data',
]);
/** Differ between two deliveries of the same statement. */
const VOLATILE = new Set(['signature', 'delivery_attempt', 'attempt']);
const PINGS = new Set(['ping', 'test', 'webhook.test']);

/** Reads an authentic telegram-crm webhook. Total: whatever comes in, it answers and never throws. */
export function readTelegramCrm(json: Body): Reading {
  const eventType = json['event_type'];
  if (typeof eventType === 'string' && PINGS.has(eventType)) return { kind: 'ping' };
  const head = envelope.safeParse(json);
  if (!head.success) return invalid(head.error, '');
  const occurredAt = instant(head.data.timestamp);
  if (occurredAt === null) {
    const message = 'expected an ISO 8601 instant with a zone, between 2000 and 2100';
    return { kind: 'invalid', errors: [{ path: 'timestamp', message }] };
  }
  const base = {
    kind: 'event',
    sourceType: head.data.event_type,
    sourceEventId: head.data.event_id,
    dedupeKey: head.data.event_id,
    occurredAt,
    content: without(json, VOLATILE),
    warning: versionWarning(head.data.version),
  } as const;
  const type = canonicalType(head.data.event_type);
  const body = head.data.data ?? without(json, ENVELOPE_FIELDS);
  return type === null
    ? unmapped(base, body)
    : known(base, type, body, (head.data.data ?? null) === null ? '' : 'data.');
}

type Base = Pick<
  Understood,
  'kind' | 'sourceType' | 'sourceEventId' | 'dedupeKey' | 'occurredAt' | 'content' | 'warning'
>;

function known(base: Base, type: KnownType, body: Body, at: string): Reading {
  const parsed = bodies[type].safeParse(body);
  if (!parsed.success) return invalid(parsed.error, at);
  const fields: Body = parsed.data;
  const claimedField = CLAIMED_TIME[type];
  const claimed = claimedField === undefined ? undefined : fields[claimedField];
  const ticketId = typeof fields['ticket_id'] === 'string' ? fields['ticket_id'] : null;
  if (ticketId !== null && (ticketId.startsWith('/') || ticketId.length > 200)) {
    const message = 'at most 200 characters, and no slash in front';
    return { kind: 'invalid', errors: [{ path: `${at}ticket_id`, message }] };
  }
  return {
    ...base,
    type,
    namedReopened: base.sourceType === 'ticket.reopened',
    ticketId,
    subject: ticketId === null ? `agent/${String(fields['agent_id'])}` : null,
    claimedAt: typeof claimed === 'string' ? instant(claimed) : null,
    body: canonicalBody(type, fields, claimedField),
  };
}

/** A type nobody knows yet is evidence all the same; it belongs to no ticket. */
function unmapped(base: Base, body: Body): Understood {
  return {
    ...base,
    type: 'unmapped',
    namedReopened: false,
    ticketId: null,
    subject: null,
    claimedAt: null,
    body: { extra: body },
    warning: `unknown event type ${base.sourceType}`,
  };
}

/** Fields of the canonical body stay; what the sender sent beyond them goes to `extra`. */
function canonicalBody(type: KnownType, fields: Body, claimedField: string | undefined): Body {
  const shape = bodySchemas[type].shape;
  const body: Record<string, unknown> = {};
  const extra: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'ticket_id' || name === claimedField) continue;
    if (Object.hasOwn(shape, name) && name !== 'extra') body[name] = value;
    else extra[name] = value;
  }
  return Object.keys(extra).length === 0 ? body : { ...body, extra };
}

function invalid(error: z.ZodError, at: string): Reading {
  const errors: FieldError[] = error.issues.map((issue) => ({
    path: `${at}${issue.path.join('.')}`,
    message: issue.message,
  }));
  return { kind: 'invalid', errors };
}

function instant(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/.test(text)) return null;
  const ms = Date.parse(text);
  return ms >= EARLIEST && ms < LATEST ? ms : null;
}

function versionWarning(version: string | number | null | undefined): string | null {
  if (version === null || version === undefined || KNOWN_VERSIONS.has(String(version))) return null;
  return `unknown payload version ${version}`;
}

function without(object: Body, names: ReadonlySet<string>): Body {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.has(name)));
}
