import { laneOf } from '../../src/kernel/ticket-key';
import { validatorOf } from '../contract/support/validator';
import { freshDatabase } from '../support/database';
import { describeWithKafka } from '../support/kafka';
import { TEST_LANES } from '../support/template';
import { printedByConsoleConsumer } from './support/console-consumer';
import { type DemoTopic, demoTopic } from './support/demo-topic';

jest.setTimeout(120_000);

describeWithKafka("a client that knows nothing of casetrail (Apache Kafka's console consumer)", () => {
  const database = freshDatabase();
  const errorsOf = validatorOf();
  let day: DemoTopic;

  beforeAll(async () => {
    day = await demoTopic(database.url, 30);
  });

  test('reads keys, headers and values as documented', async () => {
    const printed = await printedByConsoleConsumer(day.name, day.records.length);
    expect(printed).toHaveLength(day.records.length);
    for (const { partition, timestamp, key, headers, value } of printed) {
      const event = JSON.parse(value) as Record<string, unknown>;
      expect(event).toMatchObject({ specversion: '1.0', subject: key, partitionkey: key });
      expect(partition).toBe(`Partition:${laneOf(key, TEST_LANES)}`);
      expect(timestamp).toMatch(/^CreateTime:\d{13}$/);
      expect(errorsOf('ticket-events', { headers, value })).toEqual([]);
      for (const [name, text] of Object.entries(headers).filter(([header]) => header.startsWith('ce_'))) {
        expect(text).toBe(String(event[name.slice('ce_'.length)]));
      }
    }
  });

  test('can check for itself that nothing is missing', async () => {
    const last = new Map<string, string>();
    const versions = new Map<string, number>();
    for (const { partition, key, headers } of await printedByConsoleConsumer(day.name, day.records.length)) {
      expect(headers.ce_prevposition).toBe(last.get(partition) ?? '0');
      expect(headers.ce_ticketversion).toBe(String((versions.get(key) ?? 0) + 1));
      last.set(partition, headers.ce_position ?? '');
      versions.set(key, Number(headers.ce_ticketversion));
    }
    expect(Object.fromEntries(versions)).toEqual(
      Object.fromEntries(day.tickets.map(({ ticket, version }) => [ticket, Number(version)])),
    );
  });

  test('finds the refused events on their own topic, with the reason', async () => {
    const printed = await printedByConsoleConsumer(day.rejections, 3);
    for (const { headers, value } of printed) {
      expect(errorsOf('ticket-rejections', { headers, value })).toEqual([]);
      expect(headers).toMatchObject({ ce_verdict: 'rejected', ce_verdictreason: 'illegal_transition' });
    }
    expect(printed).toHaveLength(3);
  });
});
