import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { describeWithKafka } from '../support/kafka';
import { topicOf } from './support/demo-topic';
import { following } from './support/following';
import { record } from './support/records';

jest.setTimeout(90_000);

/** The shortest that a broker takes. */
const SESSION_MS = 6_000;
const CALL_MS = 8_000;
const PATIENCE_MS = 30_000;

describeWithKafka('a handler call that takes longer than the session of the group', () => {
  const records = [record(1, 'acme/A', 1), record(2, 'acme/B', 1), record(3, 'acme/A', 2)];
  const ids = ['acme/A-1', 'acme/B-1', 'acme/A-2'];

  test.each([
    { name: 'while others of the process have their turn', call: () => pause(CALL_MS) },
    // So also a laptop that sleeps: the group has expelled the member when it wakes.
    { name: 'and lets nothing else have its turn', call: () => standStill(CALL_MS) },
  ])('$name is made once, and the follower goes on', async ({ call }) => {
    const calls: string[] = [];
    const follower = await following(await topicOf(records), {
      consumer: { sessionTimeout: SESSION_MS },
      handle: async ({ id }) => {
        calls.push(id);
        if (id === 'acme/B-1') await call();
        if (id === 'acme/A-2') void follower.stop();
      },
    });
    await follower.done;
    expect(calls).toEqual(ids);
  });

  test('is waited for by a member that joins meanwhile', async () => {
    const calls: string[] = [];
    const options = {
      groupId: `group-${randomUUID()}`,
      consumer: { sessionTimeout: SESSION_MS },
      handle: async ({ id }: { id: string }) => {
        calls.push(id);
        if (id === 'acme/B-1') await pause(CALL_MS);
      },
    };
    const topic = await topicOf(records);
    const first = await following(topic, options);
    await eventually(() => expect(calls).toContain('acme/B-1'));
    const second = await following(topic, options);
    await eventually(() => expect(calls).toContain('acme/A-2'), PATIENCE_MS);
    await Promise.all([first.stop(), second.stop()]);
    expect(calls).toEqual(ids);
  });
});

function standStill(ms: number): Promise<void> {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  return Promise.resolve();
}
