import { openSession, type Session } from '../../platform/postgres/copy';
import { STREAM_SETTINGS, streamTickets } from '../../ledger/ticket-stream';
import { TicketHistory } from '../projections/ticket-history';
import { type Build, type BuildLane, noteCopied } from './build';
import { CopyChunk } from './copy-chunk';

/** While PostgreSQL sorts, reads or writes some lanes, another is folded. */
const LANES_AT_ONCE = 3;
/** Small enough that little is done again after a kill. */
const CHUNK_BYTES = 1024 * 1024;

interface LaneCopy {
  readonly lane: BuildLane;
  readonly onEvents: (events: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Fills the new tables with the rows of each lane's position in the build. `onEvents`: some events are folded, and all rows of
 * them are on their way. In one thread: several made twice the work of it, and no more rows a second.
 */
export async function copyLanes(
  url: string,
  build: Build,
  onEvents: (events: number) => void,
): Promise<void> {
  const waiting = build.lanes.filter(({ isCopied }) => !isCopied);
  const failing = new AbortController();
  const { signal } = failing;
  const work = async (): Promise<void> => {
    for (let lane = waiting.shift(); lane !== undefined; lane = waiting.shift()) {
      signal.throwIfAborted();
      await copyLane(url, build, { lane, onEvents, signal });
    }
  };
  // Nothing is left at work behind a failure.
  const working = Array.from({ length: LANES_AT_ONCE }, () =>
    work().catch((thrown: unknown) => failing.abort(thrown)),
  );
  await Promise.all(working);
  signal.throwIfAborted();
}

async function copyLane(url: string, build: Build, copy: LaneCopy): Promise<void> {
  const applicationName = 'casetrail-rebuild';
  const reader = await openSession({ url, applicationName, settings: STREAM_SETTINGS });
  // A chunk and the note of it are lost together: nothing is gained by waiting for the disk.
  const writer = await openSession({ url, applicationName, settings: { synchronous_commit: 'off' } });
  try {
    await copyTickets(build, copy, { reader, writer });
    await noteCopied(writer, copy.lane.lane);
  } finally {
    await Promise.all([reader.close(), writer.close()]);
  }
}

async function copyTickets(
  build: Build,
  { lane: { lane, position, after }, onEvents, signal }: LaneCopy,
  { reader, writer }: { readonly reader: Session; readonly writer: Session },
): Promise<void> {
  // One is filled while the other is written.
  let chunk = new CopyChunk(build);
  let other = new CopyChunk(build);
  let writing: Promise<void> = Promise.resolve();
  await chunk.begin(after);
  try {
    for await (const tickets of streamTickets(reader, { lane, upTo: position, after })) {
      let events = 0;
      for (const ticket of tickets) {
        chunk.add(new TicketHistory(ticket));
        events += ticket.length;
      }
      onEvents(events);
      signal.throwIfAborted();
      if (chunk.size < CHUNK_BYTES) continue;
      await writing;
      writing = chunk.write(writer);
      // Awaited with the next chunk; until then a failure is not an unhandled one.
      writing.catch(() => undefined);
      await other.begin(chunk.last);
      [chunk, other] = [other, chunk];
    }
  } finally {
    await writing;
  }
  await chunk.write(writer);
}
