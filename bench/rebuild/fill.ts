import { Ledger } from '../../src/ledger/ledger';
import { type Database } from '../../src/platform/postgres/database';
import { WholeLives } from './whole-lives';

const BATCH_MAX = 256;
const AT_A_TIME = 1024;
const PATIENCE_MS = 60_000;

/** Appends whole lives through the product's ledger, a thousand tickets at a time. */
export async function fill(
  db: Database,
  { lanes, tickets }: { readonly lanes: number; readonly tickets: number },
  onProgress: (events: number) => void,
): Promise<void> {
  const ledger = new Ledger(db, {
    lanes,
    batchMax: BATCH_MAX,
    queueMax: 4 * AT_A_TIME,
    queueBytesMax: 64 * 1024 * 1024,
    clock: Date.now,
    log: () => undefined,
    onAppended: () => undefined,
  });
  const lives = new WholeLives();
  let begun = 0;
  let events = 0;
  const write = async (): Promise<void> => {
    while (begun < tickets) {
      for (const incoming of lives.of(begun++)) {
        const outcome = await ledger.append(incoming, Date.now() + PATIENCE_MS);
        if (outcome.kind !== 'stored')
          throw new Error(`expected a new event, got ${JSON.stringify(outcome)}`);
        onProgress((events += 1));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, write));
  await ledger.close(PATIENCE_MS);
}
