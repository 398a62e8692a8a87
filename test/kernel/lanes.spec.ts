import { randomUUID } from 'node:crypto';
import { Partitioners } from 'kafkajs';
import { laneOf } from '../../src/kernel/ticket-key';

describe('the lane of a key', () => {
  const partitioner = Partitioners.DefaultPartitioner();

  function partitionOf(key: string, partitions: number): number {
    const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
      partitionId,
      partitionErrorCode: 0,
      leader: 0,
      replicas: [],
      isr: [],
    }));
    return partitioner({ topic: 't', partitionMetadata, message: { key, value: null } });
  }

  test('is the partition that Kafka clients choose for it', () => {
    const keys = ['', 'a', 'acme/TKT-1', 'müller/тикет', '🙂/🙂', 'x'.repeat(1001)];
    for (const key of [...keys, ...Array.from({ length: 2000 }, () => `acme/${randomUUID()}`)]) {
      for (const lanes of [1, 3, 8, 64])
        expect([key, laneOf(key, lanes)]).toEqual([key, partitionOf(key, lanes)]);
    }
  });

  test('matches values computed by Kafka itself', () => {
    // From the tests of org.apache.kafka.common.utils.Utils.murmur2, modulo 2^31 taken as partitions.
    const lanes = 2 ** 31;
    expect(laneOf('21', lanes)).toBe(-973932308 & 0x7fffffff);
    expect(laneOf('foobar', lanes)).toBe(-790332482 & 0x7fffffff);
    expect(laneOf('a-little-bit-long-string', lanes)).toBe(-985981536 & 0x7fffffff);
  });
});
