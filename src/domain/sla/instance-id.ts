import { uuidV5 } from '../../kernel/uuid';
import { type SlaInstance } from './instance';

const NAMESPACE = '6f1c4a52-6c0e-5d0b-9d0e-3b7a6f0f8c11';
const REMEMBERED = 4096;

interface Known {
  readonly ticketKey: string;
  readonly source: string;
  readonly id: string;
}

/** By metric and event. The rows of a ticket name the same few instances again and again, and hashing is slow. */
const known = new Map<SlaInstance['metric'], Map<string, Known>>();

/**
 * Of the event that opened it, so it stays the same through every fold until another event turns out to be the
 * opening one. The source belongs to the name: an event id is unique per source only.
 */
export function instanceId(
  ticketKey: string,
  { metric, startedBy: { source, eventId } }: Pick<SlaInstance, 'metric' | 'startedBy'>,
): string {
  const ofMetric = known.get(metric) ?? new Map<string, Known>();
  const found = ofMetric.get(eventId);
  if (found?.ticketKey === ticketKey && found.source === source) return found.id;
  const id = uuidV5(NAMESPACE, JSON.stringify([ticketKey, metric, source, eventId]));
  if (ofMetric.size >= REMEMBERED) ofMetric.clear();
  known.set(metric, ofMetric.set(eventId, { ticketKey, source, id }));
  return id;
}
