import { splitPersonal } from '../domain/personal';
import { currentVersion } from '../domain/upcasters';
import { type Json } from '../kernel/canonical-json';
import { ticketKey } from '../kernel/ticket-key';
import { isUuid, uuidV5 } from '../kernel/uuid';
import { fingerprintOf } from '../ledger/event-hash';
import { type Incoming } from '../ledger/incoming';
import { IMPORTED, NAMED_REOPENED } from '../ledger/reading';
import { type Authentic } from './authentic';
import { type Understood } from './dialects/dialect';
import { type Source } from './sources/source-registry';

const SECOND = 1000;
const FUTURE_TOLERANCE_MS = 120 * SECOND;
const LATE_MS = 60 * SECOND;
const STALE_MS = 24 * 60 * 60 * SECOND;
/** Names event ids for senders whose own are no UUIDs. */
const EVENT_IDS = '5a1f4a66-3f0e-5b0e-8f0e-2f4f3a1c9d21';

/** An event that is appended beside one that has its identity already: the operator said so. */
export interface Beside {
  /** `#2`, `#map1` … */
  readonly suffix: string;
  readonly causationId: string;
}

/** What the ledger is handed: the event as understood, and the facts of its arrival. */
export function incomingOf(
  source: Source,
  tenant: string,
  read: Understood,
  delivery: Pick<Authentic, 'receiptId' | 'receivedAt' | 'raw' | 'keyId' | 'traceparent' | 'isImported'>,
  beside: Beside | null = null,
): Incoming {
  const split = splitPersonal(read.type, read.body) as Record<'data' | 'personal', Record<string, Json>>;
  const isFuture = read.occurredAt > delivery.receivedAt + FUTURE_TOLERANCE_MS;
  const occurredAt = isFuture ? delivery.receivedAt : read.occurredAt;
  // The sender's own # is doubled: no id of his can be the key of what stands beside another event.
  const dedupeKey = read.dedupeKey.replaceAll('#', '##') + (beside?.suffix ?? '');
  return {
    tenant,
    ticketId: read.ticketId,
    partitionKey:
      read.ticketId === null
        ? `${tenant}//${read.subject ?? `source/${source.key}`}`
        : ticketKey(tenant, read.ticketId),
    eventId:
      beside === null && read.sourceEventId !== null && isUuid(read.sourceEventId)
        ? read.sourceEventId.toLowerCase()
        : uuidV5(EVENT_IDS, `${source.key} ${dedupeKey}`),
    source: source.name,
    sourceEventId: read.sourceEventId,
    sourceType: read.sourceType,
    dedupeKey,
    fingerprint: fingerprintOf(read.content as Json),
    type: read.type,
    namedReopened: read.namedReopened,
    schemaVersion: currentVersion(read.type),
    occurredAt,
    claimedAt: read.claimedAt,
    receivedAt: delivery.receivedAt,
    flags: arrivalFlags(read, isFuture, delivery.receivedAt - occurredAt, delivery.isImported),
    data: split.data,
    personal: split.personal,
    raw: delivery.raw,
    correlationId: delivery.receiptId,
    causationId: beside?.causationId ?? null,
    traceparent: delivery.traceparent,
    keyId: delivery.keyId,
  };
}

/** Facts of arrival, measured against the arrival and never against the wall clock. */
function arrivalFlags(read: Understood, isFuture: boolean, delayMs: number, isImported: boolean): string[] {
  const flags: string[] = [];
  if (isFuture) flags.push('future_clock');
  if (delayMs > LATE_MS) flags.push('late');
  if (delayMs > STALE_MS) flags.push('stale');
  if (read.namedReopened) flags.push(NAMED_REOPENED);
  if (isImported) flags.push(IMPORTED);
  return flags;
}
