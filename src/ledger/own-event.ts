import { type EventType } from '../domain/event-types';
import { splitPersonal } from '../domain/personal';
import { currentVersion } from '../domain/upcasters';
import { type Json } from '../kernel/canonical-json';
import { ticketKey } from '../kernel/ticket-key';
import { uuidV5 } from '../kernel/uuid';
import { fingerprintOf } from './event-hash';
import { type Incoming } from './incoming';
import { OWN_SOURCE } from './reading';

const OWN_EVENT_IDS = 'b9a5d0c2-6c0f-5d0e-9a53-3f5f6f1c7a10';

/** An event of casetrail's own about a ticket. The same `dedupeKey` is never stored twice. */
export interface OwnEvent {
  readonly tenant: string;
  readonly ticketId: string;
  readonly type: EventType;
  readonly dedupeKey: string;
  /** The instant it tells of. */
  readonly occurredAt: number;
  /** When it became known. */
  readonly receivedAt: number;
  readonly correlationId: string | null;
  readonly causationId: string | null;
  readonly traceparent: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

export function ownIncoming({ body, ...event }: OwnEvent): Incoming {
  const partitionKey = ticketKey(event.tenant, event.ticketId);
  const split = splitPersonal(event.type, body) as Record<'data' | 'personal', Record<string, Json>>;
  return {
    ...event,
    ...split,
    partitionKey,
    eventId: uuidV5(OWN_EVENT_IDS, `${partitionKey} ${event.dedupeKey}`),
    source: OWN_SOURCE,
    sourceEventId: null,
    sourceType: event.type,
    fingerprint: fingerprintOf(event.dedupeKey),
    namedReopened: false,
    schemaVersion: currentVersion(event.type),
    claimedAt: null,
    flags: [],
    raw: Buffer.alloc(0),
    keyId: null,
  };
}
