import { type Queryable } from '../../platform/postgres/database';
import { type Anchor, anchorOf, checkAnchor } from './anchor';
import { checkLane } from './check-lane';
import { checkTickets } from './check-tickets';
import { type Fault, fault, firstOf } from './fault';
import { findFollowerAhead, findStrayEvent, type LogFacts, readLockLanes, readLog } from './read-log';

export interface VerifyOptions {
  readonly anchor?: Anchor;
  readonly now: Date;
  /** Shares of the whole work, 0 to 1, and how many events have been hashed so far. */
  readonly onProgress?: (share: number, events: number) => void;
}

export interface Verification {
  readonly ok: boolean;
  readonly events: number;
  readonly lanes: number;
  readonly fault: Fault | null;
  /** Of what was checked; worth keeping only if it was found right. */
  readonly anchor: Anchor;
}

/**
 * Proves the log consistent in itself: positions, appends, hashes and chains, lane by lane up to where each lane ended
 * at the start; then the tickets, folded anew. Others may append meanwhile. Memory holds a slice of rows at a time.
 */
export async function verifyLog(db: Queryable, options: VerifyOptions): Promise<Verification> {
  const log = await readLog(db);
  const progress = new Progress(log, options.onProgress);
  const faults: (Fault | null)[] = [
    ...(options.anchor === undefined ? [] : await checkAnchor(db, options.anchor, log)),
    await checkLanesThemselves(db, log),
    await checkFollowers(db),
  ];
  for (const end of log.ends) {
    const found = await checkLane(db, end, log.lanes, (events) => progress.hashed(events));
    faults.push(...found);
    // Lanes come in order, so this is the first fault of all lanes.
    if (found[0] !== null) break;
  }
  faults.push(await checkTickets(db, log.lanes, (events) => progress.folded(events)));
  const found = firstOf(faults);
  return {
    ok: found === null,
    events: progress.events,
    lanes: log.lanes,
    fault: found,
    anchor: anchorOf(log, options.now),
  };
}

async function checkLanesThemselves(db: Queryable, log: LogFacts): Promise<Fault | null> {
  const locks = new Set(await readLockLanes(db));
  const missing = log.ends.find(({ lane }) => !locks.has(lane));
  const stray = await findStrayEvent(db, log.lanes);
  return firstOf([
    missing === undefined
      ? null
      : fault('lane', missing.lane, 0, 'es.lane has no row for it: appends do not lock it'),
    locks.size > log.lanes ? fault('lane', log.lanes, 0, `es.lane has more than ${log.lanes} rows`) : null,
    stray === undefined
      ? null
      : fault('lane', stray.lane, stray.position, `there are ${log.lanes} lanes, from 0 on`),
  ]);
}

async function checkFollowers(db: Queryable): Promise<Fault | null> {
  const ahead = await findFollowerAhead(db);
  if (ahead === undefined) return null;
  const detail = `${ahead.name} is at ${ahead.position}, the lane ends at ${ahead.end}`;
  return fault('follower', ahead.lane, ahead.position, detail);
}

/** Every event is read twice: hashed in its lane, folded in its ticket. */
class Progress {
  events = 0;
  #done = 0;
  readonly #work: number;

  constructor(
    log: LogFacts,
    private readonly tell: VerifyOptions['onProgress'],
  ) {
    this.#work = 2 * log.ends.reduce((sum, { lastPosition }) => sum + lastPosition, 0);
  }

  hashed(events: number): void {
    this.events += events;
    this.folded(events);
  }

  folded(events: number): void {
    this.#done += events;
    this.tell?.(Math.min(1, this.#done / Math.max(1, this.#work)), this.events);
  }
}
