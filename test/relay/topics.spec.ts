import { randomUUID } from 'node:crypto';
import { ConfigResourceTypes, type Kafka } from 'kafkajs';
import { kafkaConnection } from '../../src/platform/kafka/kafka-connection';
import { tailOf } from '../../src/platform/kafka/partition-tail';
import { ensureTopic } from '../../src/platform/kafka/topics';
import { describeWithKafka, testBrokers } from '../support/kafka';

describeWithKafka('a topic', () => {
  let kafka: Kafka;
  let topic: string;

  beforeEach(() => {
    kafka = kafkaConnection({ brokers: testBrokers(), log: () => undefined });
    topic = `topics-${randomUUID()}`;
  });

  async function produce(partition: number, values: readonly string[], transactional = false): Promise<void> {
    const producer = kafka.producer(
      transactional ? { transactionalId: randomUUID(), idempotent: true, maxInFlightRequests: 1 } : {},
    );
    await producer.connect();
    const messages = values.map((value) => ({ partition, value, headers: { ce_id: value } }));
    if (transactional) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages });
      await transaction.commit();
    } else {
      await producer.send({ topic, messages });
    }
    await producer.disconnect();
  }

  it('is created so that nothing of it is ever dropped', async () => {
    await ensureTopic(kafka, { name: topic, partitions: 3 });
    const admin = kafka.admin();
    await admin.connect();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
    });
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    await admin.disconnect();
    const found = new Map(resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]));
    expect(topics[0]?.partitions).toHaveLength(3);
    expect(found.get('cleanup.policy')).toBe('delete');
    expect(found.get('retention.ms')).toBe('-1');
    expect(found.get('message.timestamp.type')).toBe('CreateTime');
    expect(found.get('max.message.bytes')).toBe('2097152');
    expect(found.get('min.insync.replicas')).toBe('1');
  });

  it('is made once when several nodes start at the same moment', async () => {
    const spec = { name: topic, partitions: 2 };
    await Promise.all([1, 2, 3].map(() => ensureTopic(kafka, spec)));
    await ensureTopic(kafka, spec);
  });

  it('is refused when its partitions are not the lanes, with both numbers in the message', async () => {
    await ensureTopic(kafka, { name: topic, partitions: 3 });
    const refused = ensureTopic(kafka, { name: topic, partitions: 8 });
    await expect(refused).rejects.toMatchObject({ code: 'config_invalid' });
    await expect(refused).rejects.toThrow(`Topic ${topic} has 3 partitions, but LANES=8`);
  });

  it('says that no broker answers in words of ours', async () => {
    const nowhere = kafkaConnection({ brokers: ['127.0.0.1:9'], log: () => undefined });
    await expect(ensureTopic(nowhere, { name: topic, partitions: 1 })).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
    await expect(tailOf(nowhere, topic, 0)).rejects.toMatchObject({ code: 'dependency_unavailable' });
  });

  it('has a tail per partition: none while it never held a record, else the last one', async () => {
    await ensureTopic(kafka, { name: topic, partitions: 2 });
    expect(await tailOf(kafka, topic, 0)).toEqual({ last: null, everWritten: false });
    await produce(1, ['a', 'b']);
    await produce(1, ['c', 'd', 'é']);
    expect(await tailOf(kafka, topic, 0)).toEqual({ last: null, everWritten: false });
    expect(await tailOf(kafka, topic, 1)).toEqual({
      last: { offset: '4', headers: { ce_id: 'é' } },
      everWritten: true,
    });
  });

  it('has the last record as its tail also behind the marker of a transaction', async () => {
    await ensureTopic(kafka, { name: topic, partitions: 1 });
    await produce(0, ['a', 'b'], true);
    expect((await tailOf(kafka, topic, 0)).last).toEqual({ offset: '1', headers: { ce_id: 'b' } });
  });

  it('that was emptied is not taken for one that is new', async () => {
    await ensureTopic(kafka, { name: topic, partitions: 1 });
    await produce(0, ['a', 'b']);
    const admin = kafka.admin();
    await admin.connect();
    // kafkajs deletes only where it has looked before.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '-1' }] });
    await admin.disconnect();
    expect(await tailOf(kafka, topic, 0)).toEqual({ last: null, everWritten: true });
  });

  it('tells its tails of many partitions within a second and leaves no consumer group behind', async () => {
    await ensureTopic(kafka, { name: topic, partitions: 8 });
    await produce(5, ['a']);
    const admin = kafka.admin();
    await admin.connect();
    const before = (await admin.listGroups()).groups.length;
    const started = performance.now();
    const tails = await Promise.all(
      [0, 1, 2, 3, 4, 5, 6, 7].map((partition) => tailOf(kafka, topic, partition)),
    );
    expect(performance.now() - started).toBeLessThan(1000);
    expect(tails.filter(({ last }) => last !== null)).toHaveLength(1);
    expect((await admin.listGroups()).groups).toHaveLength(before);
    await admin.disconnect();
  });
});
