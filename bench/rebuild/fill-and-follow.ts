import { FollowerRunner } from '../../src/followers/follower-runner';
import { LaneWakeups } from '../../src/followers/lane-wakeups';
import { type Projection } from '../../src/followers/projections/projection';
import { Projections } from '../../src/followers/projections/projections';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { say } from '../support/figures';
import { fill } from './fill';

const LOOK_EVERY_MS = 200;
const SAY_EVERY = 50_000;

/** As in real life: events come in by the ledger, and the live rows are those that a node has projected meanwhile. */
export async function fillAndFollow(
  url: string,
  log: { readonly lanes: number; readonly tickets: number },
  projections: readonly Projection[],
): Promise<void> {
  const asApp = { url, applicationName: 'bench', role: 'casetrail_app' } as const;
  const [ledger, batches, leases] = [8, 4, 1].map((poolMax) => openDatabase({ ...asApp, poolMax })) as [
    Database,
    Database,
    Database,
  ];
  const follower = new Projections(batches, projections);
  const runner = new FollowerRunner(follower, { db: leases, wakeups: new LaneWakeups(), log: say });
  runner.start();
  await fill(ledger, log, (events) => {
    if (events % SAY_EVERY === 0) say(`${events} events appended`);
  });
  await caughtUp(ledger);
  await runner.stop();
  await Promise.all([ledger.close(), batches.close(), leases.close()]);
}

/** Until no projection has anything left to do. */
export async function caughtUp(db: Database): Promise<void> {
  const text = `
    SELECT (SELECT count(*) FROM es.event) - sum(f.position) AS behind FROM es.follower f WHERE f.name = 'projections'`;
  for (;;) {
    const [row] = await db.query<{ behind: string }>({ text });
    if (Number(row?.behind) === 0) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
