import { type Queryable } from '../platform/postgres/database';
import { type Checkpoint } from './checkpoint';

const SECOND = 1000;
/** A dead node's lanes are free after this; a living one renews four times meanwhile. */
export const LEASE_MS = 4 * SECOND;
export const RENEW_MS = SECOND;

const ENROL = {
  name: 'follower_enrol',
  text: `
    INSERT INTO es.follower (name, lane) SELECT $1, l.lane FROM es.lane l ORDER BY l.lane
    ON CONFLICT DO NOTHING`,
} as const;

// SKIP LOCKED: a lane in the middle of a batch is alive and is left alone.
const CLAIM = {
  name: 'follower_claim',
  text: `
    UPDATE es.follower f
    SET owner = $2, epoch = f.epoch + 1, lease_until = clock_timestamp() + $3 * interval '1 millisecond'
    WHERE (f.name, f.lane) IN (
      SELECT c.name, c.lane FROM es.follower c
      WHERE c.name = $1 AND (c.owner IS NULL OR c.lease_until < clock_timestamp())
      ORDER BY c.lane FOR UPDATE SKIP LOCKED)
    RETURNING f.name AS follower, f.lane, f.position, f.epoch`,
} as const;

const RENEW = {
  name: 'follower_renew',
  text: `
    UPDATE es.follower SET lease_until = clock_timestamp() + $3 * interval '1 millisecond'
    WHERE name = $1 AND owner = $2
    RETURNING lane, epoch`,
} as const;

const RELEASE = {
  name: 'follower_release',
  text: `UPDATE es.follower SET owner = NULL, lease_until = NULL WHERE name = $1 AND owner = $2`,
} as const;

/** The rows of a follower that is new to this database, at position 0. */
export async function enrol(db: Queryable, follower: string): Promise<void> {
  await db.query({ ...ENROL, values: [follower] });
}

/** Takes every lane that nobody holds. No session state: it works behind a transaction-mode pooler. */
export function claimFreeLanes(db: Queryable, follower: string, owner: string): Promise<Checkpoint[]> {
  return db.query<Checkpoint & Record<string, unknown>>({ ...CLAIM, values: [follower, owner, LEASE_MS] });
}

/** Returns what is still held, by lane, with its epoch. */
export async function renewLanes(
  db: Queryable,
  follower: string,
  owner: string,
): Promise<Map<number, number>> {
  const rows = await db.query<{ lane: number; epoch: number }>({
    ...RENEW,
    values: [follower, owner, LEASE_MS],
  });
  return new Map(rows.map((row) => [row.lane, row.epoch]));
}

export async function releaseLanes(db: Queryable, follower: string, owner: string): Promise<void> {
  await db.query({ ...RELEASE, values: [follower, owner] });
}
