import { type KafkaRecord } from '../platform/kafka/kafka-record';
import { type RelayedEvent, type TicketRecord, ticketRecord } from './ticket-record';

const KIB = 1024;
/** kafkajs makes one record batch of it, which as a whole must stay below the topic's max.message.bytes. */
export const BATCH_BYTES_MAX = 512 * KIB;
/** kafkajs copies the array of a partition's records for each of them. */
const RECORDS_MAX = 500;
/** Headers and key come to about as much as a small value: a batch of small events is mostly these. */
const HEADER_BYTES = KIB;

export interface Batch {
  readonly records: readonly BatchRecord[];
  /** What the records were made of. */
  readonly events: readonly RelayedEvent[];
}

export interface BatchRecord extends KafkaRecord {
  readonly value: Buffer;
}

export interface BatchOptions {
  readonly logId: string;
  /** Beside those of the contract. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** All events in order, as many to a batch as fit; a single one that does not fit goes alone. Made one at a time. */
export function* batchesOf(
  events: readonly RelayedEvent[],
  { logId, headers }: BatchOptions,
): Generator<Batch> {
  let records: BatchRecord[] = [];
  let bytes = 0;
  let begin = 0;
  for (const [index, event] of events.entries()) {
    const record = encoded(ticketRecord(event, logId), headers);
    const size = HEADER_BYTES + record.value.length;
    const isFull = bytes + size > BATCH_BYTES_MAX || records.length === RECORDS_MAX;
    if (isFull && records.length > 0) {
      yield { records, events: events.slice(begin, index) };
      [records, bytes, begin] = [[], 0, index];
    }
    records.push(record);
    bytes += size;
  }
  if (records.length > 0) yield { records, events: events.slice(begin) };
}

/** The same in two; undefined for a single one. */
export function halvesOf({ records, events }: Batch): readonly [Batch, Batch] | undefined {
  if (records.length < 2) return undefined;
  const middle = records.length >> 1;
  return [
    { records: records.slice(0, middle), events: events.slice(0, middle) },
    { records: records.slice(middle), events: events.slice(middle) },
  ];
}

/** Once, here: a text would be measured and written several times on its way. */
function encoded(record: TicketRecord, more: BatchOptions['headers']): BatchRecord {
  const headers = more === undefined ? record.headers : { ...record.headers, ...more };
  return { ...record, headers, value: Buffer.from(record.value) };
}
