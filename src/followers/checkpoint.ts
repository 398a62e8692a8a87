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

// Locked in the order of the lanes, as everybody does who locks several.
const ADVANCE_ALL = {
  name: 'follower_advance_all',
  text: `
    WITH mine AS (
      SELECT f.name, f.lane, k.towards
      FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::bigint[], $5::bigint[])
        AS k(name, lane, epoch, position, towards)
      JOIN es.follower f USING (name, lane, epoch, position)
      ORDER BY f.lane FOR UPDATE OF f)
    UPDATE es.follower f SET position = m.towards, error = NULL
    FROM mine m WHERE f.name = m.name AND f.lane = m.lane
    RETURNING f.name, f.lane`,
} as const;

export interface Advance {
  readonly checkpoint: Checkpoint;
  readonly to: number;
}

/** As advanceCheckpoint, for checkpoints that move together or not at all: the caller's transaction ends with the throw. */
export async function advanceCheckpoints(db: Queryable, advances: readonly Advance[]): Promise<void> {
  const lost = (await moveCheckpoints(db, advances)).find((one) => one instanceof FenceLost);
  if (lost !== undefined) throw lost;
}

/** Each by itself, in one statement: those that this node has lost stay where they are. */
export async function moveCheckpoints(
  db: Queryable,
  advances: readonly Advance[],
): Promise<(FenceLost | 'moved')[]> {
  const from = advances.map(({ checkpoint }) => checkpoint);
  const moved = await db.query<{ name: string; lane: number }>({
    ...ADVANCE_ALL,
    values: [
      from.map(({ follower }) => follower),
      from.map(({ lane }) => lane),
      from.map(({ epoch }) => epoch),
      from.map(({ position }) => position),
      advances.map(({ to }) => to),
    ],
  });
  return from.map((one) =>
    moved.some((row) => row.name === one.follower && row.lane === one.lane) ? 'moved' : new FenceLost(one),
  );
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
