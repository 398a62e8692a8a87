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
  readonly sourceEventId: string;
  readonly dedupeKey: string;
  readonly ticketId: string | null;
  /** Of an event of no ticket: what its partition key names behind `tenant//`. */
  readonly subject: string | null;
  readonly occurredAt: number;
  readonly claimedAt: number | null;
  readonly body: Body;
  /** What must be equal in a repetition: everything but delivery attempt and signature. */
  readonly content: Body;
  readonly warning: string | null;
}

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export type Reading =
  | Understood
  | { readonly kind: 'ping' }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };
