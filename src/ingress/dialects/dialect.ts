import { type EventType } from '../../domain/event-types';

export type Body = Readonly<Record<string, unknown>>;

/** One webhook, understood: what a dialect makes of a sender's body. Instants are ms UTC. */
export interface Understood {
  readonly kind: 'event';
  readonly type: EventType;
  /** As the sender named it. */
  readonly sourceType: string;
  /** The sender itself called it a reopening. */
  readonly namedReopened: boolean;
  /** Null when the sender gives its events no id. */
  readonly sourceEventId: string | null;
  readonly dedupeKey: string;
  readonly ticketId: string | null;
  /** Of an event of no ticket: what its partition key names behind `tenant//`. Null for an unmapped one. */
  readonly subject: string | null;
  readonly occurredAt: number;
  readonly claimedAt: number | null;
  readonly body: Body;
  /** What must be equal in a repetition: everything but delivery attempt and signature. */
  readonly content: Body;
  /** For log and metric; the sender is not told. */
  readonly warnings: readonly string[];
}

/** `path` is the field as the sender wrote it, parts joined by dots; empty for the body as a whole. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export interface InvalidBody {
  readonly kind: 'invalid';
  readonly errors: readonly FieldError[];
}

export type Reading = Understood | { readonly kind: 'ping' } | InvalidBody;

/** What a dialect may know beside the body. */
export interface Arrival {
  readonly receivedAt: number;
  /** The header webhook-id, which is the event's id in Standard Webhooks. */
  readonly webhookId: string | null;
}

export function invalid(path: string, message: string): InvalidBody {
  return { kind: 'invalid', errors: [{ path, message }] };
}
