import { chainDigest } from '../../../src/ledger/event-hash';
import { type Anchor } from '../../../src/ledger/verify/anchor';
import { hashOf } from '../../../src/ledger/verify/check-event';
import { appendRows, eventSlices } from '../../../src/ledger/verify/read-lane';
import { type Verification, verifyLog } from '../../../src/ledger/verify/verify-log';
import { type Database, type Queryable } from '../../../src/platform/postgres/database';

export const NOW = new Date('2026-03-02T10:00:00.000Z');

export function verified(db: Queryable, anchor?: Anchor): Promise<Verification> {
  return verifyLog(db, { now: NOW, ...(anchor === undefined ? {} : { anchor }) });
}

const APPEND_ONLY = ['es.event', 'es.append', 'es.log'];

/** What verify says of a log in which a superuser has changed something; the change is rolled back afterwards. */
export async function afterTampering(
  db: Database,
  change: (tx: Queryable) => Promise<unknown>,
  anchor?: Anchor,
): Promise<Verification> {
  let result: Verification | undefined;
  const rollBack = new Error('roll back');
  await db
    .transaction(async (tx) => {
      for (const table of APPEND_ONLY) await tx.query({ text: `ALTER TABLE ${table} DISABLE TRIGGER ALL` });
      await change(tx);
      result = await verified(tx, anchor);
      throw rollBack;
    })
    .catch((thrown: unknown) => {
      if (thrown !== rollBack) throw thrown;
    });
  if (result === undefined) throw new Error('nothing was verified');
  return result;
}

/** Makes all hashes and digests of a lane fit its rows again, as a forger with every right and our source would. */
export async function forgeChain(tx: Queryable, lane: number): Promise<void> {
  const hashes = new Map<number, Buffer>();
  for await (const slice of eventSlices(tx, lane, Number.MAX_SAFE_INTEGER)) {
    for (const event of slice) hashes.set(event.position, hashOf(event, lane));
  }
  for (const [position, hash] of hashes) {
    const text = 'UPDATE es.event SET hash = $3 WHERE lane = $1 AND position = $2';
    await tx.query({ text, values: [lane, position, hash] });
  }
  let digest = Buffer.alloc(0);
  for await (const { first, last } of appendRows(tx, lane, Number.MAX_SAFE_INTEGER)) {
    const own = Array.from({ length: last - first + 1 }, (_, i) => hashes.get(first + i) ?? Buffer.alloc(0));
    digest = Buffer.from(chainDigest(digest, own));
    const text = 'UPDATE es.append SET digest = $3 WHERE lane = $1 AND first_position = $2';
    await tx.query({ text, values: [lane, first, digest] });
  }
}
