import { Client } from 'pg';
import { type PublishedRecord, readTopic } from '../relay/support/topic-reader';
import { freshDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { describeWithKafka, testBrokers } from '../support/kafka';
import { seededRandom } from './support/demo-day';
import { type DemoTopic, demoTopic, topicOf } from './support/demo-topic';
import { type Example, runExample } from './support/example';
import { LOG, record } from './support/records';

/** A group waits 10 s for a member that was killed. */
const PATIENCE_MS = 30_000;
jest.setTimeout(90_000);

// Outside the suite: its clients are closed before the database goes.
const database = freshDatabase();

describeWithKafka('an example service', () => {
  const running: Example[] = [];
  let day: DemoTopic;
  let client: Client;

  beforeAll(async () => {
    day = await demoTopic(database.url, 120);
    client = new Client({ connectionString: database.url });
    await client.connect();
  });
  afterEach(() => Promise.all(running.splice(0).map((example) => example.stop('SIGKILL'))));
  afterAll(() => client.end());

  function run(name: string, ...args: string[]): Example {
    const example = runExample(name, args);
    running.push(example);
    return example;
  }

  const materialise = (topic: string): Example =>
    run('materialise-tickets', testBrokers().join(','), database.url, topic);

  async function rows(text: string): Promise<unknown[]> {
    return (await client.query(text)).rows as unknown[];
  }

  const materialised = (): Promise<unknown[]> =>
    rows(
      `SELECT ticket, status, close_reason, assignee, cycle_no, version::text FROM example.ticket ORDER BY ticket COLLATE "C"`,
    );

  test('materialises what rpt.ticket says, though copies of older events come in between', async () => {
    const copied = withLateCopies(day.records);
    expect(copied.length).toBeGreaterThan(day.records.length);
    const example = materialise(await topicOf(copied));
    await eventually(async () => expect(await materialised()).toEqual(day.tickets), PATIENCE_MS);
    expect(await rows('SELECT ticket FROM example.ticket WHERE events <> version')).toEqual([]);
    expect(await example.stop('SIGTERM')).toBe(0);
    await client.query('DROP SCHEMA example CASCADE');
  });

  test('loses nothing and applies nothing twice when it is killed in the middle', async () => {
    const total = day.records.length;
    const done = async (): Promise<number> => {
      const [row] = (await rows('SELECT coalesce(sum(events), 0)::int AS done FROM example.ticket')) as [
        { done: number },
      ];
      return row.done;
    };
    const topic = await topicOf(day.records);
    for (const share of [0.1, 0.5]) {
      const example = materialise(topic);
      await eventually(async () => expect(await done()).toBeGreaterThan(total * share), PATIENCE_MS);
      await example.stop('SIGKILL');
      expect(await done()).toBeLessThan(total);
    }
    materialise(topic);
    await eventually(async () => expect(await materialised()).toEqual(day.tickets), PATIENCE_MS);
    expect(await rows('SELECT ticket FROM example.ticket WHERE events <> version')).toEqual([]);
    await client.query('DROP SCHEMA example CASCADE');
  });

  test('may run several times, come and go, and nothing is lost or applied twice', async () => {
    const topic = await topicOf(day.records);
    const first = materialise(topic);
    await eventually(() => expect(first.output()).toContain('following'), PATIENCE_MS);
    materialise(topic);
    materialise(topic);
    expect(await first.stop('SIGTERM')).toBe(0);
    await eventually(async () => expect(await materialised()).toEqual(day.tickets), PATIENCE_MS);
    expect(await rows('SELECT ticket FROM example.ticket WHERE events <> version')).toEqual([]);
    await client.query('DROP SCHEMA example CASCADE');
  });

  test('does not set its place back when another process went on while it parked', async () => {
    const topic = await topicOf([record(1, 'acme/B', 1, { partition: 1 })]);
    materialise(topic);
    const places = (): Promise<unknown[]> =>
      rows('SELECT partition, position::int FROM example.bookmark ORDER BY partition');
    await eventually(
      async () => expect(await places()).toEqual([{ partition: 1, position: 1 }]),
      PATIENCE_MS,
    );
    await client.query(`
      CREATE FUNCTION example.slowly() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(3); RETURN new; END $$;
      CREATE TRIGGER slowly BEFORE INSERT ON example.bookmark FOR EACH ROW EXECUTE FUNCTION example.slowly();`);
    const value = JSON.stringify({ type: 'a', data: {}, subject: 'acme/A', ticketversion: 1, after: {} });
    await topicOf([record(1, 'acme/A', 1, { value })], topic);
    const parked = async (): Promise<unknown[]> => readTopic(`${topic}.materialise-tickets.dlq`);
    await eventually(async () => expect(await parked()).toHaveLength(1), PATIENCE_MS);
    await client.query(`
      BEGIN; SET LOCAL session_replication_role = replica;
      INSERT INTO example.bookmark VALUES ('${topic}', 0, 49, 50, '${LOG}'); COMMIT`);
    await topicOf([record(2, 'acme/B', 2, { partition: 1 })], topic);
    await eventually(
      async () =>
        expect(await places()).toEqual([
          { partition: 0, position: 50 },
          { partition: 1, position: 2 },
        ]),
      PATIENCE_MS,
    );
    await client.query('DROP SCHEMA example CASCADE');
  });

  test('ends with an error when a record of the topic is missing', async () => {
    const missing = day.records.findIndex(({ partition }, index) =>
      day.records.slice(index + 1).some((later) => later.partition === partition),
    );
    const topic = await topicOf(day.records.filter((_, index) => index !== missing));
    const example = run('follow-tickets', testBrokers().join(','), topic);
    await eventually(() => expect(example.child.exitCode).toBe(1), PATIENCE_MS);
    const { partition, headers } = day.records[missing] ?? {};
    expect(example.output()).toContain(`partition ${String(partition)} offset 0: gap, expected 0`);
    expect(example.output()).toContain(`found ${String(headers?.ce_position)}`);
  });

  test('prints every event of a ticket in order, and stops when it is told to', async () => {
    const example = run('follow-tickets', testBrokers().join(','), day.name);
    await eventually(() => expect(example.lines()).toHaveLength(day.records.length), PATIENCE_MS);
    const ticket = day.tickets[3]?.ticket ?? '';
    const versions = example
      .lines()
      .filter((line) => line.includes(`  ${ticket}  `))
      .map((line) => /  v(\d+)  /.exec(line)?.[1]);
    expect(versions).toEqual(versions.map((_, index) => String(index + 1)));
    expect(versions).toHaveLength(Number(day.tickets[3]?.version));
    expect(await example.stop('SIGTERM')).toBe(0);
  });
});

/** Behind every third record a copy of an earlier one of its partition, as a relay that starts again may leave them. */
function withLateCopies(records: readonly PublishedRecord[]): PublishedRecord[] {
  const random = seededRandom(11);
  const seen = new Map<number, PublishedRecord[]>();
  return records.flatMap((record) => {
    const before = [...(seen.get(record.partition) ?? []), record];
    seen.set(record.partition, before);
    const copy = before[Math.floor(random() * before.length)] ?? record;
    return random() < 0.33 ? [record, copy] : [record];
  });
}
