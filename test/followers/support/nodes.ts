import { randomUUID } from 'node:crypto';
import { FollowerRunner, type FollowerRunnerOptions } from '../../../src/followers/follower-runner';
import { type LaneFollower } from '../../../src/followers/lane-follower';
import { LaneWakeups } from '../../../src/followers/lane-wakeups';
import { type Database, openDatabase, type Queryable } from '../../../src/platform/postgres/database';
import { COUNTING, CountingFollower } from './counting-follower';

export const APP_ROLE = 'casetrail_app';

/** What the database says of the counting follower's lanes. */
export interface Holdings {
  /** Lanes by node, those of living nodes only. */
  readonly lanes: ReadonlyMap<string, number>;
  readonly epochs: readonly number[];
}

export async function holdings(db: Queryable): Promise<Holdings> {
  const rows = await db.query<{ owner: string | null; epoch: number }>({
    text: `
      SELECT n.owner, f.epoch FROM es.follower f
      LEFT JOIN es.follower_node n ON n.name = f.name AND n.owner = f.owner AND n.lease_until > clock_timestamp()
      WHERE f.name = $1 ORDER BY f.lane`,
    values: [COUNTING],
  });
  const lanes = new Map<string, number>();
  for (const { owner } of rows) if (owner !== null) lanes.set(owner, (lanes.get(owner) ?? 0) + 1);
  return { lanes, epochs: rows.map(({ epoch }) => epoch) };
}

/** The sizes of the shares, the largest first. */
export async function shares(db: Queryable): Promise<number[]> {
  return [...(await holdings(db)).lanes.values()].sort((a, b) => b - a);
}

export interface NodeInProcess {
  readonly node: string;
  readonly runner: FollowerRunner;
  readonly follower: CountingFollower;
  stop(): Promise<void>;
}

export interface NodeOptions extends Partial<FollowerRunnerOptions> {
  readonly batches?: Pick<Database, 'query' | 'transaction'>;
  readonly wrap?: (follower: CountingFollower) => LaneFollower;
}

/** A node as far as followers know one, with connections of its own. */
export function startNodeInProcess(url: string, options: NodeOptions = {}): NodeInProcess {
  const node = randomUUID();
  const leases = openDatabase({ url, poolMax: 1, applicationName: 'test-leases', role: APP_ROLE });
  const batches = openDatabase({ url, poolMax: 8, applicationName: 'test', role: APP_ROLE });
  const follower = new CountingFollower(options.batches ?? batches, node);
  const runner = new FollowerRunner(options.wrap?.(follower) ?? follower, {
    db: leases,
    node,
    wakeups: new LaneWakeups(),
    log: () => undefined,
    ...options,
  });
  runner.start();
  return {
    node,
    runner,
    follower,
    stop: async () => {
      await runner.stop();
      await Promise.all([leases.close(), batches.close()]);
    },
  };
}
