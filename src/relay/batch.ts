import { type KafkaRecord } from '../platform/kafka/kafka-record';
import { type RelayedEvent, ticketRecord } from './ticket-record';

const KIB = 1024;
/** kafkajs makes one record batch of it, which as a whole must stay below the topic's max.message.bytes. */
export const BATCH_BYTES_MAX = 512 * KIB;
/** kafkajs copies the array of a partition's records for each of them. */
const RECORDS_MAX = 500;
/** Headers and key come to about as much as a small value: a batch of small events is mostly these. */
const HEADER_BYTES = KIB;

export interface Batch {
  readonly records: readonly KafkaRecord[];
  readonly first: RelayedEvent;
}

/** All events in order, as many to a batch as fit; a single one that does not fit goes alone. Made one at a time. */
export function* batchesOf(events: readonly RelayedEvent[], logId: string): Generator<Batch> {
  let records: KafkaRecord[] = [];
  let bytes = 0;
  let [first] = events;
  for (const event of events) {
    const record = encoded(ticketRecord(event, logId));
    const size = HEADER_BYTES + record.value.length;
    if (first !== undefined && records.length > 0 && (bytes + size > BATCH_BYTES_MAX || records.length === RECORDS_MAX)) {
      yield { records, first };
      [records, bytes, first] = [[], 0, event];
    }
    records.push(record);
    bytes += size;
  }
  if (first !== undefined) yield { records, first };
}

/** Once, here: a text would be measured and written several times on its way. */
function encoded(record: KafkaRecord): KafkaRecord & { readonly value: Buffer } {
  return { ...record, value: Buffer.from(record.value) };
}
