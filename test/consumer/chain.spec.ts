import { randomUUID } from 'node:crypto';
import { type Broken } from '../../src/consumer/public-api';
import { describeWithKafka } from '../support/kafka';
import { topicOf } from './support/demo-topic';
import { following } from './support/following';
import { LOG, record, replay } from './support/records';

jest.setTimeout(60_000);

describeWithKafka('a follower', () => {
  test('hands each event over once, whatever copies come later', async () => {
    const [a, b, c] = [record(1, 'acme/A', 1), record(2, 'acme/B', 1), record(3, 'acme/A', 2)];
    const follower = await following(await topicOf([a, b, a, c, b, c, a]));
    await follower.seen(['acme/A-1', 'acme/B-1', 'acme/A-2']);
    await follower.stop();
    await follower.done;
  });

  test('stops behind the event under way, and goes on with the next', async () => {
    const groupId = `group-${randomUUID()}`;
    const topic = await topicOf([1, 2, 3, 4].map((version) => record(version, 'acme/A', version)));
    const first = await following(topic, {
      groupId,
      fails: (id) => {
        if (id === 'acme/A-2') void first.stop();
      },
    });
    await first.done;
    expect(first.handled).toEqual(['acme/A-1', 'acme/A-2']);
    const second = await following(topic, { groupId });
    await second.seen(['acme/A-3', 'acme/A-4']);
    await second.stop();
  });

  test('goes on after a stop where it was, and still knows copies and losses', async () => {
    const groupId = `group-${randomUUID()}`;
    const topic = await topicOf([record(1, 'acme/A', 1), record(2, 'acme/A', 2)]);
    const first = await following(topic, { groupId });
    await first.seen(['acme/A-1', 'acme/A-2']);
    await first.stop();

    await topicOf([record(1, 'acme/A', 1), record(2, 'acme/A', 2), record(3, 'acme/A', 3)], topic);
    const second = await following(topic, { groupId });
    await second.seen(['acme/A-3']);
    await second.stop();

    await topicOf([record(5, 'acme/A', 5)], topic);
    const third = await following(topic, { groupId });
    await expect(third.done).rejects.toMatchObject({
      name: 'ChainBroken',
      broken: { kind: 'gap', topic, partition: 0, offset: '5', expected: '3', found: '4' },
    });
    expect(third.handled).toEqual([]);
  });

  test.each<[string, Parameters<typeof record>, Partial<Broken>]>([
    ['a record is missing', [3, 'acme/A', 3], { kind: 'gap', expected: '1', found: '2' }],
    [
      'another database publishes',
      [2, 'acme/A', 2, { headers: { ce_logid: 'other' } }],
      { kind: 'other_log', expected: LOG, found: 'other' },
    ],
    ['somebody else writes', [2, 'acme/A', 2, { headers: { ce_position: '' } }], { kind: 'foreign' }],
  ])('stops and says so when %s', async (_name, wrong, broken) => {
    const topic = await topicOf([record(1, 'acme/A', 1), record(...wrong), record(4, 'acme/A', 4)]);
    const follower = await following(topic);
    await expect(follower.done).rejects.toMatchObject({
      broken: { topic, partition: 0, offset: '1', ...broken },
    });
    expect(follower.handled).toEqual(['acme/A-1']);
  });

  test('goes on behind a loss when it is told to', async () => {
    const told: Broken[] = [];
    const topic = await topicOf([record(1, 'acme/A', 1), record(3, 'acme/A', 3), record(4, 'acme/A', 4)]);
    const follower = await following(topic, { onBroken: (broken) => void told.push(broken) });
    await follower.seen(['acme/A-1', 'acme/A-3', 'acme/A-4']);
    expect(told.map(({ kind, expected, found }) => [kind, expected, found])).toEqual([['gap', '1', '2']]);
    await follower.stop();
  });

  test('takes a replayed record only where it is above what the service has', async () => {
    const versions = new Map([['acme/A', 2]]);
    const records = [
      record(1, 'acme/A', 1),
      record(2, 'acme/A', 2),
      record(3, 'acme/A', 3),
      record(2, 'acme/A', 2, replay),
      record(2, 'acme/B', 1, replay),
      record(4, 'acme/A', 4),
    ];
    const topic = await topicOf(records);
    const ruled = await following(topic, { versionOf: (ticket) => versions.get(ticket) ?? null });
    await ruled.seen(['acme/A-3', 'acme/B-1', 'acme/A-4']);
    await ruled.stop();

    const unruled = await following(topic);
    await unruled.seen(['acme/A-1', 'acme/A-2', 'acme/A-3', 'acme/A-4']);
    await unruled.stop();
  });

  test('stops at an event that it can not handle when nothing else was said', async () => {
    const topic = await topicOf([record(1, 'acme/A', 1), record(2, 'acme/A', 2)]);
    const fails = (id: string): void => {
      if (id === 'acme/A-2') throw new Error('no room for it');
    };
    const follower = await following(topic, { fails, attempts: 2 });
    await expect(follower.done).rejects.toThrow('no room for it');
    expect(follower.handled).toEqual(['acme/A-1']);
  });

  test('tries an event again for as long as the failure is not the fault of the event', async () => {
    let tries = 0;
    const fails = (): void => {
      tries += 1;
      if (tries < 6) throw new Error('the database is away');
    };
    const topic = await topicOf([record(1, 'acme/A', 1)]);
    const follower = await following(topic, { fails, attempts: 2, isPoison: () => false });
    await follower.seen(['acme/A-1']);
    await follower.stop();
  });
});
