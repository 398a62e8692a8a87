import { type PublishedRecord } from './topic-reader';

/** First copies only, per partition, in the order of the topic. */
export function firstCopies(records: readonly PublishedRecord[]): Map<number, PublishedRecord[]> {
  const seen = new Map<string, PublishedRecord>();
  const partitions = new Map<number, PublishedRecord[]>();
  for (const record of [...records].sort((a, b) => a.offset - b.offset)) {
    const id = `${record.partition}:${record.headers.ce_position ?? ''}`;
    const first = seen.get(id);
    if (first !== undefined) {
      expect({ ...record, offset: first.offset }).toEqual(first);
      continue;
    }
    seen.set(id, record);
    partitions.set(record.partition, [...(partitions.get(record.partition) ?? []), record]);
  }
  return partitions;
}

/** Every first copy names the one before it; copies are byte for byte what the first one was. Returns the first copies. */
export function expectUnbroken(records: readonly PublishedRecord[]): PublishedRecord[] {
  const partitions = firstCopies(records);
  for (const copies of partitions.values()) {
    const positions = copies.map(({ headers }) => headers.ce_position);
    expect(copies.map(({ headers }) => headers.ce_prevposition)).toEqual(['0', ...positions.slice(0, -1)]);
  }
  return [...partitions.values()].flat();
}
