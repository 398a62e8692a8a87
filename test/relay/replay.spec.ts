import { randomUUID } from 'node:crypto';
import { laneOf } from '../../src/kernel/ticket-key';
import { KafkaTopic } from '../../src/platform/kafka/kafka-topic';
import { ensureTopic } from '../../src/platform/kafka/topics';
import { replay, type ReplayRequest } from '../../src/relay/replay';
import { freshDatabase } from '../support/database';
import { describeWithKafka } from '../support/kafka';
import { TEST_LANES } from '../support/template';
import { expectUnbroken } from './support/published';
import { RelayRig } from './support/relay-rig';
import { type PublishedRecord, readTopic } from './support/topic-reader';

const KIND = 'ticket-events';
const ONE = { tenant: 'shop', ticketId: 'T3' };

describeWithKafka('a replay', () => {
  const database = freshDatabase();
  const made: KafkaTopic[] = [];
  let rig: RelayRig;
  let events: number;

  beforeAll(async () => {
    rig = new RelayRig(database.url);
    await Promise.all(Array.from({ length: 12 }, (_, n) => rig.log.conversation(`T${n}`, 6)));
    await rig.log.rejection('T1');
    await rig.log.presence('7');
    events = 12 * 7 + 1;
    await rig.run(rig.relay(KIND));
  });

  afterAll(async () => {
    await Promise.all(made.map((topic) => topic.close()));
    await rig.close();
  });

  function topicNamed(name: string, partitions = TEST_LANES): KafkaTopic {
    const topic = new KafkaTopic(rig.kafka(), { name, partitions });
    made.push(topic);
    return topic;
  }

  async function replayed(
    topic: KafkaTopic,
    request: Partial<ReplayRequest> = {},
  ): Promise<PublishedRecord[]> {
    const shares: number[] = [];
    const whole = { kind: KIND, personalData: 'include', isLive: false } as const;
    await replay(rig.db, topic, { ...whole, ...request }, (share) => shares.push(share));
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    return readTopic(topic.name);
  }

  const sorted = (records: readonly PublishedRecord[]): PublishedRecord[] =>
    [...records].sort((a, b) => a.partition - b.partition || a.offset - b.offset);

  it('of everything makes the same topic once more, byte for byte', async () => {
    const copy = await replayed(topicNamed(`replay-${randomUUID()}`));
    expect(copy).toHaveLength(events);
    expect(sorted(copy)).toEqual(sorted(await readTopic(rig.topicName(KIND))));
    expectUnbroken(copy);
  });

  it('of everything that is begun again only adds second copies', async () => {
    const topic = topicNamed(`replay-${randomUUID()}`);
    await replayed(topic);
    const twice = await replayed(topic);
    expect(twice).toHaveLength(2 * events);
    expect(expectUnbroken(twice)).toHaveLength(events);
  });

  it('of one ticket has its events in order, each marked', async () => {
    const records = await replayed(topicNamed(`replay-${randomUUID()}`), { ticket: ONE });
    expect(records.map(({ headers }) => headers['ce_ticketversion'])).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
    ]);
    expect(records.every(({ headers }) => headers['replay'] === 'true')).toBe(true);
    expect(new Set(records.map(({ key }) => key))).toEqual(new Set(['shop/T3']));
  });

  it('from a position on leaves out what came before, in one lane or in all', async () => {
    const lane = laneOf('shop/T3', TEST_LANES);
    const all = await replayed(topicNamed(`replay-${randomUUID()}`), { from: { lane: null, position: 3 } });
    expect(Math.min(...all.map(({ headers }) => Number(headers['ce_position'])))).toBe(3);
    const one = await replayed(topicNamed(`replay-${randomUUID()}`), { from: { lane, position: 3 } });
    expect(one.length).toBeGreaterThan(0);
    expect(one).toHaveLength(all.filter(({ partition }) => partition === lane).length);
    expect([...all, ...one].every(({ headers }) => headers['replay'] === 'true')).toBe(true);
  });

  it('of the rejected events has these alone', async () => {
    const records = await replayed(topicNamed(`replay-${randomUUID()}`), { kind: 'ticket-rejections' });
    expect(records.map(({ headers }) => headers['ce_verdict'])).toEqual(['rejected']);
  });

  it('to the live topic is marked, and the relay goes on behind its own last record', async () => {
    const relay = rig.relay(KIND);
    const before = await rig.stored(relay);
    await replayed(rig.topic(KIND), { isLive: true });
    await replayed(rig.topic(KIND), { ticket: ONE, isLive: true });
    await rig.log.conversation('T3', 1);
    const opened = await Promise.all((await rig.take(relay)).map((checkpoint) => relay.opened(checkpoint)));
    expect(new Map(opened.map(({ lane, position }) => [lane, position]))).toEqual(before);
    expect(rig.said).toEqual([]);
    await rig.drain(relay, opened);
    const ours = (await readTopic(rig.topicName(KIND))).filter(
      ({ headers }) => headers['replay'] === undefined,
    );
    events += 2;
    expect(ours).toHaveLength(events);
    expectUnbroken(ours);
  });

  it('to a topic of other partitions: a choice goes by its keys, everything is refused', async () => {
    const name = `replay-${randomUUID()}`;
    await ensureTopic(rig.kafka(), { name, partitions: 3 });
    await expect(replayed(topicNamed(name))).rejects.toThrow(`has 3 partitions, but LANES=${TEST_LANES}`);
    const records = await replayed(topicNamed(name), { from: { lane: null, position: 1 } });
    expect(records).toHaveLength(events);
    for (const { key, partition } of records) expect(partition).toBe(laneOf(key, 3));
  });

  it('of everything is refused where another log has been', async () => {
    const topic = topicNamed(`replay-${randomUUID()}`);
    await topic.ensure();
    await topic.publish(1, [{ key: 'k', value: '{}', headers: { ce_logid: randomUUID() }, timestamp: 1 }]);
    await expect(replayed(topic)).rejects.toThrow(
      `Topic ${topic.name} partition 1 holds records of another log`,
    );
  });

  it('from a lane that is not there is refused', async () => {
    const nowhere = { from: { lane: TEST_LANES, position: 1 } };
    await expect(replayed(topicNamed(`replay-${randomUUID()}`), nowhere)).rejects.toThrow(
      'There is no lane 8',
    );
  });
});
