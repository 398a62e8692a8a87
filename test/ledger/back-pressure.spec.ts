import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Ledger, type LedgerOptions } from '../../src/ledger/ledger';
import { type Outcome } from '../../src/ledger/outcome';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { freshDatabase } from '../support/database';
import { created } from '../support/events';
import { TEST_LANES } from '../support/template';

const SECOND = 1000;
const MIB = 1024 * 1024;

describe('more events than PostgreSQL takes', () => {
  const database = freshDatabase();
  const QUEUE_MAX = 500;
  const BODY = Buffer.alloc(4096, 'x');
  let admin: Database;

  beforeAll(() => {
    admin = openDatabase({ url: database.url, poolMax: 2, applicationName: 'test-admin' });
  });

  afterAll(() => admin.close());

  function boundedLedger(db: Database, options: Partial<LedgerOptions>): Ledger {
    return new Ledger(db, {
      lanes: TEST_LANES,
      batchMax: 256,
      queueMax: QUEUE_MAX,
      queueBytesMax: 64 * MIB,
      clock: Date.now,
      log: () => undefined,
      onAppended: () => undefined,
      ...options,
    });
  }

  /** Runs while all lanes are locked by another, so that no append gets anywhere. */
  async function whileStuck(
    options: Partial<LedgerOptions>,
    work: (ledger: Ledger) => Promise<void>,
  ): Promise<void> {
    const db = openDatabase({
      url: database.url,
      poolMax: 4,
      applicationName: 'test',
      role: 'casetrail_app',
    });
    const ledger = boundedLedger(db, options);
    try {
      await admin.transaction(async (tx) => {
        await tx.query({ text: 'SELECT FROM es.lane FOR UPDATE' });
        await work(ledger);
      });
    } finally {
      await ledger.close(10 * SECOND);
      await db.close();
    }
  }

  test('beyond the queue are refused at once as overloaded, and the others are stored once it moves again', async () => {
    let held: Promise<PromiseSettledResult<Outcome>[]> | undefined;
    await whileStuck({}, async (ledger) => {
      const sent = Array.from({ length: QUEUE_MAX + 300 }, (_, i) =>
        ledger.append(created(`O-${i}`), Date.now() + 20 * SECOND),
      );
      held = Promise.allSettled(sent);
      const over = await Promise.allSettled(sent.slice(QUEUE_MAX));
      expect(over.every((one) => one.status === 'rejected' && isCode(one.reason, 'overloaded'))).toBe(true);
      expect(ledger.depth).toBe(QUEUE_MAX);
    });
    const settled = (await held) ?? [];
    expect(settled.filter(({ status: how }) => how === 'fulfilled')).toHaveLength(QUEUE_MAX);
  });

  test('are also bounded by their bytes', async () => {
    await whileStuck({ queueBytesMax: 20 * BODY.length }, async (ledger) => {
      const sent = Array.from({ length: 25 }, (_, i) =>
        ledger.append(created(`OB-${i}`, 0, { raw: BODY }), Date.now() + SECOND),
      );
      const codes = (await Promise.allSettled(sent)).map((one) =>
        one.status === 'rejected' ? (one.reason as { code: string }).code : 'stored',
      );
      expect(codes.filter((code) => code === 'overloaded')).toHaveLength(5);
      expect(codes.filter((code) => code === 'storage_unavailable')).toHaveLength(20);
    });
  });

  test('count as many as they are when they are copies of one event', async () => {
    const one = created('OC-1');
    await whileStuck({}, async (ledger) => {
      const copies = Array.from({ length: QUEUE_MAX + 20 }, () =>
        ledger.append({ ...one }, Date.now() + SECOND),
      );
      const codes = (await Promise.allSettled(copies)).map((how) =>
        how.status === 'rejected' ? (how.reason as { code: string }).code : 'stored',
      );
      expect(codes.filter((code) => code === 'overloaded')).toHaveLength(20);
      expect(codes.filter((code) => code === 'storage_unavailable')).toHaveLength(QUEUE_MAX);
      expect(ledger.depth).toBe(0);
    });
  });

  test('leave memory flat while an append hangs and the others run into their deadlines', async () => {
    await whileStuck({}, async (ledger) => {
      const flood = async (rounds: number): Promise<void> => {
        for (let i = 0; i < rounds; i += 1) {
          const expired = Array.from({ length: QUEUE_MAX }, (_, n) =>
            ledger.append(created(`OD-${i}-${n}`, 0, { raw: Buffer.alloc(4096) }), Date.now() + 50),
          );
          await Promise.allSettled(expired);
        }
      };
      await flood(2);
      const before = await heldBytes();
      await flood(20);
      // 10,000 events of 4 KiB came by.
      expect((await heldBytes()) - before).toBeLessThan(16 * MIB);
    });
  });

  test('leave memory flat, however many come', async () => {
    await whileStuck({}, async (ledger) => {
      const flood = async (rounds: number): Promise<void> => {
        for (let i = 0; i < rounds; i += 1) {
          const refused = Array.from({ length: 1000 }, (_, n) =>
            ledger.append(created(`OM-${i}-${n}`, 0, { raw: Buffer.alloc(4096) }), Date.now() + 60 * SECOND),
          );
          void Promise.allSettled(refused);
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      await flood(5);
      const before = await heldBytes();
      await flood(40);
      // 40,000 events of 4 KiB came by: kept, they would be 160 MiB and more.
      expect((await heldBytes()) - before).toBeLessThan(24 * MIB);
    });
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is in use after a collection. The memory of buffers is given back a while after the buffers themselves. */
async function heldBytes(): Promise<number> {
  for (let i = 0; i < 3; i += 1) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function isCode(thrown: unknown, code: string): boolean {
  return (thrown as { code?: string }).code === code;
}
