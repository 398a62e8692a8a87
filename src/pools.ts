import { type Config } from './config/config';
import { type Database, openDatabase } from './platform/postgres/database';

const SECOND = 1000;

/** A node's connections, apart by purpose: followers that have much to catch up with take none from the webhooks. */
export interface Pools {
  readonly requests: Database;
  /** Of a replica, for requests that only read; where there is none it is `requests`. */
  readonly reads: Database;
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
  const { poolMax, readUrl } = config.database;
  const follows = config.roles.has('projector') || config.roles.has('relay');
  const forBatches = follows ? Math.floor((poolMax - 1) / 2) : 1;
  const requests = openDatabase({
    ...access,
    poolMax: follows ? poolMax - 1 - forBatches : poolMax,
    applicationName: 'casetrail',
  });
  const reads =
    readUrl === undefined
      ? requests
      : openDatabase({ ...access, url: readUrl, poolMax, applicationName: 'casetrail-reads' });
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
    reads,
    batches,
    leases,
    close: async () => {
      await Promise.all([...new Set([requests, reads, batches, leases])].map((one) => one.close()));
    },
  };
}
