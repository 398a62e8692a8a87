import { FollowerRunner } from '../../../src/followers/follower-runner';
import { LaneWakeups } from '../../../src/followers/lane-wakeups';
import { type Projection } from '../../../src/followers/projections/projection';
import { Projections } from '../../../src/followers/projections/projections';
import { type Difference } from '../../../src/followers/rebuild/diff';
import { rebuild, type RebuildOptions, type RebuildReport } from '../../../src/followers/rebuild/rebuild';
import { type Incoming } from '../../../src/ledger/incoming';
import { type Database, openDatabase } from '../../../src/platform/postgres/database';
import { allProjections } from '../../../src/projections';
import { SlaConfigStore } from '../../../src/sla/sla-config-store';
import { compareRows } from '../../projections/support/oracle';
import { created, message, status } from '../../support/events';
import { eventually } from '../../support/eventually';
import { type TestLedger } from '../../support/ledger';

export const CATCH_UP_MS = 30_000;

export function projectionsOn(db: Database): readonly Projection[] {
  return allProjections(new SlaConfigStore(db, () => performance.now()));
}

export interface ProjectingNode {
  stop(): Promise<void>;
}

/** The projections as a node runs them. */
export function startProjecting(url: string): ProjectingNode {
  const open = (poolMax: number): Database =>
    openDatabase({ url, poolMax, applicationName: 'test', role: 'casetrail_app' });
  const [leases, batches] = [open(1), open(4)];
  const follower = new Projections(batches, projectionsOn(batches));
  const runner = new FollowerRunner(follower, {
    db: leases,
    wakeups: new LaneWakeups(),
    log: () => undefined,
    pollMs: 50,
  });
  runner.start();
  return {
    stop: async () => {
      await runner.stop();
      await Promise.all([leases.close(), batches.close()]);
    },
  };
}

/** A short life with a late event and a refused claim. */
export async function appendTicket(ledger: TestLedger, ticketId: string): Promise<void> {
  const stored = (incoming: Incoming): Promise<unknown> => ledger.stored(incoming);
  await stored(created(ticketId, 0));
  await stored(status(ticketId, 2, 'open', 'in_progress'));
  await stored(message(ticketId, 1, 'late'));
  await stored(status(ticketId, 4, 'in_progress', 'escalated_to_partner'));
  await stored(status(ticketId, 5, 'in_progress', 'resolved'));
}

export async function appendTickets(ledger: TestLedger, prefix: string, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, n) => appendTicket(ledger, `${prefix}-${n}`)));
}

/** Once nothing is left to project, every table of every projection holds what the pure fold of the log gives. */
export async function expectPureFold(db: Database): Promise<void> {
  await eventually(async () => expect(await lag(db)).toBe(0), CATCH_UP_MS);
  for (const [table, { stored, expected }] of await compareRows(db)) {
    expect({ table, rows: stored }).toEqual({ table, rows: expected });
  }
}

async function lag(db: Database): Promise<number> {
  const [row] = await db.query<{ lag: number }>({
    text: `
      SELECT (SELECT count(*) FROM es.event) - coalesce(sum(f.position), 0)::bigint AS lag
      FROM es.follower f WHERE f.name = 'projections'`,
  });
  return row?.lag ?? -1;
}

export interface Rebuilt extends RebuildReport {
  readonly differences: readonly Difference[];
  readonly waits: readonly string[];
}

export async function rebuildNow(
  url: string,
  projections: readonly Projection[],
  { isDryRun = false, onWait }: { readonly isDryRun?: boolean; readonly onWait?: () => void } = {},
): Promise<Rebuilt> {
  const differences: Difference[] = [];
  const waits: string[] = [];
  const onProgress: RebuildOptions['onProgress'] = (now) => {
    if (now.phase !== 'wait') return;
    waits.push(now.reason);
    onWait?.();
  };
  const onDifference = (difference: Difference): void => void differences.push(difference);
  const report = await rebuild({ url, projections, isDryRun, onDifference, onProgress });
  return { ...report, differences, waits };
}

export async function generations(db: Database): Promise<Record<string, number>> {
  const rows = await db.query<{ name: string; generation: number }>({
    text: 'SELECT name, generation FROM app.projection',
  });
  return Object.fromEntries(rows.map(({ name, generation }) => [name, generation]));
}

export async function storageSchemas(db: Database): Promise<string[]> {
  const rows = await db.query<{ name: string }>({
    text: `SELECT nspname AS name FROM pg_namespace WHERE nspname ~ '^rm_' ORDER BY 1`,
  });
  return rows.map(({ name }) => name);
}
