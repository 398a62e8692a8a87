import { randomUUID } from 'node:crypto';
import { type Bookmark, type BookmarkStore } from '../../src/consumer/public-api';
import { describeWithKafka } from '../support/kafka';
import { topicOf } from './support/demo-topic';
import { following } from './support/following';
import { record } from './support/records';

jest.setTimeout(60_000);

/** A service's own state: what it applied, and up to where, changed together. */
class Service implements BookmarkStore {
  readonly applied: string[] = [];
  bookmark: Bookmark | null = null;

  load(): Promise<Bookmark | null> {
    return Promise.resolve(this.bookmark);
  }

  save(bookmark: Bookmark): Promise<void> {
    this.bookmark = bookmark;
    return Promise.resolve();
  }

  apply(id: string, bookmark: Bookmark): void {
    this.applied.push(id);
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
      handle: ({ id }, { bookmark, attempt }) => {
        service.apply(id, bookmark);
        if (id === 'acme/B-1' && attempt === 1) throw new Error('the connection was lost at COMMIT');
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
        handle: ({ id }, { bookmark }) => {
          service.apply(id, bookmark);
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
      handle: ({ id }, { bookmark, previous }) => {
        expect(previous).toEqual(service.bookmark);
        service.apply(id, bookmark);
        if (id === 'acme/A-2') void follower.stop();
      },
    });
    await follower.done;
    expect(service.applied).toEqual(['acme/A-1', 'acme/A-2']);
  });
});
