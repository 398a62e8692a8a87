import { type EventType } from '../domain/event-types';
import { type After } from '../domain/ticket-head';
import { type Reason, type Verdict } from '../domain/verdict';
import { canonicalJson } from '../kernel/canonical-json';
import { bodyHash, contentHash, newSalt, type HashedColumns } from './event-hash';
import { type Incoming } from './incoming';

/** What the guard decided about one event; all null for an event of no ticket. */
export interface Judgement {
  readonly type: EventType;
  readonly version: number | null;
  readonly verdict: Verdict | null;
  readonly reason: Reason | null;
  readonly flags: readonly string[];
  readonly after: After | null;
  readonly naturalKey: string | null;
  /** Judged with the ticket's whole history: natural duplicates are settled, the append need not look for them. */
  readonly naturalKnown: boolean;
}

/** An event as the append writes it. */
export interface JudgedEvent {
  readonly columns: HashedColumns;
  readonly naturalKnown: boolean;
  readonly personal: string;
  readonly raw: Uint8Array;
  readonly salt: Uint8Array;
  readonly bodyHash: string;
}

/** Content hashes do not depend on the judgement: they are made once, however often an event is judged again. */
export interface SealedContent {
  readonly data: string;
  readonly personal: string;
  readonly salt: Uint8Array;
  readonly personalHash: string;
  readonly rawHash: string;
}

export function seal(incoming: Incoming): SealedContent {
  const salt = newSalt();
  const personal = canonicalJson(incoming.personal);
  return {
    data: canonicalJson(incoming.data),
    personal,
    salt,
    personalHash: contentHash(salt, personal),
    rawHash: contentHash(salt, incoming.raw),
  };
}

export function judgedEvent(incoming: Incoming, content: SealedContent, judgement: Judgement): JudgedEvent {
  const columns: HashedColumns = {
    tenant: incoming.tenant,
    ticketId: incoming.ticketId,
    version: judgement.version,
    eventId: incoming.eventId,
    source: incoming.source,
    sourceEventId: incoming.sourceEventId,
    sourceType: incoming.sourceType,
    dedupeKey: incoming.dedupeKey,
    fingerprint: incoming.fingerprint,
    naturalKey: judgement.naturalKey,
    type: judgement.type,
    schemaVersion: incoming.schemaVersion,
    verdict: judgement.verdict,
    reason: judgement.reason,
    occurredAt: incoming.occurredAt,
    claimedAt: incoming.claimedAt,
    receivedAt: incoming.receivedAt,
    flags: judgement.flags,
    data: content.data,
    after: judgement.after === null ? null : canonicalJson({ ...judgement.after }),
    correlationId: incoming.correlationId,
    causationId: incoming.causationId,
    traceparent: incoming.traceparent,
    keyId: incoming.keyId,
    bodyBytes: incoming.raw.length,
    personalHash: content.personalHash,
    rawHash: content.rawHash,
  };
  return {
    columns,
    naturalKnown: judgement.naturalKnown,
    personal: content.personal,
    raw: incoming.raw,
    salt: content.salt,
    bodyHash: bodyHash(columns),
  };
}
