import { randomUUID } from 'node:crypto';
import { laneOf } from '../../src/kernel/ticket-key';
import { ADMIN_TOKEN, startApp, type TestApp } from '../support/app';
import { dropDatabase, emptyDatabase } from '../support/database';
import { created, message } from '../support/events';
import { eventually } from '../support/eventually';
import { describeWithKafka, testBrokers } from '../support/kafka';
import { type Ended, runCommand } from '../support/node';
import { TEST_LANES } from '../support/template';
import { type PublishedRecord, readTopic } from './support/topic-reader';

const PATIENCE_MS = 60_000;
jest.setTimeout(120_000);

describeWithKafka('a database made anew beside the topic of an old one', () => {
  const prefix = `anew-${randomUUID().slice(0, 8)}.`;
  const topic = `${prefix}ticket-events.v1`;
  const lanes = ['T1', 'T2', 'T3'].map((ticket) => laneOf(`acme/${ticket}`, TEST_LANES));
  const databases: string[] = [];
  let published: PublishedRecord[];
  let app: TestApp;

  beforeAll(async () => {
    await withNode(await madeDatabase(), async (old) => {
      app = old;
      await append(3);
      await eventually(async () => expect(await readTopic(topic)).toHaveLength(12), PATIENCE_MS);
    });
    published = await readTopic(topic);
  });
  afterAll(() => Promise.all(databases.map(dropDatabase)));

  /** By the product's own command: with a log id that no other has. */
  async function madeDatabase(): Promise<string> {
    const url = await emptyDatabase();
    databases.push(url);
    const { code, output } = await runCommand(['migrate'], { DATABASE_URL: url, KAFKA: 'off' });
    if (code !== 0) throw new Error(output);
    return url;
  }

  async function withNode(url: string, work: (node: TestApp) => Promise<void>): Promise<void> {
    const node = await startApp(url, { KAFKA_TOPIC_PREFIX: prefix }, testBrokers());
    await work(node).finally(() => node.close());
  }

  async function append(messages: number): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (const ticket of ['T1', 'T2', 'T3']) {
      await app.services.ledger.append(created(ticket), deadline);
      for (let n = 1; n <= messages; n += 1)
        await app.services.ledger.append(message(ticket, n, `m${n}`), deadline);
    }
  }

  function relayStatus(url: string, ...flags: string[]): Promise<Ended> {
    return runCommand(['relay', 'status', ...flags], { DATABASE_URL: url, KAFKA_TOPIC_PREFIX: prefix });
  }

  test('is refused, in words, wherever an operator looks; the topic stays as it was', async () => {
    const anew = await madeDatabase();
    await withNode(anew, async (node) => {
      app = node;
      await append(1);
      await eventually(async () => {
        const { code, output } = await relayStatus(anew, '--json');
        const status = JSON.parse(output) as { lanes: Record<string, unknown>[] };
        const red = status.lanes.filter((one) => one['topic'] === topic && one['state'] === 'red');
        expect(new Set(red.map(({ lane }) => lane))).toEqual(new Set(lanes));
        for (const lane of red) {
          expect(lane['position']).toBe(0);
          expect(lane['error']).toMatch(
            /belongs to another log: its last record \(offset \d+\) is of log \S{36}\./,
          );
          expect(lane['error']).toContain('Set another KAFKA_TOPIC_PREFIX');
        }
        expect(code).toBe(1);
      }, PATIENCE_MS);
      expect((await relayStatus(anew)).output).toMatch(/, [123] of 8 lanes can't go on$/m);
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
      const metrics = await (await fetch(`${node.url}/metrics`, { headers })).text();
      for (const lane of lanes)
        expect(metrics).toContain(`casetrail_follower_red{follower="relay:${topic}",lane="${lane}"} 1\n`);
    });
    expect(inOrder(await readTopic(topic))).toEqual(inOrder(published));
  });

  test('does not keep the old database from going on', async () => {
    const [old = ''] = databases;
    await withNode(old, async (node) => {
      app = node;
      await node.services.ledger.append(message('T1', 9, 'm9'), Date.now() + PATIENCE_MS);
      await eventually(
        async () => expect(await readTopic(topic)).toHaveLength(published.length + 1),
        PATIENCE_MS,
      );
    });
  });
});

/** Partitions are read side by side: only within one is there an order. */
function inOrder(records: readonly PublishedRecord[]): PublishedRecord[] {
  return [...records].sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}
