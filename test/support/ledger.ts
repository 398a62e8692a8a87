import { type Incoming } from '../../src/ledger/incoming';
import { Ledger, type LedgerOptions } from '../../src/ledger/ledger';
import { type Outcome, type Receipt } from '../../src/ledger/outcome';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { type TestDatabase } from './database';
import { TEST_LANES } from './template';

export interface TestLedger {
  readonly db: Database;
  readonly ledger: Ledger;
  append(incoming: Incoming): Promise<Outcome>;
  stored(incoming: Incoming): Promise<Receipt>;
  close(): Promise<void>;
}

const PATIENCE_MS = 15_000;

/** A ledger as a node has one, with the app's role and grants. */
export function openLedger(database: TestDatabase, options: Partial<LedgerOptions> = {}): TestLedger {
  const db = openDatabase({ url: database.url, poolMax: 8, applicationName: 'test', role: 'casetrail_app' });
  const ledger = new Ledger(db, {
    lanes: TEST_LANES,
    batchMax: 256,
    queueMax: 4096,
    queueBytesMax: 64 * 1024 * 1024,
    clock: Date.now,
    log: () => undefined,
    onAppended: () => undefined,
    ...options,
  });
  const append = (incoming: Incoming): Promise<Outcome> => ledger.append(incoming, Date.now() + PATIENCE_MS);
  return {
    db,
    ledger,
    append,
    stored: async (incoming) => {
      const outcome = await append(incoming);
      if (outcome.kind !== 'stored')
        throw new Error(`expected a stored event, got ${JSON.stringify(outcome)}`);
      return outcome.receipt;
    },
    close: async () => {
      await ledger.close(PATIENCE_MS);
      await db.close();
    },
  };
}
