import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { laneOf } from '../../src/kernel/ticket-key';
import { startApp, type TestApp } from '../support/app';
import { temporaryDataDir } from '../support/cluster';
import { freshDatabase } from '../support/database';
import { created, message, status } from '../support/events';
import { eventually } from '../support/eventually';
import { describeWithKafka, testBrokers } from '../support/kafka';
import { type Ended, runCommand } from '../support/node';
import { TEST_LANES } from '../support/template';
import { expectUnbroken } from './support/published';
import { readTopic } from './support/topic-reader';

const NOWHERE = '127.0.0.1:9';
const PATIENCE_MS = 60_000;
jest.setTimeout(90_000);

interface LaneStatus {
  readonly topic: string;
  readonly lane: number;
  readonly position: number;
  readonly head: number;
  readonly state: string;
  readonly lag_events: number;
  readonly lag_seconds: number;
  readonly error: string | null;
}

// Outside the suite: the app is closed before its database goes.
const database = freshDatabase();

describeWithKafka('casetrail relay', () => {
  const prefix = `command-${randomUUID().slice(0, 8)}.`;
  const events = `${prefix}ticket-events.v1`;
  const rejections = `${prefix}ticket-rejections.v1`;
  const quiet = laneOf('acme/quiet', TEST_LANES);
  const noisy = laneOf('acme/noisy', TEST_LANES);
  let app: TestApp | undefined;

  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  function casetrail(args: string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const directory = mkdtempSync(join(temporaryDataDir(), 'none-'));
    const own = { DATABASE_URL: database.url, CASETRAIL_DATA_DIR: directory, KAFKA_TOPIC_PREFIX: prefix };
    return runCommand(args, { ...own, KAFKA_BROKERS: testBrokers().join(','), ...env });
  }

  async function statusOf(topic: string): Promise<Map<number, LaneStatus>> {
    const { output } = await casetrail(['relay', 'status', '--json']);
    const { lanes } = JSON.parse(output) as { lanes: LaneStatus[] };
    return new Map(lanes.filter((one) => one.topic === topic).map((one) => [one.lane, one]));
  }

  async function run(brokers: string[]): Promise<TestApp> {
    app = await startApp(database.url, { KAFKA_TOPIC_PREFIX: prefix }, brokers);
    return app;
  }

  test('status says that no relay has run on a new database', async () => {
    const { code, output } = await casetrail(['relay', 'status']);
    expect({ code, output }).toEqual({ code: 0, output: 'No relay has run on this database yet.\n' });
  });

  test('status counts of each topic the events that belong on it, while Kafka is away', async () => {
    expect(noisy).not.toBe(quiet);
    const { services } = await run([NOWHERE]);
    const deadline = Date.now() + PATIENCE_MS;
    const log = [
      created('quiet'),
      message('quiet', 1, 'm1'),
      created('noisy'),
      status('noisy', 1, 'open', 'closed'),
      status('noisy', 2, 'closed', 'pending'),
      message('noisy', 3, 'm2'),
    ];
    for (const one of log) await services.ledger.append(one, deadline);
    await eventually(async () => {
      const [ofEvents, ofRejections] = [await statusOf(events), await statusOf(rejections)];
      expect(ofEvents.get(quiet)).toMatchObject({ state: 'red', lag_events: 2, head: 2, position: 0 });
      expect(ofEvents.get(noisy)).toMatchObject({ state: 'red', lag_events: 3, head: 4 });
      expect(ofRejections.get(quiet)).toMatchObject({ lag_events: 0, lag_seconds: 0, head: 2 });
      expect(ofRejections.get(noisy)).toMatchObject({ lag_events: 1 });
      expect(ofRejections.get(noisy)?.lag_seconds).toBeGreaterThan(0);
      expect(ofEvents.get(quiet)?.error).toContain(`Kafka: preparing topic ${events} failed`);
    }, PATIENCE_MS);
    const { code, output } = await casetrail(['relay', 'status']);
    expect(code).toBe(1);
    expect(output).toMatch(
      new RegExp(`^${events}: 5 events behind, [\\d.]+ s, 8 of 8 lanes can't go on$`, 'm'),
    );
    expect(output).toMatch(new RegExp(`^  lane ${quiet} {2}red {6}0 of 2 {2}2 events, `, 'm'));
  });

  test('status says so when nothing is behind any more', async () => {
    await run(testBrokers());
    await eventually(async () => {
      const { code, output } = await casetrail(['relay', 'status']);
      expect(output).toMatch(new RegExp(`^${events}: up to date$`, 'm'));
      expect(output).toMatch(new RegExp(`^${rejections}: up to date$`, 'm'));
      expect(code).toBe(0);
    }, PATIENCE_MS);
    expect(expectUnbroken(await readTopic(events))).toHaveLength(5);
    expect(await readTopic(rejections)).toHaveLength(1);
  });

  test('replay publishes everything once more to a topic of its own, or one ticket with the header', async () => {
    const copy = `${prefix}copy`;
    const whole = await casetrail(['relay', 'replay', '--to', copy, '--json']);
    expect(JSON.parse(whole.output)).toEqual({ topic: copy, events: 5, whole: true });
    expect(expectUnbroken(await readTopic(copy))).toHaveLength(5);

    // Of one ticket only once the read model knows it.
    await run(testBrokers());
    await eventually(async () => {
      const one = await casetrail(['relay', 'replay', '--to', events, '--ticket', 'noisy']);
      expect(one.output).toContain(`3 events to ${events}, each with replay=true.`);
      expect(one.code).toBe(0);
    }, PATIENCE_MS);
    const marked = (await readTopic(events)).filter(({ headers }) => headers['replay'] === 'true');
    expect(new Set(marked.map(({ key }) => key))).toEqual(new Set(['acme/noisy']));
  });

  test('replay without a Kafka, or from a place that is none, says what is wrong', async () => {
    const nowhere = await casetrail(['relay', 'replay', '--to', 'x'], { KAFKA_BROKERS: NOWHERE });
    expect(nowhere.code).toBe(1);
    expect(nowhere.output).toContain('casetrail: Kafka: looking at topic x failed');
    const odd = await casetrail(['relay', 'replay', '--to', 'x', '--from', 'yesterday']);
    expect(odd.code).toBe(1);
    expect(odd.output).toContain('expected a position such as 1042, or 3:1042 for lane 3');
  });
});
