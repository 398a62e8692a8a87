import { CasetrailError } from '../../kernel/errors';
import { openSession, type Session } from '../../platform/postgres/copy';
import { StatementError } from '../../platform/postgres/database-error';
import { MIGRATION_LOCK } from '../../platform/postgres/migrate';
import { reports, viewsOf } from '../../platform/postgres/read-models';
import { makeViews } from '../../platform/postgres/read-model-views';
import { readGenerations, readLiveTables, schemaOf } from '../projections/generations';
import { PROJECTIONS } from '../projections/projections';
import { type Build, forgetBuild } from './build';
import { type CatchUp } from './catch-up';
import { checksumsOf, storeChecksums } from './checksums';
import { lastingSnapshot } from './old-snapshots';

const SECOND = 1000;
const PATIENCE_MS = 300 * SECOND;
const PAUSE_MS = 200;
/** For each lane of the followers: their batches are soon over. */
const FOLLOWERS_WAIT_MS = 5 * SECOND;
/**
 * For the views: while we wait, new readers wait behind us. Well below PostgreSQL's deadlock_timeout (1 s), after which
 * a reader that holds one view and waits for another could be chosen to fail.
 */
const VIEWS_WAIT_MS = [100, 200, 400, 600] as const;
/** Followers stand still for so long at most while statements of before come to their end. */
const SNAPSHOTS_WAIT_MS = SECOND;
/** A transaction this old will not end meanwhile either: nobody is stopped for it. */
const OLD_MS = SECOND;

export interface SwapOptions {
  readonly url: string;
  readonly build: Build;
  readonly catchUp: CatchUp;
  /** Somebody is in the way, and it is tried again. */
  readonly onWait: (reason: string) => void;
}

interface Connections {
  readonly session: Session;
  /** Sees the rows as they are in the moment of the swap. */
  readonly watcher: Session;
}

/** Something is in the way: nothing was changed. */
class NotNow extends Error {
  override readonly name = 'NotNow';
}

/**
 * Puts the new tables in the place of the old ones, in one transaction: followers fail their fence and read the new
 * generation when they take their lanes again, readers see the one or the other.
 */
export async function swap(options: SwapOptions): Promise<void> {
  const { url, catchUp, onWait } = options;
  const settings = { TimeZone: 'UTC' };
  const session = await openSession({ url, applicationName: 'casetrail-rebuild', settings });
  const watcher = await openSession({ url, applicationName: 'casetrail-rebuild', settings });
  try {
    const giveUpAt = performance.now() + PATIENCE_MS;
    for (let attempt = 0; ; attempt++) {
      await catchUp.follow();
      try {
        await trySwap(options, { session, watcher }, attempt);
        return;
      } catch (thrown) {
        if (!(thrown instanceof NotNow)) throw thrown;
        if (performance.now() > giveUpAt) throw stillInTheWay(thrown);
        onWait(thrown.message);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * (1 + Math.random())));
      }
    }
  } finally {
    await Promise.all([session.close(), watcher.close()]);
  }
}

async function trySwap(
  { build, catchUp }: SwapOptions,
  { session, watcher }: Connections,
  attempt: number,
): Promise<void> {
  await refuseOldSnapshots(watcher, await clock(watcher, OLD_MS), 0);
  try {
    await session.transaction(async () => {
      await unlessLocked('a node is in a long batch', () => standLevel(session, catchUp));
      const broughtAt = await clock(session);
      // The rows as the swap leaves them, whatever nodes write afterwards.
      await watcher.query({ text: 'BEGIN ISOLATION LEVEL REPEATABLE READ' });
      await watcher.query({ text: 'SELECT pg_current_snapshot()' });
      await refuseOldSnapshots(session, broughtAt, SNAPSHOTS_WAIT_MS);
      await raiseEpochs(session);
      await putInPlace(session, build);
      await waitAtMost(session, VIEWS_WAIT_MS[Math.min(attempt, VIEWS_WAIT_MS.length - 1)] ?? 0);
      await unlessLocked('somebody reads a view for long', () => replaceViews(session, build));
    });
    await storeChecksums(session, build, await checksumsOf(watcher, build));
  } finally {
    await watcher.query({ text: 'ROLLBACK' });
  }
}

async function standLevel(session: Session, catchUp: CatchUp): Promise<void> {
  await waitAtMost(session, FOLLOWERS_WAIT_MS);
  await session.query({ text: 'SELECT pg_advisory_xact_lock($1)', values: [MIGRATION_LOCK] });
  if (!(await catchUp.level(session))) throw new NotNow('events arrive faster than they can be read');
}

async function unlessLocked(reason: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    if (!(thrown instanceof StatementError && thrown.isTransient)) throw thrown;
    throw new NotNow(reason, { cause: thrown });
  }
}

/** `ms` at most for each lock that the transaction asks for from here on. */
async function waitAtMost(session: Session, ms: number): Promise<void> {
  await session.query({ text: `SET LOCAL lock_timeout = ${ms}` });
}

async function refuseOldSnapshots(session: Session, before: string, patienceMs: number): Promise<void> {
  const holder = await lastingSnapshot(session, before, patienceMs);
  if (holder === null) return;
  const { pid, application } = holder;
  throw new NotNow(
    `session ${pid} (${application}) has been in a transaction since before, and would miss rows`,
  );
}

async function clock(session: Session, agoMs = 0): Promise<string> {
  const [row] = await session.query<{ then: string }>({
    text: `SELECT (clock_timestamp() - $1 * interval '1 millisecond')::text AS then`,
    values: [agoMs],
  });
  return row?.then ?? '';
}

/** A batch under way fails at its fence; its node takes the lane again at once and reads which tables are live. */
async function raiseEpochs(session: Session): Promise<void> {
  const text = 'UPDATE es.follower SET epoch = epoch + 1, owner = NULL WHERE name = $1';
  await session.query({ text, values: [PROJECTIONS] });
}

async function putInPlace(session: Session, build: Build): Promise<void> {
  const live = await readLiveTables(session);
  for (const projection of build.projections) {
    const { name, codeVersion } = projection;
    const old = live.get(name);
    if (old !== undefined && old.codeVersion !== null && old.codeVersion !== codeVersion) {
      await projection.carryOver?.(session, schemaOf(old.generation), build.schema);
    }
    await session.query({
      text: `
        UPDATE app.projection SET generation = $2, code_version = $3, rebuilt_at = clock_timestamp() WHERE name = $1`,
      values: [name, build.generation, codeVersion],
    });
  }
  const names = build.projections.map(({ name }) => name);
  for (const table of ['app.parked_ticket', 'app.projection_checksum']) {
    await session.query({
      text: `DELETE FROM ${table} WHERE projection = ANY ($1::text[]) AND generation <> $2`,
      values: [names, build.generation],
    });
  }
  await forgetBuild(session);
}

async function replaceViews(session: Session, build: Build): Promise<void> {
  const generations = [...(await readGenerations(session))].sort();
  const names = new Set(build.projections.map(({ name }) => name));
  const all = generations.map(([name, generation]) => ({ name, ...viewsOf(name, generation) }));
  await makeViews(
    session,
    all.filter(({ name }) => names.has(name)),
    [...all, reports()],
  );
}

function stillInTheWay(reason: NotNow): CasetrailError {
  const message = `The new tables are ready and could not be put in place: ${reason.message}. Run the same command again later: it goes on from here.`;
  return new CasetrailError('conflict', message, { cause: reason });
}
