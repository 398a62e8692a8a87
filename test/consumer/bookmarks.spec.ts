import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Bookmark, type BookmarkStore, type EventContext } from '../../src/consumer/public-api';
import { readTopic } from '../relay/support/topic-reader';
import { eventually } from '../support/eventually';
import { describeWithKafka } from '../support/kafka';
import { topicOf } from './support/demo-topic';
import { following } from './support/following';
import { LOG, record } from './support/records';

jest.setTimeout(60_000);

const REBALANCE_MS = 2_000;
const PATIENCE_MS = 30_000;

/** A service's own state: what it applied, and up to where, changed together. */
class Service implements BookmarkStore {
  readonly applied: string[] = [];
  bookmark: Bookmark | null = null;

  load(): Promise<Bookmark | null> {
    return Promise.resolve(this.bookmark);
  }

  save(bookmark: Bookmark, previous: Bookmark | null): Promise<void> {
    this.#compareAndSet(bookmark, previous);
    return Promise.resolve();
  }

  apply(id: string, { bookmark, previous }: Pick<EventContext, 'bookmark' | 'previous'>): void {
    this.#compareAndSet(bookmark, previous);
    this.applied.push(id);
  }

  #compareAndSet(bookmark: Bookmark, previous: Bookmark | null): void {
    if (this.bookmark?.position !== previous?.position) throw new Error('another member has the partition');
    this.bookmark = bookmark;
  }
}

describeWithKafka('a service that stores its place itself', () => {
  const records = [record(1, 'acme/A', 1), record(2, 'acme/B', 1), record(3, 'acme/A', 2)];
  const ids = ['acme/A-1', 'acme/B-1', 'acme/A-2'];

  test('is not given an event again whose transaction was committed, though it looked like a failure', async () => {
    const service = new Service();
    const topic = await topicOf(records);
    const follower = await following(topic, {
      bookmarks: service,
      handle: ({ id }, context) => {
        service.apply(id, context);
        if (id === 'acme/B-1' && context.attempt === 1) throw new Error('the connection was lost at COMMIT');
        if (id === 'acme/A-2') void follower.stop();
      },
    });
    await follower.done;
    expect(service.applied).toEqual(ids);
  });

  test('gets what it lost again when its state is restored from a backup', async () => {
    const groupId = `group-${randomUUID()}`;
    const topic = await topicOf(records);
    const service = new Service();
    const follow = (last: string): ReturnType<typeof following> =>
      following(topic, {
        groupId,
        bookmarks: service,
        handle: ({ id }, context) => {
          service.apply(id, context);
          if (id === last) void ended.then((follower) => follower.stop());
        },
      });
    let ended = follow('acme/A-2');
    await (
      await ended
    ).done;
    const backup = service.bookmark;
    expect(backup).toMatchObject({ topic, partition: 0, offset: '2', position: 3 });

    service.bookmark = { topic, partition: 0, offset: '0', position: 1, logId: backup?.logId ?? '' };
    await topicOf([record(4, 'acme/B', 2)], topic);
    ended = follow('acme/B-2');
    await (
      await ended
    ).done;
    expect(service.applied).toEqual([...ids, 'acme/B-1', 'acme/A-2', 'acme/B-2']);
  });

  test('is told of its place also by events that its versions make superfluous', async () => {
    const service = new Service();
    const topic = await topicOf(records);
    const follower = await following(topic, {
      bookmarks: service,
      versionOf: (ticket) => (ticket === 'acme/B' ? 1 : null),
      handle: ({ id }, context) => {
        expect(context.previous).toEqual(service.bookmark);
        service.apply(id, context);
        if (id === 'acme/A-2') void follower.stop();
      },
    });
    await follower.done;
    expect(service.applied).toEqual(['acme/A-1', 'acme/A-2']);
  });

  test('is not set back by a member that another one has overtaken', async () => {
    const service = new Service();
    const topic = await topicOf(records);
    const ahead = { topic, partition: 0, offset: '49', position: 50, logId: LOG };
    const follower = await following(topic, {
      bookmarks: service,
      versionOf: (ticket) => {
        if (ticket !== 'acme/B') return null;
        service.bookmark = ahead;
        return 1;
      },
      handle: ({ id }, context) => {
        if (id === 'acme/A-2') void follower.stop();
        service.apply(id, context);
      },
    });
    await follower.done;
    expect(service.applied).toEqual(['acme/A-1']);
    expect(service.bookmark).toEqual(ahead);
  });

  test('is not set back by a member that is overtaken while it parks', async () => {
    const service = new Service();
    const topic = await topicOf(records);
    const ahead = { topic, partition: 0, offset: '49', position: 50, logId: LOG };
    let isFailed = false;
    const follower = await following(topic, {
      bookmarks: {
        load: () => {
          const stored = service.bookmark;
          if (isFailed) service.bookmark = ahead;
          return Promise.resolve(stored);
        },
        save: (bookmark, previous) => service.save(bookmark, previous),
      },
      parkingTopic: `dlq-${randomUUID()}`,
      attempts: 1,
      handle: ({ id }, context) => {
        isFailed = id === 'acme/B-1';
        if (isFailed) throw new Error('no room for it');
        if (id === 'acme/A-2') void follower.stop();
        service.apply(id, context);
      },
    });
    await follower.done;
    expect(service.applied).toEqual(['acme/A-1']);
    expect(service.bookmark).toEqual(ahead);
  });

  test('has nothing parked that another member has done', async () => {
    const service = new Service();
    const parkingTopic = `dlq-${randomUUID()}`;
    const topic = await topicOf(records);
    const ahead = { topic, partition: 0, offset: '49', position: 50, logId: LOG };
    const follower = await following(topic, {
      bookmarks: service,
      parkingTopic,
      attempts: 1,
      handle: ({ id }, context) => {
        if (id === 'acme/B-1') service.bookmark = ahead;
        if (id === 'acme/A-2') void follower.stop();
        service.apply(id, context);
      },
    });
    await follower.done;
    expect(service.bookmark).toEqual(ahead);
    expect(await readTopic(parkingTopic)).toEqual([]);
  });

  test('takes each event once, though a member is expelled in the middle of a call', async () => {
    const service = new Service();
    const topic = await topicOf(records);
    let calls = 0;
    const options = {
      groupId: `group-${randomUUID()}`,
      bookmarks: service,
      consumer: { rebalanceTimeout: REBALANCE_MS },
      handle: async ({ id }: { id: string }, context: EventContext) => {
        if (id === 'acme/B-1') calls += 1;
        if (id === 'acme/B-1' && calls === 1) await pause(4 * REBALANCE_MS);
        service.apply(id, context);
      },
    };
    const slow = await following(topic, options);
    await eventually(() => expect(calls).toBe(1));
    const quick = await following(topic, options);
    await eventually(() => expect(service.applied).toEqual(ids));
    expect(calls).toBe(2);
    await topicOf([record(4, 'acme/B', 2)], topic);
    await quick.stop();
    await eventually(() => expect(service.applied).toEqual([...ids, 'acme/B-2']), PATIENCE_MS);
    await slow.stop();
  });
});
