import { type Config } from './config/config';
import { type Database, openDatabase } from './platform/postgres/database';

const SECOND = 1000;

/** A node's connections, apart by purpose: followers that have much to catch up with take none from the webhooks. */
export interface Pools {
  readonly requests: Database;
  /** Batches of followers wait for a connection in turn, so no busy lane starves another. */
  readonly batches: Database;
  /** Leases are renewed whatever else goes on: a node that is late with them passes for dead. */
  readonly leases: Database;
  close(): Promise<void>;
}

export interface Access {
  readonly url: string;
  readonly role: string | undefined;
}

export function openPools(access: Access, config: Pick<Config, 'roles' | 'database'>): Pools {
  const { poolMax } = config.database;
  const follows = config.roles.has('projector') || config.roles.has('relay');
  const forBatches = follows ? Math.floor((poolMax - 1) / 2) : 1;
  const requests = openDatabase({
    ...access,
    poolMax: follows ? poolMax - 1 - forBatches : poolMax,
    applicationName: 'casetrail',
  });
  const batches = openDatabase({
    ...access,
    poolMax: forBatches,
    applicationName: 'casetrail-followers',
    connectWithinMs: 30 * SECOND,
    frozenAfterMs: 5 * SECOND,
    isDerived: true,
  });
  const leases = openDatabase({
    ...access,
    poolMax: 1,
    applicationName: 'casetrail-leases',
    statementTimeoutMs: 2 * SECOND,
  });
  return {
    requests,
    batches,
    leases,
    close: async () => {
      await Promise.all([requests.close(), batches.close(), leases.close()]);
    },
  };
}
