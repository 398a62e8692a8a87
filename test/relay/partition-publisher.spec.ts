import { randomUUID } from 'node:crypto';
import { type Kafka } from 'kafkajs';
import { kafkaConnection } from '../../src/platform/kafka/kafka-connection';
import { Unpublishable, UnknownOutcome } from '../../src/platform/kafka/kafka-error';
import { type KafkaRecord } from '../../src/platform/kafka/kafka-record';
import { PartitionPublisher } from '../../src/platform/kafka/partition-publisher';
import { ensureTopic } from '../../src/platform/kafka/topics';
import { describeWithKafka, testBrokers } from '../support/kafka';
import { readTopic } from './support/topic-reader';
import { WatchedKafka } from './support/watched-kafka';

const AT = Date.parse('2026-11-02T09:00:00.000Z');

function records(...values: readonly string[]): KafkaRecord[] {
  return values.map((value) => ({ key: 'shop/1', value, headers: { ce_id: value }, timestamp: AT }));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describeWithKafka('the publisher', () => {
  let kafka: Kafka;
  let watched: WatchedKafka;
  let topic: string;
  const open: PartitionPublisher[] = [];

  beforeEach(async () => {
    kafka = kafkaConnection({ brokers: testBrokers(), log: () => undefined });
    watched = new WatchedKafka(kafka);
    topic = `publisher-${randomUUID()}`;
    await ensureTopic(kafka, { name: topic, partitions: 4, config: { 'max.message.bytes': '20000' } });
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((publisher) => publisher.close()));
  });

  function publisher(options: { deadlineMs?: number } = {}): PartitionPublisher {
    const made = new PartitionPublisher(watched, { topic, ...options });
    open.push(made);
    return made;
  }

  it('puts a batch on its partition in order, with headers, key and time as given', async () => {
    const ack = await publisher().publish(2, records('a', 'b', 'c'));
    expect(ack).toEqual({ topic, partition: 2, baseOffset: '0' });
    const found = await readTopic(topic);
    expect(found.map(({ partition, offset, value }) => [partition, offset, value])).toEqual([
      [2, 0, 'a'],
      [2, 1, 'b'],
      [2, 2, 'c'],
    ]);
    expect(found[0]).toMatchObject({ key: 'shop/1', headers: { ce_id: 'a' }, timestamp: AT });
  });

  it('sends one partition at a time in each request, partitions beside each other over one producer', async () => {
    const one = publisher();
    await Promise.all([0, 1, 2, 3].map((partition) => one.publish(partition, records('a', 'b'))));
    expect(watched.producers).toBe(1);
    expect(watched.sends.map(({ partitions }) => [...partitions])).toEqual(
      expect.arrayContaining([[0], [1], [2], [3]]),
    );
    expect(watched.sends).toHaveLength(4);
  });

  it('refuses a second batch for a partition whose first is outstanding', async () => {
    const one = publisher();
    const first = one.publish(0, records('a'));
    await expect(one.publish(0, records('b'))).rejects.toThrow('outstanding');
    await first;
    await one.publish(0, records('c'));
    expect((await readTopic(topic)).map(({ value }) => value)).toEqual(['a', 'c']);
  });

  it('never uses a producer again once a send on it was rejected, while its other batches end well', async () => {
    const one = publisher();
    await Promise.all([one.publish(0, records('a')), one.publish(1, records('a'))]);
    const release = watched.holdAnswers();
    watched.loseNextAnswer();
    const lost = one.publish(0, records('b')).catch((thrown: unknown) => thrown);
    await until(() => watched.sends.length === 3);
    const beside = one.publish(1, records('b'));
    await until(() => watched.sends.length === 4);
    release();
    expect(await lost).toBeInstanceOf(UnknownOutcome);
    await expect(beside).resolves.toMatchObject({ partition: 1, baseOffset: '1' });

    // The batch of the same size that kafkajs' idempotence would have taken for the lost one.
    await one.publish(0, records('c'));
    expect(watched.sends.map(({ producer }) => producer)).toEqual([1, 1, 1, 1, 2]);
    await until(() => watched.disconnected === 1);
    const values = (await readTopic(topic))
      .filter(({ partition }) => partition === 0)
      .map(({ value }) => value);
    expect(values).toEqual(['a', 'b', 'c']);
  });

  it('gives up on a batch after its deadline and goes on with a new producer', async () => {
    const one = publisher({ deadlineMs: 1000 });
    await one.publish(0, records('a'));
    const release = watched.holdAnswers();
    await expect(one.publish(0, records('b'))).rejects.toThrow('did not answer within 1000 ms');
    release();
    await expect(one.publish(0, records('b'))).resolves.toMatchObject({ baseOffset: '2' });
    expect(watched.producers).toBe(2);
  });

  it('tells what Kafka will never take from what may pass next time', async () => {
    const one = publisher();
    const refused = one.publish(0, records('x'.repeat(30_000)));
    await expect(refused).rejects.toBeInstanceOf(Unpublishable);
    await expect(refused).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' });
    await one.publish(0, records('a'));
    expect((await readTopic(topic)).map(({ value }) => value)).toEqual(['a']);
  });

  it('reports an unknown outcome while no broker can be reached, each time from a new producer', async () => {
    const nowhere = new WatchedKafka(kafkaConnection({ brokers: ['127.0.0.1:9'], log: () => undefined }));
    const one = new PartitionPublisher(nowhere, { topic });
    await expect(one.publish(0, records('a'))).rejects.toBeInstanceOf(UnknownOutcome);
    await expect(one.publish(0, records('a'))).rejects.toBeInstanceOf(UnknownOutcome);
    expect(nowhere.producers).toBe(2);
    expect(nowhere.sends).toHaveLength(0);
    await one.close();
  });

  it('does not take the answer of another partition for its own', async () => {
    const confused = {
      producer: (config?: Parameters<Kafka['producer']>[0]) => {
        const producer = kafka.producer(config);
        const send: typeof producer.send = async (record) => [...(await producer.send(record))].slice(1);
        return { ...producer, send };
      },
    };
    const one = new PartitionPublisher(confused, { topic });
    await expect(one.publish(0, records('a'))).rejects.toBeInstanceOf(UnknownOutcome);
    await one.close();
  });
});
