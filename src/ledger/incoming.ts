import { type Json } from '../kernel/canonical-json';
import { type EventType } from '../domain/event-types';

/** One authentic event as ingress hands it to the ledger: understood, not yet judged. Instants are ms UTC. */
export interface Incoming {
  readonly tenant: string;
  /** Null for what belongs to no ticket: presence, unmapped. */
  readonly ticketId: string | null;
  /** The ticket key, or `tenant//…` for events of no ticket. It decides the lane. */
  readonly partitionKey: string;
  readonly eventId: string;
  /** The source's name; with the dedupe key the identity of an event, for ever. */
  readonly source: string;
  readonly sourceEventId: string | null;
  /** The event's name as the sender wrote it. */
  readonly sourceType: string;
  readonly dedupeKey: string;
  /** sha256 of the content without its volatile parts: equal for a repetition, different for a conflict. */
  readonly fingerprint: string;
  readonly type: EventType;
  readonly namedReopened: boolean;
  readonly schemaVersion: number;
  readonly occurredAt: number;
  readonly claimedAt: number | null;
  readonly receivedAt: number;
  readonly flags: readonly string[];
  readonly data: { readonly [key: string]: Json | undefined };
  readonly personal: { readonly [key: string]: Json | undefined };
  readonly raw: Uint8Array;
  readonly correlationId: string | null;
  readonly causationId: string | null;
  readonly traceparent: string | null;
  /** Which of the source's keys proved the sender. */
  readonly keyId: string | null;
}
