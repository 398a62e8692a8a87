import { randomUUID } from 'node:crypto';
import { type Checkpoint, FenceLost } from '../../src/followers/checkpoint';
import { FollowerRunner } from '../../src/followers/follower-runner';
import { LaneWakeups } from '../../src/followers/lane-wakeups';
import { laneOf } from '../../src/kernel/ticket-key';
import { UnknownOutcome } from '../../src/platform/kafka/kafka-error';
import { type KafkaRecord } from '../../src/platform/kafka/kafka-record';
import { cloneTemplate, dropDatabase, freshDatabase } from '../support/database';
import { describeWithKafka, testBrokers } from '../support/kafka';
import { TEST_LANES } from '../support/template';
import { Door } from './support/door';
import { expectUnbroken } from './support/published';
import { dyingBeforeCheckpoint, RelayRig } from './support/relay-rig';
import { kafkaOfTests, readTopic } from './support/topic-reader';

const KIND = 'ticket-events';

describeWithKafka('a relay that starts again', () => {
  const database = freshDatabase();
  let rig: RelayRig;
  let events: number;

  beforeAll(async () => {
    const log = new RelayRig(database.url);
    await Promise.all(Array.from({ length: 16 }, (_, n) => log.log.conversation(`T${n}`, 5)));
    events = 16 * 6;
    await log.close();
  });

  beforeEach(() => {
    rig = new RelayRig(database.url);
  });

  afterEach(() => rig.close());

  /** Publishes one batch of each lane and dies before any checkpoint moves. */
  async function publishAndDie(): Promise<Checkpoint[]> {
    const relay = rig.relay(KIND, { db: dyingBeforeCheckpoint(rig.db) });
    const opened = await Promise.all((await rig.take(relay)).map((checkpoint) => relay.opened(checkpoint)));
    const outcomes = await Promise.allSettled(opened.map((checkpoint) => relay.advance(checkpoint)));
    expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true);
    return opened;
  }

  it('after a kill between ack and checkpoint goes on behind the tail, without a second copy', async () => {
    await publishAndDie();
    const relay = rig.relay(KIND);
    const opened = await Promise.all((await rig.take(relay)).map((checkpoint) => relay.opened(checkpoint)));
    expect(new Map(opened.map(({ lane, position }) => [lane, position]))).toEqual(await rig.stored(relay));
    await rig.drain(relay, opened);
    const records = await readTopic(rig.topicName(KIND));
    expect(records.length).toBe(events);
    expectUnbroken(records);
  });

  it('that does not know the tail publishes second copies, byte for byte the first, and loses nothing', async () => {
    await publishAndDie();
    const topic = rig.topic(KIND);
    const blind = rig.relay(KIND, {
      topic: {
        name: topic.name,
        ensure: () => topic.ensure(),
        tailOf: () => Promise.resolve({ last: null, everWritten: true }),
        publish: (partition, records) => topic.publish(partition, records),
      },
    });
    await rig.run(blind);
    const records = await readTopic(rig.topicName(KIND));
    expect(records.length).toBe(2 * events);
    expect(expectUnbroken(records).length).toBe(events);
  });

  it('finds out from the tail what became of a batch whose answer was lost', async () => {
    const topic = rig.topic(KIND);
    let lost = 0;
    const relay = rig.relay(KIND, {
      topic: {
        name: topic.name,
        ensure: () => topic.ensure(),
        tailOf: (partition) => topic.tailOf(partition),
        publish: async (partition: number, records: readonly KafkaRecord[]) => {
          const ack = await topic.publish(partition, records);
          lost += 1;
          if (lost <= 2) throw new UnknownOutcome('the answer was lost');
          return ack;
        },
      },
    });
    const runner = new FollowerRunner(relay, {
      db: rig.db,
      wakeups: new LaneWakeups(),
      log: () => undefined,
    });
    runner.start();
    await untilCaughtUp(relay.name);
    await runner.stop();
    const records = await readTopic(rig.topicName(KIND));
    expect(records.length).toBe(events);
    expectUnbroken(records);
  });

  it('publishes the whole lane again to a topic that was deleted and made anew, and says so', async () => {
    await rig.run(rig.relay(KIND));
    const admin = kafkaOfTests().admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [rig.topicName(KIND)] });
    await admin.disconnect();
    await rig.run(rig.relay(KIND));
    expect(expectUnbroken(await readTopic(rig.topicName(KIND))).length).toBe(events);
    expect(rig.said.join('\n')).toContain('is new: publishing the lane again from its beginning');
  });

  it('notices a topic that was deleted and made anew while it ran', async () => {
    const relay = rig.relay(KIND);
    const at = await rig.run(relay);
    const admin = kafkaOfTests().admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [rig.topicName(KIND)] });
    await admin.disconnect();
    await rig.topic(KIND).ensure();
    await rig.log.conversation('later', 1);
    events += 2;
    await rig.drain(relay, at);
    const lane = laneOf('shop/later', TEST_LANES);
    const positions = (await readTopic(rig.topicName(KIND)))
      .filter(({ partition }) => partition === lane)
      .map(({ headers }) => Number(headers.ce_position));
    expect(new Set(positions).size).toBe((await rig.heads()).get(lane));
    expect(rig.said.join('\n')).toContain('is new: publishing the lane again from its beginning');
  });

  it('leaves the checkpoint where it is when the topic holds nothing because nothing was for it', async () => {
    await rig.run(rig.relay('ticket-rejections'));
    const relay = rig.relay('ticket-rejections');
    const taken = await rig.take(relay);
    expect(taken.some(({ position }) => position > 0)).toBe(true);
    const opened = await Promise.all(taken.map((checkpoint) => relay.opened(checkpoint)));
    expect(opened).toEqual(taken);
    expect(rig.said).toEqual([]);
  });

  it('publishes again from the tail when the topic has lost its end', async () => {
    const relay = rig.relay(KIND);
    const taken = await rig.take(relay);
    const opened = await Promise.all(taken.map((checkpoint) => relay.opened(checkpoint)));
    // Each partition ends in the middle of a lane whose checkpoint stands at the lane's end.
    const topic = rig.topic(KIND);
    for (const checkpoint of opened) {
      const records = await firstRecords(checkpoint, 2);
      if (records.length > 0) await topic.publish(checkpoint.lane, records);
    }
    await rig.db.query({
      text: `
        UPDATE es.follower f SET position = (SELECT max(position) FROM es.event e WHERE e.lane = f.lane)
        WHERE name = $1 AND EXISTS (SELECT FROM es.event e WHERE e.lane = f.lane)`,
      values: [relay.name],
    });
    await rig.run(rig.relay(KIND));
    const records = await readTopic(rig.topicName(KIND));
    expect(records.length).toBe(events);
    expectUnbroken(records);
    expect(rig.said.join('\n')).toContain('publishing again from there');
  });

  async function firstRecords(checkpoint: Checkpoint, count: number): Promise<readonly KafkaRecord[]> {
    let records: readonly KafkaRecord[] = [];
    const recorder = rig.relay(KIND, {
      db: dyingBeforeCheckpoint(rig.db),
      topic: {
        name: rig.topicName(KIND),
        ensure: () => Promise.resolve(),
        tailOf: () => Promise.resolve({ last: null, everWritten: true }),
        publish: (_partition, batch) => {
          records = batch.slice(0, count);
          return Promise.reject(new Error('only looked at'));
        },
      },
    });
    await recorder.advance(checkpoint).catch(() => undefined);
    return records;
  }

  it('stops at a topic of another log and leaves checkpoint and topic alone', async () => {
    await rig.run(rig.relay(KIND));
    const published = await readTopic(rig.topicName(KIND));
    const elsewhere = await cloneTemplate();
    // A clone shares its template's log id, and so its tail is another event at best.
    const other = new RelayRig(elsewhere);
    await other.log.conversation('foreign', 3);
    const relay = other.relay(KIND, { topic: rig.topic(KIND) });
    const outcomes = await Promise.allSettled(
      (await other.take(relay)).map((checkpoint) => relay.opened(checkpoint)),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        expect(String(outcome.reason)).toMatch(/topic rig-\S+ partition \d belongs to another log: position/);
      }
    }
    expect([...(await other.stored(relay)).values()].every((position) => position === 0)).toBe(true);
    expect((await readTopic(rig.topicName(KIND))).length).toBe(published.length);
    await other.close();
    await dropDatabase(elsewhere);
  });

  it('stops at a record of another log id, and at one that is none of ours at all', async () => {
    const relay = rig.relay(KIND);
    const [first, second] = await rig.take(relay);
    if (first === undefined || second === undefined) throw new Error('no lanes');
    const topic = rig.topic(KIND);
    await topic.ensure();
    const foreign = { ce_logid: randomUUID(), ce_id: randomUUID(), ce_position: '1' };
    await topic.publish(first.lane, [{ key: 'k', value: '{}', headers: foreign, timestamp: 0 }]);
    await topic.publish(second.lane, [{ key: 'k', value: '{}', headers: {}, timestamp: 0 }]);
    await expect(relay.opened(first)).rejects.toThrow(
      `belongs to another log: its last record (offset 0) is of log`,
    );
    await expect(relay.opened(second)).rejects.toThrow('is of log unknown');
  });

  it('that lost its lane to another node moves nothing', async () => {
    const relay = rig.relay(KIND);
    const opened = await Promise.all((await rig.take(relay)).map((checkpoint) => relay.opened(checkpoint)));
    const stale = opened.find(({ lane }) => lane === laneOf('shop/T1', TEST_LANES));
    if (stale === undefined) throw new Error('no lanes');
    await rig.run(relay);
    await expect(relay.advance(stale)).rejects.toBeInstanceOf(FenceLost);
    await expect(rig.relay(KIND).advance(stale)).rejects.toBeInstanceOf(FenceLost);
    expectUnbroken(await readTopic(rig.topicName(KIND)));
  });

  it('waits for a Kafka that is away and then publishes everything', async () => {
    const [address] = testBrokers();
    const [host, port] = (address ?? '').split(':');
    const door = new Door(host ?? '', Number(port));
    const at = await door.reserve();
    const relay = rig.relay(KIND, { topic: rig.topic(KIND, rig.kafka([`127.0.0.1:${at}`])) });
    const runner = new FollowerRunner(relay, {
      db: rig.db,
      wakeups: new LaneWakeups(),
      log: () => undefined,
    });
    runner.start();
    await until(() => runner.states().some(({ error }) => error !== null));
    expect(runner.states().find(({ error }) => error !== null)?.error).toContain('Kafka: preparing topic');
    await door.open();
    await untilCaughtUp(relay.name);
    await runner.stop();
    expect(expectUnbroken(await readTopic(rig.topicName(KIND))).length).toBe(events);
    await door.close();
  });

  async function untilCaughtUp(follower: string): Promise<void> {
    const heads = await rig.heads();
    await until(async () => {
      const rows = await rig.db.query<{ lane: number; position: number }>({
        text: 'SELECT lane, position FROM es.follower WHERE name = $1',
        values: [follower],
      });
      return rows.length > 0 && rows.every(({ lane, position }) => position === (heads.get(lane) ?? 0));
    });
  }
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}
