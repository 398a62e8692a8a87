import { randomUUID } from 'node:crypto';
import { type RunningApp } from '../../../src/main';
import { type PublishedRecord, kafkaOfTests, readTopic } from '../../relay/support/topic-reader';
import { startApp } from '../../support/app';
import { eventually } from '../../support/eventually';
import { testBrokers } from '../../support/kafka';
import { TEST_LANES } from '../../support/template';
import { demoDay } from './demo-day';

const PATIENCE_MS = 60_000;

export interface TicketState {
  readonly ticket: string;
  readonly status: string;
  readonly close_reason: string | null;
  readonly assignee: string | null;
  readonly cycle_no: number;
  readonly version: string;
}

/** A day's webhooks through a whole casetrail: what its topic holds, and what its table says. */
export interface DemoTopic {
  readonly name: string;
  readonly rejections: string;
  readonly records: readonly PublishedRecord[];
  readonly tickets: readonly TicketState[];
}

export async function demoTopic(databaseUrl: string, tickets: number): Promise<DemoTopic> {
  const prefix = `day-${randomUUID().slice(0, 8)}.`;
  const app = await startApp(databaseUrl, { KAFKA_TOPIC_PREFIX: prefix }, testBrokers());
  try {
    const deadline = Date.now() + PATIENCE_MS;
    await Promise.all(demoDay(tickets, 7).map((incoming) => app.services.ledger.append(incoming, deadline)));
    await eventually(() => expectFollowed(app), PATIENCE_MS);
    const name = `${prefix}ticket-events.v1`;
    const rejections = `${prefix}ticket-rejections.v1`;
    return { name, rejections, records: await readTopic(name), tickets: await ticketsOf(app) };
  } finally {
    await app.close();
  }
}

/** Projection and relay have reached the end of every lane. */
async function expectFollowed({ services }: RunningApp): Promise<void> {
  const behind = await services.db.query({
    text: `
      SELECT f.name, f.lane FROM es.follower f
      WHERE f.position < (SELECT coalesce(max(e.position), 0) FROM es.event e WHERE e.lane = f.lane)`,
  });
  expect(behind).toEqual([]);
}

function ticketsOf({ services }: RunningApp): Promise<TicketState[]> {
  return services.db.query<TicketState & Record<string, unknown>>({
    text: `
      SELECT ticket_key AS ticket, status, close_reason, assignee_id AS assignee, cycle_no, version::text AS version
      FROM rpt.ticket ORDER BY ticket_key COLLATE "C"`,
  });
}

/** A topic with just these records, or with these behind what it has, each on the partition that it had. */
export async function topicOf(
  records: readonly PublishedRecord[],
  topic = `doctored-${randomUUID()}`,
): Promise<string> {
  const kafka = kafkaOfTests();
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: TEST_LANES }], waitForLeaders: true });
  await admin.disconnect();
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const messages = records.map(({ partition, key, value, headers, timestamp }) => {
    return { partition, key, value, headers: { ...headers }, timestamp: String(timestamp) };
  });
  await producer.send({ topic, messages });
  await producer.disconnect();
  return topic;
}
