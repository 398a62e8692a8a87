import { type Database } from '../../platform/postgres/database';
import { openSession, type Session } from '../../platform/postgres/copy';
import { STREAM_SETTINGS, streamTickets } from '../../ledger/ticket-stream';
import { TicketHistory } from '../projections/ticket-history';
import { type Build, type BuildLane, noteCopied, noteFed } from './build';
import { CopyChunk, CopyTarget } from './copy-chunk';
import { LaneFeed } from './lane-feed';

/** While PostgreSQL sorts, reads or writes some lanes, another is folded. */
const LANES_AT_ONCE = 3;
/** Small enough that little is done again after a kill. */
const CHUNK_CHARACTERS = 512 * 1024;
/** Of projections that add up over a lane. */
const FEED_SLICE = 5_000;

export interface CopyOptions {
  readonly url: string;
  readonly db: Database;
  readonly build: Build;
  /** Some events of a lane are folded, and all rows of them are on their way. */
  readonly onEvents: (events: number) => void;
}

/** Fills the new tables with the rows of each lane's position in the build. */
export async function copyLanes(options: CopyOptions): Promise<void> {
  const waiting = options.build.lanes.filter(({ isCopied }) => !isCopied);
  const failing = new AbortController();
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      failing.signal.throwIfAborted();
      await copyLane(options, next, failing.signal);
    }
  };
  // Nothing is left at work behind a failure.
  const working = Array.from({ length: LANES_AT_ONCE }, () =>
    work().catch((thrown: unknown) => failing.abort(thrown)),
  );
  await Promise.all(working);
  failing.signal.throwIfAborted();
}

async function copyLane(options: CopyOptions, from: BuildLane, signal: AbortSignal): Promise<void> {
  const { url, db } = options;
  const applicationName = 'casetrail-rebuild';
  const reader = await openSession({ url, applicationName, settings: STREAM_SETTINGS });
  // A chunk and the note of it are lost together: nothing is gained by waiting for the disk.
  const writer = await openSession({ url, applicationName, settings: { synchronous_commit: 'off' } });
  try {
    await copyTickets(options, from, { reader, writer, signal });
    await feed(options, from);
    await noteCopied(db, from.lane);
  } finally {
    await Promise.all([reader.close(), writer.close()]);
  }
}

interface CopyMeans {
  readonly reader: Session;
  readonly writer: Session;
  readonly signal: AbortSignal;
}

async function copyTickets(
  { build, onEvents }: CopyOptions,
  { lane, position, after }: BuildLane,
  { reader, writer, signal }: CopyMeans,
): Promise<void> {
  const target = new CopyTarget(build);
  if (!build.projections.some(({ kind }) => kind === 'ticket')) return;
  await target.prepare();
  let chunk = new CopyChunk(target, after);
  let writing: Promise<void> = Promise.resolve();
  try {
    for await (const tickets of streamTickets(reader, { lane, upTo: position, after })) {
      let events = 0;
      for (const ticket of tickets) {
        chunk.add(new TicketHistory(ticket));
        events += ticket.length;
      }
      onEvents(events);
      signal.throwIfAborted();
      if (chunk.size < CHUNK_CHARACTERS) continue;
      await writing;
      writing = chunk.write(writer);
      // Awaited with the next chunk; until then a failure is not an unhandled one.
      writing.catch(() => undefined);
      await target.prepare();
      chunk = new CopyChunk(target, chunk.last);
    }
  } finally {
    await writing;
  }
  await chunk.write(writer);
}

async function feed({ db, build }: CopyOptions, { lane, position, fed }: BuildLane): Promise<void> {
  const projections = build.projections.filter(({ kind }) => kind === 'lane');
  if (projections.length === 0) return;
  const { generation } = build;
  const laneFeed = await LaneFeed.open({ db, lane, projections, generation, position: fed, note: noteFed });
  await laneFeed.to(position, FEED_SLICE);
}
