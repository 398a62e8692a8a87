import { bodySchemas } from '../../domain/events';
import { acquisitionOf } from './acquisition';
import { bodies, CLAIMED_TIME } from './event-bodies';
import { type Body, type InvalidBody, type Understood } from './dialect';
import { type SendableType } from './event-names';
import { invalidBody } from './field-errors';
import { type ReadingRules } from './reading-rules';
import { instantOf } from './values';

const SECONDS: Readonly<Record<ReadingRules['vendorTimeUnit'], (value: number) => number>> = {
  ms: (value) => value / 1000,
  s: (value) => value,
  min: (value) => value * 60,
  h: (value) => value * 3600,
};
const DURATIONS = ['response_time', 'resolution_time'] as const;
const STATUSES = ['status', 'previous_status', 'new_status'] as const;

export type Canonical = Pick<Understood, 'ticketId' | 'subject' | 'claimedAt' | 'body'> & {
  readonly kind: 'canonical';
  readonly type: SendableType;
};

/**
 * A body in the common shape, checked, and brought to its canonical form. `pathOf` tells the sender's own name of a
 * field, so that an error is about what was sent and not about what we made of it. `unknown` is what the dialect left
 * over.
 */
export function canonicalEvent(
  type: SendableType,
  body: Body,
  rules: ReadingRules,
  pathOf: (path: string) => string,
  unknown: Body = {},
): Canonical | InvalidBody {
  const parsed = bodies[type].safeParse(body);
  if (!parsed.success) return invalidBody(parsed.error, pathOf);
  const fields: Body = parsed.data;
  const claimed = CLAIMED_TIME[type];
  const ticketId = typeof fields['ticket_id'] === 'string' ? fields['ticket_id'] : null;
  const isPresence = type === 'agent.status_changed';
  return {
    kind: 'canonical',
    type,
    ticketId: isPresence ? null : ticketId,
    subject: isPresence ? `agent/${String(fields['agent_id'])}` : null,
    claimedAt: claimed === undefined ? null : instantOf(fields[claimed]),
    body: canonicalBody(type, fields, claimed, unknown, rules),
  };
}

type Draft = Record<string, unknown>;

/** Fields of the canonical body stay; what the sender sent beyond them goes to `extra`. */
function canonicalBody(
  type: SendableType,
  fields: Body,
  claimed: string | undefined,
  unknown: Body,
  rules: ReadingRules,
): Body {
  const known = KNOWN_FIELDS[type];
  const isPresence = type === 'agent.status_changed';
  const body: Draft = {};
  const extra: Draft = { ...unknown };
  for (const name of Object.keys(fields)) {
    if (name === claimed || (name === 'ticket_id' && !isPresence)) continue;
    (known.has(name) && name !== 'acquisition' ? body : extra)[name] = fields[name];
  }
  toSeconds(body, rules);
  if (!isPresence) toOwnStatuses(body, extra, rules);
  if (type === 'ticket.created' || type === 'ticket.reopened') addAcquisition(body);
  return isEmpty(extra) ? body : { ...body, extra };
}

function isEmpty(object: object): boolean {
  return Object.keys(object).length === 0;
}

const KNOWN_FIELDS = Object.fromEntries(
  Object.entries(bodySchemas).map(([type, { shape }]) => [
    type,
    new Set(Object.keys(shape).filter((name) => name !== 'extra')),
  ]),
) as unknown as Readonly<Record<SendableType, ReadonlySet<string>>>;

function toSeconds(body: Draft, { vendorTimeUnit }: ReadingRules): void {
  if (vendorTimeUnit === 's') return;
  for (const field of DURATIONS) {
    const value = body[field];
    if (typeof value === 'number') body[field] = SECONDS[vendorTimeUnit](value);
  }
}

/** A name that was replaced stands beside it as it was sent. */
function toOwnStatuses(body: Draft, extra: Draft, { statuses }: ReadingRules): void {
  for (const field of STATUSES) {
    const sent = body[field];
    const ours = typeof sent === 'string' ? ownName(statuses, sent) : null;
    if (ours === null) continue;
    body[field] = ours;
    extra[`sent_${field}`] = sent;
  }
}

/** Ours to conclude, never the sender's to say: what it calls so stays unknown. */
function addAcquisition(body: Draft): void {
  const acquisition = acquisitionOf(body['referrer'], body['metadata']);
  if (acquisition !== null) body['acquisition'] = acquisition;
}

/** What an operator taught, as sent or without regard to case and outer space. */
export function ownName<T extends string>(names: Readonly<Record<string, T>>, sent: string): T | null {
  if (Object.hasOwn(names, sent)) return names[sent] ?? null;
  let folded: string | undefined;
  for (const name in names) {
    folded ??= sent.trim().toLowerCase();
    if (name.trim().toLowerCase() === folded) return names[name] ?? null;
  }
  return null;
}
