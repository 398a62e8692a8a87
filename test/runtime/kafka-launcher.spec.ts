import { Kafka, logLevel } from 'kafkajs';
import { openDataDir } from '../../src/platform/runtime/data-dir';
import { startKafka, type RunningKafka } from '../../src/platform/runtime/kafka-launcher';
import { identityOf } from '../../src/platform/runtime/processes';
import { CACHE_DIR, temporaryDataDir } from '../support/cluster';
import { describeWithKafka } from '../support/kafka';
import { holdServers, killHard } from './parent-process';

jest.setTimeout(120_000);

const TOPIC = 'records';
const running: RunningKafka[] = [];

afterEach(async () => {
  // The data goes away, so an ordered stop would only cost time.
  await Promise.all(running.splice(0).flatMap((kafka) => kafka.nodes.map((node) => node.kill())));
});

async function start(dataDir: string, nodes = 1, log: string[] = []): Promise<RunningKafka> {
  const kafka = await startKafka({ dataDir, cacheDir: CACHE_DIR, nodes, log: (line) => log.push(line) });
  if (!kafka.available) throw new Error(kafka.reason);
  running.push(kafka);
  return kafka;
}

function newDataDir(): string {
  return openDataDir(temporaryDataDir()).path;
}

const client = (brokers: readonly string[]): Kafka =>
  new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 10, initialRetryTime: 100 },
  });

async function write(brokers: readonly string[], value: string): Promise<void> {
  const producer = client(brokers).producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  await producer.send({ topic: TOPIC, acks: -1, messages: [{ key: 'k', value, headers: { ce_id: value } }] });
  await producer.disconnect();
}

async function readAll(brokers: readonly string[], count: number): Promise<string[]> {
  const consumer = client(brokers).consumer({ groupId: `reader-${Math.random()}`, maxWaitTimeInMs: 200 });
  await consumer.connect();
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
  const values: string[] = [];
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: ({ message }) => {
          values.push(`${message.value?.toString() ?? ''}/${String(message.headers?.ce_id)}`);
          if (values.length === count) resolve();
          return Promise.resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return values;
}

async function makeTopic(
  brokers: readonly string[],
  partitions: number,
  replicationFactor: number,
): Promise<void> {
  const admin = client(brokers).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: partitions, replicationFactor }] });
  await admin.disconnect();
}

async function leaders(brokers: readonly string[]): Promise<number[]> {
  const admin = client(brokers).admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [TOPIC] });
    return topics.flatMap((topic) => topic.partitions.map((partition) => partition.leader));
  } finally {
    await admin.disconnect();
  }
}

test('a machine without Java is told what is missing, not failed', async () => {
  const kafka = await startKafka({ dataDir: newDataDir(), javaHome: '/nowhere', log: () => undefined });
  expect(kafka).toEqual({ available: false, reason: 'Java 17 or newer was not found' });
});

describeWithKafka('the Kafka of our own', () => {
  test('keeps records, addresses and the absence of unknown topics over a restart', async () => {
    const dataDir = newDataDir();
    const first = await start(dataDir);
    await makeTopic(first.brokers, 1, 1);
    await write(first.brokers, 'one');
    await first.stop();
    const second = await start(dataDir);
    expect(second.brokers).toEqual(first.brokers);
    await write(second.brokers, 'two');
    expect(await readAll(second.brokers, 2)).toEqual(['one/one', 'two/two']);
    const producer = client(second.brokers).producer({ retry: { retries: 0 } });
    await producer.connect();
    await expect(producer.send({ topic: 'mistyped', messages: [{ value: 'x' }] })).rejects.toThrow(
      /topic-partition/,
    );
    await producer.disconnect();
  });

  test('keeps what it confirmed when it is killed with -9, and starts again by itself', async () => {
    const dataDir = newDataDir();
    const kafka = await start(dataDir);
    await makeTopic(kafka.brokers, 1, 1);
    await write(kafka.brokers, 'confirmed');
    process.kill(kafka.nodes[0]?.pid ?? 0, 'SIGKILL');
    expect(await kafka.unexpectedExit).toContain('Kafka node 1 ended by itself (signal SIGKILL)');
    const next = await start(dataDir);
    expect(next.brokers).toEqual(kafka.brokers);
    expect(await readAll(next.brokers, 1)).toEqual(['confirmed/confirmed']);
  });

  test('left behind by a killed parent is stopped by the next start, which goes on with the records', async () => {
    const dataDir = newDataDir();
    const parent = holdServers(dataDir, 'kafka');
    const { pid, brokers } = (await parent.next()) as { pid: number; brokers: string[] };
    await makeTopic(brokers, 1, 1);
    await write(brokers, 'kept');
    await killHard(parent);
    expect(identityOf(pid)).toBeDefined();
    const log: string[] = [];
    const next = await start(dataDir, 1, log);
    expect(log).toEqual(['Stopping the Kafka that an earlier run left behind.']);
    expect(identityOf(pid)).toBeUndefined();
    expect(next.brokers).toEqual(brokers);
    expect(await readAll(next.brokers, 1)).toEqual(['kept/kept']);
  });

  test('of three nodes goes on when a leader is killed, and takes it back', async () => {
    const dataDir = newDataDir();
    const kafka = await start(dataDir, 3);
    await makeTopic(kafka.brokers, 3, 3);
    expect(new Set(await leaders(kafka.brokers))).toEqual(new Set([1, 2, 3]));
    const [killed, ...others] = kafka.nodes;
    const left = others.map(({ port }) => `127.0.0.1:${port}`);
    await killed?.kill();
    while ((await leaders(left)).some((leader) => leader === 1 || leader === -1)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await write(left, 'while one is gone');
    await killed?.start();
    expect(await readAll([`127.0.0.1:${killed?.port ?? 0}`], 1)).toEqual([
      'while one is gone/while one is gone',
    ]);
  });
});
