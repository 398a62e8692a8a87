import { type Canonical } from './canonical-event';
import { type Body, type Understood } from './dialect';

/** What is told of an event beside its body. */
export type Told = Pick<
  Understood,
  'sourceType' | 'sourceEventId' | 'dedupeKey' | 'occurredAt' | 'content' | 'warnings'
>;

/** Written out and not spread: this is the hot path, and spreading costs as much as all the rest of it. */
export function understood(canonical: Canonical, told: Told, claimedAt = canonical.claimedAt): Understood {
  return {
    kind: 'event',
    type: canonical.type,
    sourceType: told.sourceType,
    namedReopened: canonical.type === 'ticket.reopened',
    sourceEventId: told.sourceEventId,
    dedupeKey: told.dedupeKey,
    ticketId: canonical.ticketId,
    subject: canonical.subject,
    occurredAt: told.occurredAt,
    claimedAt,
    body: canonical.body,
    content: told.content,
    warnings: told.warnings,
  };
}

/** A type nobody knows yet is evidence all the same; it belongs to no ticket. */
export function unmapped(told: Told, body: Body): Understood {
  return {
    ...told,
    kind: 'event',
    type: 'unmapped',
    namedReopened: false,
    ticketId: null,
    subject: null,
    claimedAt: null,
    body: { extra: body },
    warnings: [...told.warnings, `unknown event type ${JSON.stringify(told.sourceType)}`],
  };
}
