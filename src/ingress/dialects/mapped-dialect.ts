import { type Pointer, without } from '../json/json-pointer';
import { type Canonical } from './canonical-event';
import { contentOf } from './content';
import { type Arrival, type Body, type InvalidBody, type Reading } from './dialect';
import { type SendableType } from './event-names';
import { type FieldTable } from './field-lookup';
import { bodyTime, type MappedEnvelope, mappedEnvelope } from './mapped-envelope';
import { mappedEvent } from './mapped-event';
import { type ReadingRules } from './reading-rules';
import { understood, unmapped } from './understood';
import { unfold } from './unfold';

/** An event as its identity is looked for: without an id of its own it is known by what it says. */
export interface Identified {
  readonly envelope: MappedEnvelope;
  /** Null for a type nobody knows. */
  readonly canonical: Canonical | null;
  /** The envelope's time, else the body's; null where the sender tells none. */
  readonly toldAt: number | null;
  readonly body: Body;
}

/** One family of senders whose fields are found by a table. */
export interface MappedDialect {
  readonly table: FieldTable;
  /** The key under which a repetition is known, or why there is none. */
  readonly keyOf: (event: Identified) => string | InvalidBody;
  readonly complete: (type: SendableType, draft: Body) => Body;
  /** Of the envelope, and nobody's concern afterwards. */
  readonly dropped: readonly Pointer[];
  readonly warningsOf: (body: Body) => readonly string[];
}

export function readMapped(
  dialect: MappedDialect,
  json: Body,
  rules: ReadingRules,
  arrival: Arrival,
): Reading {
  const { table } = dialect;
  const { body, envelopeView, pathOf } = unfold(json);
  const envelope = mappedEnvelope(envelopeView, table, rules);
  if (envelope.kind === 'invalid') return envelope;
  const { type, sourceType, timestamp } = envelope;
  if (type === 'ping') return { kind: 'ping' };
  const content = contentOf(json);
  const warnings = dialect.warningsOf(json);
  const base = { sourceType, sourceEventId: envelope.eventId, content, warnings };
  if (type === null) {
    const key = dialect.keyOf({ envelope, canonical: null, toldAt: timestamp, body });
    if (typeof key !== 'string') return key;
    return unmapped({ ...base, dedupeKey: key, occurredAt: timestamp ?? arrival.receivedAt }, body);
  }
  const claim = bodyTime(type, body, table);
  if (claim !== null && 'kind' in claim) return claim;
  const canonical = mappedEvent({
    type,
    // What was taken for a time is no duration any more.
    body: claim === null ? body : without(body, [claim.pointer]),
    table,
    rules,
    taken: [...envelope.taken, ...dialect.dropped],
    complete: dialect.complete,
    pathOf,
  });
  if (canonical.kind === 'invalid') return canonical;
  const toldAt = timestamp ?? claim?.at ?? null;
  const key = dialect.keyOf({ envelope, canonical, toldAt, body });
  if (typeof key !== 'string') return key;
  const told = { ...base, dedupeKey: key, occurredAt: toldAt ?? arrival.receivedAt };
  return understood(canonical, told, claim?.at ?? null);
}
