import { type Queryable } from '../../platform/postgres/database';
import { StatementError } from '../../platform/postgres/database-error';
import { type Batch, type LaneProjector } from './lane-projector';

/** Writes a batch in one transaction; where PostgreSQL refuses its data, in another one that parks the culprits. */
export async function commitBatch(
  projector: LaneProjector,
  batch: Batch,
  inTransaction: (write: (tx: Queryable) => Promise<void>) => Promise<unknown>,
): Promise<void> {
  await inTransaction((tx) => projector.write(tx, batch)).catch((thrown: unknown) => {
    if (!(thrown instanceof StatementError && thrown.isAboutData)) throw thrown;
    return inTransaction((tx) => projector.writeOneByOne(tx, batch));
  });
  projector.settle(batch);
}
