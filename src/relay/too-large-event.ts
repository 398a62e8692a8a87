import { Unpublishable } from '../platform/kafka/kafka-error';
import { type Batch } from './batch';

const TOO_LARGE: ReadonlySet<string> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
/** Beside value and headers there are lengths, key and the batch's own head. */
const OVERHEAD_BYTES = 512;

export function isTooLarge(thrown: unknown): thrown is Unpublishable {
  return thrown instanceof Unpublishable && TOO_LARGE.has(thrown.type);
}

/** Stops the lane: what comes behind the event waits until somebody has done what this says. */
export function tooLargeEvent(
  topic: string,
  lane: number,
  batch: Batch,
  cause: Unpublishable,
): Unpublishable {
  const [record] = batch.records;
  const [event] = batch.events;
  if (record === undefined || event === undefined) return cause;
  const headers = Object.entries(record.headers).flat().join('');
  const bytes = record.value.length + Buffer.byteLength(headers) + OVERHEAD_BYTES;
  return new Unpublishable(
    cause.type,
    `event ${lane}:${event.position} of ticket ${record.key} is too large for topic ${topic}: about ${bytes} bytes. ` +
      "Raise the topic's max.message.bytes above that; the lane then goes on by itself",
    { cause },
  );
}
