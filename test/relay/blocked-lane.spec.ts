import { ConfigResourceTypes } from 'kafkajs';
import { type FollowerState, followerStates } from '../../src/admin/follower-states';
import { type Checkpoint } from '../../src/followers/checkpoint';
import { FollowerRunner } from '../../src/followers/follower-runner';
import { LaneWakeups } from '../../src/followers/lane-wakeups';
import { laneOf } from '../../src/kernel/ticket-key';
import { Unpublishable } from '../../src/platform/kafka/kafka-error';
import { ensureTopic } from '../../src/platform/kafka/topics';
import { HoleInLane } from '../../src/relay/lane-slice';
import { freshDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { describeWithKafka } from '../support/kafka';
import { TEST_LANES } from '../support/template';
import { expectUnbroken } from './support/published';
import { RelayRig } from './support/relay-rig';
import { readTopic } from './support/topic-reader';

const KIND = 'ticket-events';
const SMALL_TOPIC = { 'max.message.bytes': '20000' };

describeWithKafka('a lane that cannot go on', () => {
  const database = freshDatabase();
  const stuck = laneOf('shop/stuck', TEST_LANES);
  const free = ['A', 'B', 'C', 'D', 'E', 'F'].filter(
    (ticket) => laneOf(`shop/${ticket}`, TEST_LANES) !== stuck,
  );
  let rig: RelayRig;

  beforeAll(async () => {
    rig = new RelayRig(database.url);
    await Promise.all(free.map((ticket) => rig.log.conversation(ticket, 2)));
    await rig.log.conversation('stuck', 1);
  });

  afterAll(() => rig.close());

  function others(checkpoints: readonly Checkpoint[]): Checkpoint[] {
    return checkpoints.filter(({ lane }) => lane !== stuck);
  }

  it('for an event that Kafka refuses stays there, publishes nothing behind it and does not hold up the others', async () => {
    await ensureTopic(rig.kafka(), {
      name: rig.topicName(KIND),
      partitions: TEST_LANES,
      config: SMALL_TOPIC,
    });
    const relay = rig.relay(KIND);
    let at = await rig.run(relay);
    await rig.log.append('message.received', 'stuck', {
      message_id: 'large',
      sender: { type: 'customer' },
      content: { text: 'x'.repeat(30_000) },
    });
    await rig.log.conversation('stuck', 1);
    await Promise.all(free.map((ticket) => rig.log.conversation(ticket, 1)));
    const blocked = at.find(({ lane }) => lane === stuck);
    if (blocked === undefined) throw new Error('no such lane');
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const refused = relay.advance(blocked);
      await expect(refused).rejects.toBeInstanceOf(Unpublishable);
      await expect(refused).rejects.toThrow(
        `event ${stuck}:${blocked.position + 1} of ticket shop/stuck is too large for topic`,
      );
    }
    at = await rig.drain(relay, others(at));
    const heads = await rig.heads();
    for (const { lane, position } of at) expect(position).toBe(heads.get(lane) ?? 0);
    expect((await rig.stored(relay)).get(stuck)).toBe(blocked.position);
    const records = expectUnbroken(await readTopic(rig.topicName(KIND)));
    expect(records.filter(({ partition }) => partition === stuck).length).toBe(blocked.position);
  });

  it('goes on where a batch is too large as a whole, and stops behind the last event that fits', async () => {
    const other = new RelayRig(database.url);
    await ensureTopic(other.kafka(), {
      name: other.topicName(KIND),
      partitions: TEST_LANES,
      config: { 'max.message.bytes': '4000' },
    });
    await rig.log.conversation('stuck', 20);
    const relay = other.relay(KIND);
    const opened = await Promise.all((await other.take(relay)).map((checkpoint) => relay.opened(checkpoint)));
    await other.drain(relay, others(opened));
    const lane = opened.find((checkpoint) => checkpoint.lane === stuck);
    if (lane === undefined) throw new Error('no such lane');
    await expect(relay.advance(lane)).rejects.toThrow('too large');
    const large = await other.db.query<{ position: number }>({
      text: 'SELECT position FROM es.event WHERE lane = $1 AND body_bytes > 20000',
      values: [stuck],
    });
    const records = expectUnbroken(await readTopic(other.topicName(KIND)));
    expect(records.filter(({ partition }) => partition === stuck).at(-1)?.headers.ce_position).toBe(
      String((large[0]?.position ?? 0) - 1),
    );
    await other.close();
  });

  it('shows the reason where operators look, and goes on by itself once the topic takes the event', async () => {
    const topic = rig.topicName(KIND);
    const relay = rig.relay(KIND);
    const runner = new FollowerRunner(relay, {
      db: rig.db,
      wakeups: new LaneWakeups(),
      log: () => undefined,
    });
    runner.start();
    const redLanes = (): Promise<FollowerState[]> =>
      followerStates(rig.db).then((all) =>
        all.filter(({ name, state }) => name === relay.name && state === 'red'),
      );
    await eventually(async () => expect(await redLanes()).toHaveLength(1));
    const [red] = await redLanes();
    expect(red?.lane).toBe(stuck);
    expect(red?.error).toContain("Raise the topic's max.message.bytes");
    const admin = rig.kafka().admin();
    await admin.connect();
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name: topic,
          configEntries: [{ name: 'max.message.bytes', value: '2000000' }],
        },
      ],
    });
    await admin.disconnect();
    const heads = await rig.heads();
    await eventually(async () => expect((await rig.stored(relay)).get(stuck)).toBe(heads.get(stuck)), 20_000);
    expect(await redLanes()).toEqual([]);
    await runner.stop();
    expectUnbroken(await readTopic(topic));
  });

  it('because a position is missing stops before the hole', async () => {
    const other = new RelayRig(database.url);
    await other.db.query({
      text: `
        INSERT INTO es.event
        SELECT (jsonb_populate_record(e, jsonb_build_object(
          'position', e.position + 2, 'version', e.version + 2, 'dedupe_key', 'behind a hole'))).*
        FROM es.event e WHERE e.lane = $1 ORDER BY e.position DESC LIMIT 1`,
      values: [stuck],
    });
    const relay = other.relay(KIND);
    const opened = await Promise.all((await other.take(relay)).map((checkpoint) => relay.opened(checkpoint)));
    const lane = opened.find((checkpoint) => checkpoint.lane === stuck);
    if (lane === undefined) throw new Error('no such lane');
    await expect(relay.advance(lane)).rejects.toBeInstanceOf(HoleInLane);
    await other.drain(relay, others(opened));
    const records = await readTopic(other.topicName(KIND));
    expect(records.some(({ partition }) => partition === stuck)).toBe(false);
    expect(records.length).toBeGreaterThan(0);
    await other.close();
  });
});
