import { CasetrailError } from '../../kernel/errors';
import { type Session, openSession } from '../../platform/postgres/copy';
import { type Database, openDatabase } from '../../platform/postgres/database';
import { StatementError } from '../../platform/postgres/database-error';
import { enrol } from '../lease';
import { type Projection } from '../projections/projection';
import { PROJECTIONS } from '../projections/projections';
import { type Build, eventsLeft, forgetBuild, parkedCount, startBuild, unfinishedBuild } from './build';
import { CatchUp } from './catch-up';
import { copyLanes } from './copy-lanes';
import { diff, type Difference, type DiffSummary } from './diff';
import { indexBuild } from './index-build';
import { dropLeftovers } from './leftovers';
import { swap } from './swap';

const SECOND = 1000;
const REBUILD_LOCK = 4_714_003;
const LOCK_WAIT_MS = 3 * SECOND;
const POOL_MAX = 4;
const APPLICATION = 'casetrail-rebuild';

export interface RebuildOptions {
  /** Needs the right to create schemas and replace views; not through a transaction-mode pooler. */
  readonly url: string;
  /** Whose tables are made anew. They read what they need beside the log by connections of their own. */
  readonly projections: readonly Projection[];
  /** Told each row that would change, before anything is put in place. */
  readonly onDifference?: (difference: Difference) => void;
  /** The new tables are dropped instead of put in place. */
  readonly isDryRun: boolean;
  readonly onProgress: (progress: RebuildProgress) => void;
}

export type RebuildProgress =
  | { readonly phase: 'copy'; readonly events: number; readonly total: number }
  | { readonly phase: 'index' | 'catch up' | 'compare' | 'swap' }
  | { readonly phase: 'wait'; readonly reason: string };

export interface RebuildReport {
  readonly generation: number;
  /** An earlier rebuild was led on. */
  readonly isResumed: boolean;
  readonly isSwapped: boolean;
  /** Read and folded by this run; what came meanwhile is not counted. */
  readonly events: number;
  readonly copySeconds: number;
  readonly seconds: number;
  readonly parkedTickets: number;
  readonly diff: DiffSummary | null;
  /** Old tables that are still in use: dropped by the next rebuild. */
  readonly notDropped: readonly string[];
}

/**
 * Makes the tables of some projections anew beside the live ones, from the log, and puts them in their place. Killed at any
 * moment it leaves the live ones as they are, and the next one goes on where it was.
 */
export async function rebuild(options: RebuildOptions): Promise<RebuildReport> {
  const session = await openSession({
    url: options.url,
    applicationName: APPLICATION,
    settings: { TimeZone: 'UTC' },
  });
  const db = openDatabase({
    url: options.url,
    poolMax: POOL_MAX,
    applicationName: APPLICATION,
    statementTimeoutMs: 300 * SECOND,
  });
  try {
    await lock(session);
    return await new Rebuild(options, session, db).run();
  } finally {
    await Promise.all([session.close(), db.close()]);
  }
}

/** Held until the connection ends, which the server may notice a moment after its process was killed. */
async function lock(session: Session): Promise<void> {
  await session.query({ text: `SET lock_timeout = ${LOCK_WAIT_MS}` });
  try {
    await session.query({ text: 'SELECT pg_advisory_lock($1)', values: [REBUILD_LOCK] });
  } catch (thrown) {
    if (!(thrown instanceof StatementError && thrown.isTransient)) throw thrown;
    const message = 'Another rebuild of this database is under way.';
    throw new CasetrailError('conflict', message, { cause: thrown });
  }
  await session.query({ text: 'RESET lock_timeout' });
}

class Rebuild {
  readonly #began = performance.now();

  constructor(
    private readonly options: RebuildOptions,
    private readonly session: Session,
    private readonly db: Database,
  ) {}

  async run(): Promise<RebuildReport> {
    const { session, db, options } = this;
    await enrol(db, PROJECTIONS);
    const found = await unfinishedBuild(session, options.projections);
    await dropLeftovers(session, options.projections, found?.generation ?? null);
    const build = found ?? (await startBuild(session, options.projections));
    const copied = await this.#copy(build);
    const catchUp = await this.#catchUp(build);
    const compared = await this.#compare(build);
    const parkedTickets = await parkedCount(session, build.generation);
    if (options.isDryRun) await forgetBuild(session);
    else await this.#swap(build, catchUp);
    return {
      generation: build.generation,
      isResumed: found !== null,
      isSwapped: !options.isDryRun,
      ...copied,
      seconds: this.#seconds(this.#began),
      parkedTickets,
      diff: compared,
      notDropped: await dropLeftovers(session, options.projections, null),
    };
  }

  async #copy(build: Build): Promise<{ events: number; copySeconds: number }> {
    const { session, options } = this;
    const began = performance.now();
    const total = await eventsLeft(session);
    let events = 0;
    await copyLanes(options.url, build, (more) => {
      events += more;
      options.onProgress({ phase: 'copy', events, total });
    });
    return { events, copySeconds: this.#seconds(began) };
  }

  async #catchUp(build: Build): Promise<CatchUp> {
    this.options.onProgress({ phase: 'index' });
    await indexBuild(this.options.url, this.session, build);
    this.options.onProgress({ phase: 'catch up' });
    const now = await unfinishedBuild(this.session, build.projections);
    if (now === null) throw new Error('the build is gone');
    const catchUp = await CatchUp.open(this.db, now);
    await catchUp.follow();
    return catchUp;
  }

  async #compare(build: Build): Promise<DiffSummary | null> {
    const { onDifference, onProgress } = this.options;
    if (onDifference === undefined) return null;
    onProgress({ phase: 'compare' });
    return diff(this.session, build, onDifference);
  }

  async #swap(build: Build, catchUp: CatchUp): Promise<void> {
    const { url, onProgress } = this.options;
    onProgress({ phase: 'swap' });
    await swap({ url, build, catchUp, onWait: (reason) => onProgress({ phase: 'wait', reason }) });
  }

  #seconds(since: number): number {
    return (performance.now() - since) / SECOND;
  }
}
