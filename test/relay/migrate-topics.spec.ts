import { randomUUID } from 'node:crypto';
import { freshDatabase } from '../support/database';
import { describeWithKafka, testBrokers } from '../support/kafka';
import { type Ended, runCommand } from '../support/node';
import { TEST_LANES } from '../support/template';
import { kafkaOfTests } from './support/topic-reader';

const NOWHERE = '127.0.0.1:9';
jest.setTimeout(60_000);

describeWithKafka('casetrail migrate', () => {
  const database = freshDatabase();
  const prefix = `migrate-${randomUUID().slice(0, 8)}.`;
  const topics = [`${prefix}ticket-events.v1`, `${prefix}ticket-rejections.v1`];

  function migrate(env: Readonly<Record<string, string>>, ...flags: string[]): Promise<Ended> {
    const own = { DATABASE_URL: database.url, KAFKA_TOPIC_PREFIX: prefix };
    return runCommand(['migrate', ...flags], { ...own, ...env });
  }

  async function partitions(): Promise<Map<string, number>> {
    const admin = kafkaOfTests().admin();
    await admin.connect();
    const found = await admin.fetchTopicMetadata();
    await admin.disconnect();
    const ours = found.topics.filter(({ name }) => name.startsWith(prefix));
    return new Map(ours.map(({ name, partitions: all }) => [name, all.length]));
  }

  test('brings the database up to date though Kafka is away, and says that the topics are not made', async () => {
    const { code, output } = await migrate({ KAFKA_BROKERS: NOWHERE });
    expect(code).toBe(0);
    expect(output).toContain('The schema is up to date.');
    expect(output).toContain(
      `casetrail: the topics could not be made: Kafka: preparing topic ${topics[0]} failed`,
    );
    expect(await partitions()).toEqual(new Map());
  });

  test('leaves Kafka alone where it is off', async () => {
    const { code, output } = await migrate({ KAFKA_BROKERS: NOWHERE, KAFKA: 'off' });
    expect({ code, output }).toEqual({ code: 0, output: 'The schema is up to date.\n' });
  });

  test('makes both topics with a partition for each lane, once', async () => {
    for (let times = 1; times <= 2; times += 1) {
      const { code, output } = await migrate({ KAFKA_BROKERS: testBrokers().join(',') }, '--json');
      expect(JSON.parse(output)).toEqual({ ran: [], topics });
      expect(code).toBe(0);
    }
    expect(await partitions()).toEqual(new Map(topics.map((topic) => [topic, TEST_LANES])));
  });

  test('refuses topics whose partitions are not the lanes', async () => {
    const admin = kafkaOfTests().admin();
    await admin.connect();
    const topic = `odd-${prefix}ticket-events.v1`;
    await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] });
    await admin.disconnect();
    const env = { KAFKA_BROKERS: testBrokers().join(','), KAFKA_TOPIC_PREFIX: `odd-${prefix}` };
    const { code, output } = await migrate(env);
    expect(code).toBe(1);
    expect(output).toContain(`Topic ${topic} has 3 partitions, but LANES=8`);
  });
});
