import { type Checkpoint } from '../../src/followers/checkpoint';
import { laneOf } from '../../src/kernel/ticket-key';
import { Unpublishable } from '../../src/platform/kafka/kafka-error';
import { ensureTopic } from '../../src/platform/kafka/topics';
import { HoleInLane } from '../../src/relay/lane-slice';
import { freshDatabase } from '../support/database';
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
      await expect(relay.advance(blocked)).rejects.toBeInstanceOf(Unpublishable);
    }
    at = await rig.drain(relay, others(at));
    const heads = await rig.heads();
    for (const { lane, position } of at) expect(position).toBe(heads.get(lane) ?? 0);
    expect((await rig.stored(relay)).get(stuck)).toBe(blocked.position);
    const records = expectUnbroken(await readTopic(rig.topicName(KIND)));
    expect(records.filter(({ partition }) => partition === stuck).length).toBe(blocked.position);
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
