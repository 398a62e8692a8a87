import { type Queryable } from '../platform/postgres/database';

/** How far a follower has come in one lane, and the right to move it on. */
export interface Checkpoint {
  readonly follower: string;
  readonly lane: number;
  readonly position: number;
  /** Raised whenever the lane changes hands: a writer of an older epoch moves nothing. */
  readonly epoch: number;
}

/** Another node has taken this lane, or moved it: what this batch was about to write must not be written. */
export class FenceLost extends Error {
  override readonly name = 'FenceLost';

  constructor(checkpoint: Checkpoint) {
    super(`${checkpoint.follower} lost lane ${checkpoint.lane} at position ${checkpoint.position}`);
  }
}

const ADVANCE = {
  name: 'follower_advance',
  text: `
    UPDATE es.follower SET position = $5, error = NULL
    WHERE name = $1 AND lane = $2 AND epoch = $3 AND position = $4
    RETURNING lane`,
} as const;

/**
 * Moves a checkpoint by compare-and-set. In a transaction it is the first statement: its row lock keeps a thief waiting
 * until this batch is committed, and a node that lost its lane fails before it writes.
 */
export async function advanceCheckpoint(db: Queryable, checkpoint: Checkpoint, to: number): Promise<void> {
  const { follower, lane, epoch, position } = checkpoint;
  const moved = await db.query({ ...ADVANCE, values: [follower, lane, epoch, position, to] });
  if (moved.length === 0) throw new FenceLost(checkpoint);
}

const REPORT = {
  name: 'follower_report',
  text: `UPDATE es.follower SET error = $4 WHERE name = $1 AND lane = $2 AND epoch = $3 AND error IS DISTINCT FROM $4`,
} as const;

/** Leaves word of what stops a lane where operators look for it. */
export async function reportError(db: Queryable, checkpoint: Checkpoint, error: string): Promise<void> {
  const { follower, lane, epoch } = checkpoint;
  await db.query({ ...REPORT, values: [follower, lane, epoch, error.slice(0, 2000)] });
}
