import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { Kafka, logLevel } from 'kafkajs';
import { releaseParked } from '../../src/consumer/public-api';
import { kafkaOfTests, readTopic } from '../relay/support/topic-reader';
import { eventually } from '../support/eventually';
import { describeWithKafka, testBrokers } from '../support/kafka';
import { topicOf } from './support/demo-topic';
import { following } from './support/following';
import { record } from './support/records';

jest.setTimeout(60_000);

describeWithKafka('a ticket that can not be handled', () => {
  const fails = (id: string): void => {
    if (id === 'acme/A-2') throw new Error('no room for it');
  };
  const idsOf = async (topic: string): Promise<unknown[]> =>
    (await readTopic(topic)).map(({ value }) => (JSON.parse(value) as { id: string }).id);

  test('is parked with all that follows of it, in order, while others go on', async () => {
    const parkingTopic = `dlq-${randomUUID()}`;
    const parked: string[] = [];
    const [a1, a2, b1, a3, b2] = [
      record(1, 'acme/A', 1),
      record(2, 'acme/A', 2),
      record(3, 'acme/B', 1),
      record(4, 'acme/A', 3),
      record(5, 'acme/B', 2),
    ];
    const groupId = `group-${randomUUID()}`;
    const topic = await topicOf([a1, a2, b1, a3, b2]);
    const options = {
      groupId,
      parkingTopic,
      attempts: 2,
      fails,
      onParked: (ticket: string) => parked.push(ticket),
    };
    const follower = await following(topic, options);
    await follower.seen(['acme/A-1', 'acme/B-1', 'acme/B-2']);
    await follower.stop();
    expect(parked).toEqual(['acme/A']);

    const records = await readTopic(parkingTopic);
    expect(records.map(({ key, value }) => [key, value])).toEqual(
      [a2, a3].map(({ key, value }) => [key, value]),
    );
    expect(records[0]?.headers).toMatchObject({
      ...a2.headers,
      dlq_topic: topic,
      dlq_partition: '0',
      dlq_offset: '1',
      dlq_group: groupId,
      dlq_error: 'Error: no room for it',
      dlq_attempts: '2',
    });
    expect(records[1]?.headers.dlq_error).toBe('follows a parked event');

    // Whoever follows later knows it from the parking place alone.
    await topicOf([record(6, 'acme/A', 4), record(7, 'acme/B', 3)], topic);
    const next = await following(topic, { ...options, fails: () => undefined });
    await next.seen(['acme/B-3']);
    await next.stop();
    expect(await idsOf(parkingTopic)).toEqual(['acme/A-2', 'acme/A-3', 'acme/A-4']);

    const released: string[] = [];
    const handle = ({ id }: { id: string }): void => void released.push(id);
    await releaseParked({ kafka: kafkaOfTests(), parkingTopic, ticket: 'acme/A', handle });
    expect(released).toEqual(['acme/A-2', 'acme/A-3', 'acme/A-4']);
    await topicOf([record(8, 'acme/A', 5)], topic);
    const last = await following(topic, options);
    await last.seen(['acme/A-5']);
    await last.stop();
  });

  test('stays parked when it still can not be handled', async () => {
    const parkingTopic = `dlq-${randomUUID()}`;
    const topic = await topicOf([record(1, 'acme/A', 1, { value: 'no JSON' }), record(2, 'acme/A', 2)]);
    const follower = await following(topic, { parkingTopic });
    await eventually(async () => expect(await readTopic(parkingTopic)).toHaveLength(2));
    await follower.stop();
    expect(follower.handled).toEqual([]);
    const again = (): Promise<number> =>
      releaseParked({ kafka: kafkaOfTests(), parkingTopic, ticket: 'acme/A', handle: () => undefined });
    await expect(again()).rejects.toThrow('JSON');
    await expect(again()).rejects.toThrow('JSON');
  });

  test('is parked when Kafka is back, though it was away at the first try', async () => {
    const retries = 1;
    let tries = 0;
    let refusals = 0;
    const refused = (): boolean => {
      refusals -= 1;
      return refusals >= 0;
    };
    const kafka = new Kafka({
      brokers: testBrokers(),
      logLevel: logLevel.NOTHING,
      retry: { retries },
      // Nobody listens on port 1. What is connected stays so.
      socketFactory: ({ host, port, onConnect }) => connect(refused() ? 1 : port, host, onConnect),
    });
    const parkingTopic = `dlq-${randomUUID()}`;
    const follower = await following(await topicOf([record(1, 'acme/A', 1), record(2, 'acme/B', 1)]), {
      kafka,
      parkingTopic,
      attempts: 1,
      fails: (id) => {
        if (id !== 'acme/A-1') return;
        tries += 1;
        if (tries === 1) refusals = 1 + retries;
        throw new Error('no room for it');
      },
    });
    await follower.seen(['acme/B-1']).finally(() => follower.stop());
    expect(tries).toBe(2);
    expect(await idsOf(parkingTopic)).toEqual(['acme/A-1']);
  });
});
