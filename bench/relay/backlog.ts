import { Ledger } from '../../src/ledger/ledger';
import { type Database } from '../../src/platform/postgres/database';
import { IncomingLives, patterns } from '../support/appends';
import { say } from '../support/figures';

export const LANES = 8;
/** As many as an append takes. */
const WRITERS = 256;
const PATIENCE_MS = 60_000;

/** As many events as wanted, in lanes, through the product's ledger. */
export async function seedBacklog(db: Database, events: number): Promise<void> {
  const ledger = new Ledger(db, {
    lanes: LANES,
    batchMax: 256,
    queueMax: 4096,
    queueBytesMax: 64 * 1024 * 1024,
    clock: Date.now,
    log: say,
    onAppended: () => undefined,
  });
  const drawn = patterns();
  let left = events;
  const write = async (_: unknown, writer: number): Promise<void> => {
    const lives = new IncomingLives(`T${writer}`, drawn);
    while (left > 0) {
      left -= 1;
      await ledger.append(lives.next(), Date.now() + PATIENCE_MS);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }).map(write));
  await ledger.close(PATIENCE_MS);
}
