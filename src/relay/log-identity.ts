import { CasetrailError } from '../kernel/errors';
import { type Queryable } from '../platform/postgres/database';

const LOG = {
  name: 'relay_log',
  text: `SELECT log_id AS "logId", lanes FROM es.log`,
} as const;

export interface LogIdentity {
  /** On every record: a topic of another log is recognised by it. */
  readonly logId: string;
  readonly lanes: number;
}

export async function readLogIdentity(db: Queryable): Promise<LogIdentity> {
  const [log] = await db.query<LogIdentity & Record<string, unknown>>(LOG);
  if (log === undefined)
    throw new CasetrailError('schema_outdated', 'This database has no lanes yet: run casetrail migrate.');
  return log;
}
