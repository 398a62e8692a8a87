import { randomUUID } from 'node:crypto';
import { type Consumer, Kafka, logLevel } from 'kafkajs';
import request from 'supertest';
import { laneOf } from '../../src/kernel/ticket-key';
import { type Json, startApp, type TestApp, webhook } from '../support/app';
import { freshDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { describeWithKafka, testBrokers } from '../support/kafka';
import { TEST_LANES } from '../support/template';

interface Seen {
  readonly partition: number;
  readonly key: string;
  readonly value: Json;
  readonly headers: Record<string, string>;
}

describeWithKafka('the ticket topic', () => {
  const database = freshDatabase();
  const prefix = `t${randomUUID().slice(0, 8)}.`;
  const seen: Seen[] = [];
  let consumer: Consumer | undefined;
  let app: TestApp | undefined;

  afterAll(async () => {
    await consumer?.disconnect();
    await app?.close();
  });

  async function follow(topic: string): Promise<void> {
    const kafka = new Kafka({ brokers: testBrokers(), logLevel: logLevel.NOTHING });
    consumer = kafka.consumer({ groupId: prefix, maxWaitTimeInMs: 100 });
    const joined = consumer;
    await joined.connect();
    // The relay makes the topic once it has reached Kafka.
    await eventually(() => joined.subscribe({ topic, fromBeginning: true }), 20_000);
    await consumer.run({
      autoCommit: false,
      eachMessage: ({ partition, message }) => {
        const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
        seen.push({
          partition,
          key: String(message.key),
          value: JSON.parse(String(message.value)) as Json,
          headers: Object.fromEntries(headers) as Record<string, string>,
        });
        return Promise.resolve();
      },
    });
  }

  test('gets what waited while Kafka was off, and then what comes as it comes', async () => {
    const env = { KAFKA_TOPIC_PREFIX: prefix };
    app = await startApp(database.url, env, null);
    const source = await app.addSource({ name: 'acme', profile: 'telegram-crm' });
    const send = (type: string, data: Json, expected = 200): Promise<unknown> =>
      request(app?.url ?? '')
        .post(`/v1/ingress/${source.key}`)
        .send(webhook(source, type, data))
        .expect(expected);
    await send('ticket.created', { ticket_id: 'W-1' });
    await send('status.changed', { ticket_id: 'W-1', previous_status: 'open', new_status: 'closed' });
    await send(
      'status.changed',
      { ticket_id: 'W-1', previous_status: 'closed', new_status: 'resolved' },
      409,
    );
    await app.close();

    app = await startApp(database.url, env, testBrokers());
    await follow(`${prefix}ticket-events.v1`);
    await eventually(() => expect(seen).toHaveLength(2), 20_000);

    await send('ticket.created', { ticket_id: 'W-1' });
    await eventually(() => expect(seen).toHaveLength(3), 20_000);

    expect(seen.map(({ key, partition }) => [key, partition])).toEqual(
      seen.map(() => ['acme/W-1', laneOf('acme/W-1', TEST_LANES)]),
    );
    expect(seen.map(({ headers }) => headers['ce_ticketversion'])).toEqual(['1', '2', '3']);
    expect(seen.map(({ headers }) => headers['ce_type'])).toEqual([
      'casetrail.ticket.created.v1',
      'casetrail.status.changed.v1',
      'casetrail.ticket.reopened.v1',
    ]);
    expect(seen[2]?.value).toMatchObject({ subject: 'acme/W-1', after: { status: 'open', cycle_no: 2 } });
  });
});
