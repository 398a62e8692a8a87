import { type KafkaRecord } from '../platform/kafka/kafka-record';
import { type RelayedEvent, ticketRecord } from './ticket-record';

const KIB = 1024;
/** kafkajs makes one record batch of it, which as a whole must stay below the topic's max.message.bytes. */
export const BATCH_BYTES_MAX = 512 * KIB;
/** Headers and key come to about as much as a small value: a batch of small events is mostly these. */
const HEADER_BYTES = KIB;

export interface Batch {
  readonly records: readonly KafkaRecord[];
  /** The position of the last record. */
  readonly last: number;
}

/** As many of the events, from the first on, as fit into one batch; a single one that does not fit goes alone. */
export function batchOf(events: readonly RelayedEvent[], logId: string): Batch {
  const records: KafkaRecord[] = [];
  let bytes = 0;
  let last = 0;
  for (const event of events) {
    const record = ticketRecord(event, logId);
    bytes += HEADER_BYTES + Buffer.byteLength(record.value);
    if (bytes > BATCH_BYTES_MAX && records.length > 0) break;
    records.push(record);
    last = event.position;
  }
  return { records, last };
}
