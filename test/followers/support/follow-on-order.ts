import { openDatabase } from '../../../src/platform/postgres/database';
import { FollowerRunner } from '../../../src/followers/follower-runner';
import { SharedWakeups } from '../../../src/followers/shared-wakeups';
import { listen } from '../../../src/platform/postgres/listen';
import { CountingFollower } from './counting-follower';
import { type NodeOrder } from './node-process';

/** Run by startNodeProcess in a process of its own: a node's followers with nothing else around them. */
function main({ url, node, pollMs, freezeInBatch }: NodeOrder): void {
  const role = 'casetrail_app';
  const leases = openDatabase({ url, poolMax: 1, applicationName: 'test-leases', role });
  const batches = openDatabase({ url, poolMax: 4, applicationName: 'test', role, frozenAfterMs: 1000 });
  const log = (): void => undefined;
  const wakeups = new SharedWakeups({
    db: leases,
    node,
    listen: (channel, hear) => listen({ url, channel, hear, log }),
  });
  const follower = new CountingFollower(batches, node);
  if (freezeInBatch) {
    // The parent learns of it by the signal itself, and wakes this process again with SIGCONT.
    follower.inBatch = () => {
      follower.inBatch = () => Promise.resolve();
      process.kill(process.pid, 'SIGSTOP');
      return Promise.resolve();
    };
  }
  const runner = new FollowerRunner(follower, { db: leases, node, wakeups, pollMs, log });
  wakeups.start();
  runner.start();
  process.once('SIGTERM', () => void stop());

  async function stop(): Promise<void> {
    await runner.stop();
    await wakeups.stop();
    await Promise.all([leases.close(), batches.close()]);
    process.exit(0);
  }
}

main(JSON.parse(process.argv[3] ?? '') as NodeOrder);
