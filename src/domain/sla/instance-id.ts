import { uuidV5 } from '../../kernel/uuid';
import { type SlaInstance } from './instance';

const NAMESPACE = '6f1c4a52-6c0e-5d0b-9d0e-3b7a6f0f8c11';

/**
 * Of the event that opened it, so it stays the same through every fold until another event turns out to be the
 * opening one. The source belongs to the name: an event id is unique per source only.
 */
export function instanceId(
  ticketKey: string,
  { metric, startedBy }: Pick<SlaInstance, 'metric' | 'startedBy'>,
): string {
  return uuidV5(NAMESPACE, JSON.stringify([ticketKey, metric, startedBy.source, startedBy.eventId]));
}
