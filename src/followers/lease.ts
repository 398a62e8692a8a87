import { type Queryable } from '../platform/postgres/database';
import { type Checkpoint } from './checkpoint';

const SECOND = 1000;
/** After this a silent node counts as dead; a living one renews three times meanwhile. */
const LEASE_MS = 3 * SECOND;
export const RENEW_MS = SECOND;

// Plain statements, no session state: all of it works behind a transaction-mode pooler.

// NOT EXISTS: ON CONFLICT alone waits for whoever is updating the row, here a batch.
const ENROL = {
  name: 'follower_enrol',
  text: `
    INSERT INTO es.follower (name, lane)
    SELECT $1, l.lane FROM es.lane l
    WHERE NOT EXISTS (SELECT FROM es.follower f WHERE f.name = $1 AND f.lane = l.lane)
    ORDER BY l.lane
    ON CONFLICT DO NOTHING`,
} as const;

// Nodes that died without a word are forgotten after a while, by whoever is still there.
const RENEW = {
  name: 'follower_renew',
  text: `
    WITH forgotten AS (
      DELETE FROM es.follower_node
      WHERE name = $1 AND owner <> $2 AND lease_until < clock_timestamp() - interval '1 minute')
    INSERT INTO es.follower_node (name, owner, lease_until)
    VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
    ON CONFLICT (name, owner) DO UPDATE SET lease_until = excluded.lease_until`,
} as const;

const SURVEY = {
  name: 'follower_survey',
  text: `
    SELECT
      (SELECT count(*)::int FROM es.follower f WHERE f.name = $1) AS lanes,
      (SELECT json_agg(n.owner ORDER BY n.joined_at, n.owner) FROM es.follower_node n
       WHERE n.name = $1 AND (n.owner = $2 OR n.lease_until > clock_timestamp())) AS nodes,
      (SELECT coalesce(json_agg(json_build_array(f.lane, f.epoch)), '[]') FROM es.follower f
       WHERE f.name = $1 AND f.owner = $2) AS held`,
} as const;

// SKIP LOCKED: a lane in the middle of a batch is alive and is left alone.
const CLAIM = {
  name: 'follower_claim',
  text: `
    UPDATE es.follower f SET owner = $2, epoch = f.epoch + 1, error = NULL
    WHERE (f.name, f.lane) IN (
      SELECT c.name, c.lane FROM es.follower c
      WHERE c.name = $1 AND c.lane <> ALL ($3::smallint[])
        AND (c.owner IS NULL OR NOT EXISTS (
          SELECT FROM es.follower_node n
          WHERE n.name = c.name AND n.owner = c.owner AND n.lease_until > clock_timestamp()))
      ORDER BY c.lane LIMIT $4 FOR UPDATE OF c SKIP LOCKED)
    RETURNING f.name AS follower, f.lane, f.position, f.epoch`,
} as const;

const RELEASE = {
  name: 'follower_release',
  text: `UPDATE es.follower SET owner = NULL WHERE name = $1 AND owner = $2 AND lane = ANY ($3::smallint[])`,
} as const;

const LEAVE = {
  name: 'follower_leave',
  text: `
    WITH gone AS (DELETE FROM es.follower_node WHERE name = $1 AND owner = $2)
    UPDATE es.follower SET owner = NULL WHERE name = $1 AND owner = $2`,
} as const;

/** Who follows, and what of it this node holds. */
export interface Survey {
  readonly lanes: number;
  /** The nodes that are alive, this one among them, the oldest first. */
  readonly nodes: readonly string[];
  /** Lanes that are this node's, with their epochs. */
  readonly held: ReadonlyMap<number, number>;
}

export interface ClaimLimits {
  readonly most: number;
  /** Lanes to leave alone. */
  readonly except: readonly number[];
}

/** The rows of a follower that is new to this database, at position 0. */
export async function enrol(db: Queryable, follower: string): Promise<void> {
  await db.query({ ...ENROL, values: [follower] });
}

/** Says that this node is alive and wants its share, also while it holds no lane. */
export async function renewLease(db: Queryable, follower: string, owner: string): Promise<void> {
  await db.query({ ...RENEW, values: [follower, owner, LEASE_MS] });
}

export async function survey(db: Queryable, follower: string, owner: string): Promise<Survey> {
  const [row] = await db.query<{ lanes: number; nodes: string[] | null; held: [number, number][] }>({
    ...SURVEY,
    values: [follower, owner],
  });
  if (row === undefined) throw new Error('a SELECT without FROM has one row');
  return { lanes: row.lanes, nodes: row.nodes ?? [], held: new Map(row.held) };
}

/** Takes lanes that no living node holds. */
export function claimFreeLanes(
  db: Queryable,
  follower: string,
  owner: string,
  { most, except }: ClaimLimits = { most: Number.MAX_SAFE_INTEGER, except: [] },
): Promise<Checkpoint[]> {
  return db.query<Checkpoint & Record<string, unknown>>({
    ...CLAIM,
    values: [follower, owner, [...except], most],
  });
}

/** Gives single lanes up. */
export async function releaseLanes(
  db: Queryable,
  follower: string,
  owner: string,
  lanes: readonly number[],
): Promise<void> {
  await db.query({ ...RELEASE, values: [follower, owner, [...lanes]] });
}

/** Gives everything up: the other nodes need not wait until the lease has run out. */
export async function leave(db: Queryable, follower: string, owner: string): Promise<void> {
  await db.query({ ...LEAVE, values: [follower, owner] });
}
