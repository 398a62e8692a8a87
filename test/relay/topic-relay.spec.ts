import { FollowerRunner } from '../../src/followers/follower-runner';
import { LaneWakeups } from '../../src/followers/lane-wakeups';
import { laneOf } from '../../src/kernel/ticket-key';
import { type Queryable } from '../../src/platform/postgres/database';
import { BATCH_BYTES_MAX } from '../../src/relay/batch';
import { topicKinds } from '../../src/relay/relay-topic';
import { freshDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { describeWithKafka } from '../support/kafka';
import { TEST_LANES } from '../support/template';
import { expectUnbroken } from './support/published';
import { RelayRig } from './support/relay-rig';
import { readTopic } from './support/topic-reader';

interface StoredRow {
  readonly lane: number;
  readonly position: number;
  readonly key: string;
  readonly id: string;
}

const STORED = `
  SELECT lane, position, tenant || '/' || ticket_id AS key, event_id AS id FROM es.event
  WHERE ticket_id IS NOT NULL AND (verdict = 'rejected') = $1 ORDER BY lane, position`;

function stored(db: Queryable, rejected: boolean): Promise<StoredRow[]> {
  return db.query<StoredRow & Record<string, unknown>>({ text: STORED, values: [rejected] });
}

describeWithKafka('the relay', () => {
  const database = freshDatabase();
  let rig: RelayRig;

  beforeAll(async () => {
    rig = new RelayRig(database.url);
    const tickets = Array.from({ length: 20 }, (_, n) => `T${n}`);
    await Promise.all(tickets.map((ticket) => rig.log.conversation(ticket, 10)));
    await Promise.all(tickets.slice(0, 5).map((ticket) => rig.log.rejection(ticket)));
    await rig.log.presence('7');
    await rig.log.conversation('T20', 3);
  });

  afterAll(() => rig.close());

  it('publishes every event of its topic once, lane to partition, in order, with an unbroken chain', async () => {
    const relay = rig.relay('ticket-events');
    expect(relay.name).toBe(`relay:${rig.topicName('ticket-events')}`);
    await rig.run(relay);
    const records = await readTopic(rig.topicName('ticket-events'));
    const events = await stored(rig.db, false);
    expect(records.length).toBe(events.length);
    const found = expectUnbroken(records).map(({ partition, key, headers }) => ({
      lane: partition,
      position: Number(headers.ce_position),
      key,
      id: headers.ce_id,
    }));
    expect(found.sort((a, b) => a.lane - b.lane || a.position - b.position)).toEqual(events);
    for (const { key, partition } of records) expect(laneOf(key, TEST_LANES)).toBe(partition);
    expect(await rig.stored(relay)).toEqual(new Map([...emptyLanes(), ...(await rig.heads())]));
  });

  it('publishes rejected events to their own topic, with a chain of its own and nothing else on it', async () => {
    const relay = rig.relay('ticket-rejections');
    await rig.run(relay);
    const records = expectUnbroken(await readTopic(rig.topicName('ticket-rejections')));
    expect(records.length).toBe(5);
    expect(records.map(({ headers }) => headers.ce_verdictreason)).toEqual(
      Array(5).fill('illegal_transition'),
    );
    expect(records.every(({ headers }) => headers.ce_ticketversion === undefined)).toBe(true);
    expect(await rig.stored(relay)).toEqual(new Map([...emptyLanes(), ...(await rig.heads())]));
  });

  it('gives each ticket contiguous versions, and the digest of the append that stored the event', async () => {
    const records = await readTopic(rig.topicName('ticket-events'));
    const versions = records
      .filter(({ key }) => key === 'shop/T3')
      .map(({ headers }) => headers.ce_ticketversion);
    expect(versions).toEqual(Array.from({ length: versions.length }, (_, n) => String(n + 1)));
    const digests = await rig.db.query<{ at: string; digest: string }>({
      text: `
        SELECT e.lane || ':' || e.position AS at, encode(a.digest, 'hex') AS digest
        FROM es.event e JOIN es.append a
          ON a.lane = e.lane AND e.position BETWEEN a.first_position AND a.last_position`,
    });
    const digestAt = new Map(digests.map(({ at, digest }) => [at, digest]));
    for (const { partition, headers } of records) {
      expect(headers.ce_digest).toBe(digestAt.get(`${partition}:${headers.ce_position ?? ''}`));
    }
  });

  it('joins personal content or leaves it out, as it was told', async () => {
    const [withIt] = await readTopic(rig.topicName('ticket-events'));
    expect(withIt?.value).toContain('"first_name":"Ana"');
    const other = new RelayRig(database.url);
    await other.run(other.relay('ticket-events', { personalData: 'omit' }));
    const records = await readTopic(other.topicName('ticket-events'));
    expect(records.length).toBeGreaterThan(200);
    expect(records.some(({ value }) => value.includes('Ana'))).toBe(false);
    await other.close();
  });

  it('does nothing at the end of the log and goes on when it grows', async () => {
    const relay = rig.relay('ticket-events');
    const at = await rig.run(relay);
    const before = await readTopic(rig.topicName('ticket-events'));
    expect(await Promise.all(at.map((checkpoint) => relay.advance(checkpoint)))).toEqual(
      at.map(({ position }) => position),
    );
    await rig.log.conversation('T21', 2);
    await rig.drain(relay, at);
    expect(expectUnbroken(await readTopic(rig.topicName('ticket-events'))).length).toBe(before.length + 3);
  });

  it('reads the lanes that are woken together in one statement, and passes over what is of the other topic', async () => {
    const names: string[] = [];
    const counted: Queryable = {
      query: (statement) => {
        names.push(statement.name ?? '');
        return rig.db.query(statement);
      },
    };
    const relay = rig.relay('ticket-rejections', { db: counted });
    const at = await Promise.all((await rig.take(relay)).map((checkpoint) => relay.opened(checkpoint)));
    names.length = 0;
    const positions = await Promise.all(at.map((checkpoint) => relay.advance(checkpoint)));
    expect(positions.filter((position) => position > 0).length).toBeGreaterThan(1);
    expect(names.filter((name) => name.startsWith('relay_read')).length).toBe(1);
    expect(names.filter((name) => name === 'follower_advance_all').length).toBeLessThan(at.length);
  });

  it('splits what is too large for one batch, and still publishes all of it in order', async () => {
    const other = new RelayRig(database.url);
    await rig.log.conversation('large', 8, 'x'.repeat(BATCH_BYTES_MAX / 3));
    await other.run(other.relay('ticket-events'));
    const records = expectUnbroken(await readTopic(other.topicName('ticket-events')));
    expect(records.length).toBe((await stored(rig.db, false)).length);
    await other.close();
  });

  it('makes its topics at its first start and goes to the end of every lane without a word of trouble', async () => {
    const first = new RelayRig(database.url);
    const said: string[] = [];
    const relays = topicKinds.map((kind) => first.relay(kind));
    const runners = relays.map(
      (relay) =>
        new FollowerRunner(relay, {
          db: first.db,
          wakeups: new LaneWakeups(),
          log: (message) => said.push(message),
        }),
    );
    for (const runner of runners) runner.start();
    const heads = await first.heads();
    for (const relay of relays)
      await eventually(
        async () => expect([...(await first.stored(relay))]).toEqual(expect.arrayContaining([...heads])),
        20_000,
      );
    for (const runner of runners) await runner.stop();
    expect(said).toEqual([]);
    await first.close();
  });

  function emptyLanes(): [number, number][] {
    return Array.from({ length: TEST_LANES }, (_, lane) => [lane, 0]);
  }
});
