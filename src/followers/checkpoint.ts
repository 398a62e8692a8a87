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

// SKIP LOCKED: whoever holds the row now knows better, and word of an error is not worth waiting for.
const REPORT = {
  name: 'follower_report',
  text: `
    UPDATE es.follower f SET error = $4
    WHERE (f.name, f.lane) IN (
      SELECT r.name, r.lane FROM es.follower r
      WHERE r.name = $1 AND r.lane = $2 AND r.epoch = $3 AND r.error IS DISTINCT FROM $4
      FOR UPDATE SKIP LOCKED)`,
} as const;

/** Leaves word of what stops a lane where operators look for it; null when it goes on again. */
export async function reportError(
  db: Queryable,
  { follower, lane, epoch }: Checkpoint,
  error: string | null,
): Promise<void> {
  await db.query({ ...REPORT, values: [follower, lane, epoch, error?.slice(0, 2000) ?? null] });
}
