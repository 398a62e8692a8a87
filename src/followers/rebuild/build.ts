import { CasetrailError } from '../../kernel/errors';
import { type Queryable } from '../../platform/postgres/database';
import { type Session } from '../../platform/postgres/copy';
import { makeTables, tablesHash } from '../../platform/postgres/read-models';
import { schemaOf } from '../projections/generations';
import { PROJECTIONS } from '../projections/projections';
import { type Projection, type TicketRef } from '../projections/projection';

/** New tables that are being filled beside the live ones, and how far that has come. */
export interface Build {
  readonly generation: number;
  readonly schema: string;
  readonly projections: readonly Projection[];
  readonly isIndexed: boolean;
  readonly lanes: readonly BuildLane[];
}

export interface BuildLane {
  readonly lane: number;
  /** The new rows are those of this position of the lane. */
  readonly position: number;
  /** The last ticket whose rows are there; null before the first. */
  readonly after: TicketRef | null;
  readonly isCopied: boolean;
}

const READ_LANES = `
  SELECT lane, position, is_copied AS "isCopied",
         CASE WHEN after_ticket_id IS NOT NULL
           THEN json_build_object('tenant', after_tenant, 'ticketId', after_ticket_id) END AS after
  FROM app.rebuild_lane ORDER BY lane`;

/** Neither a live generation nor one that another rebuild has left behind. */
const NEXT_GENERATION = `
  SELECT 1 + greatest(
    (SELECT coalesce(max(generation), 0) FROM app.projection),
    (SELECT coalesce(max(substr(nspname, 4)::int), 0) FROM pg_namespace WHERE nspname ~ '^rm_[0-9]{1,9}$')
  ) AS generation`;

// Counted only in lanes of which a part is done: of the others the position is near enough.
const EVENTS_LEFT = `
  SELECT coalesce(sum(CASE WHEN b.after_ticket_id IS NULL THEN b.position ELSE (
    SELECT count(*) FROM es.event e
    WHERE e.lane = b.lane AND e.position <= b.position
      AND (e.ticket_id COLLATE "C", e.tenant COLLATE "C") > (b.after_ticket_id, b.after_tenant)) END), 0)::bigint AS events
  FROM app.rebuild_lane b WHERE NOT b.is_copied`;

/** What a killed rebuild of the same projections by the same code has left; null where there is none. */
export async function unfinishedBuild(
  db: Queryable,
  projections: readonly Projection[],
): Promise<Build | null> {
  const [found] = await db.query<{ generation: number; isIndexed: boolean }>({
    text: 'SELECT generation, is_indexed AS "isIndexed" FROM app.rebuild WHERE plan = $1',
    values: [planOf(projections)],
  });
  if (found === undefined) return null;
  const lanes = await db.query<BuildLane & Record<string, unknown>>({ text: READ_LANES });
  return { ...found, schema: schemaOf(found.generation), projections, lanes };
}

/** Empty tables, to be filled up to where the live ones are now. */
export async function startBuild(session: Session, projections: readonly Projection[]): Promise<Build> {
  return session.transaction(async () => {
    await forgetBuild(session);
    const [next] = await session.query<{ generation: number }>({ text: NEXT_GENERATION });
    const generation = next?.generation ?? 1;
    for (const { name } of projections) await makeTables(session, name, generation);
    await session.query({
      text: 'INSERT INTO app.rebuild (generation, plan) VALUES ($1, $2)',
      values: [generation, planOf(projections)],
    });
    await session.query({
      text: 'INSERT INTO app.rebuild_lane (lane, position) SELECT lane, position FROM es.follower WHERE name = $1',
      values: [PROJECTIONS],
    });
    const build = await unfinishedBuild(session, projections);
    if (build === null) throw new Error('a build that was just begun is there');
    return build;
  });
}

/** About how many events are still to be read. */
export async function eventsLeft(db: Queryable): Promise<number> {
  const [row] = await db.query<{ events: number }>({ text: EVENTS_LEFT });
  return row?.events ?? 0;
}

export async function parkedCount(db: Queryable, generation: number): Promise<number> {
  const [row] = await db.query<{ parked: number }>({
    text: 'SELECT count(*) AS parked FROM app.parked_ticket WHERE generation = $1',
    values: [generation],
  });
  return row?.parked ?? 0;
}

export async function noteIndexed(db: Queryable): Promise<void> {
  await db.query({ text: 'UPDATE app.rebuild SET is_indexed = true' });
}

/**
 * By compare-and-set: the server may still be busy with the last chunk of a rebuild that was killed, and only one of the
 * two may write it.
 */
export async function noteTicket(
  db: Queryable,
  lane: number,
  before: TicketRef | null,
  last: TicketRef,
): Promise<void> {
  const noted = await db.query({
    text: `
      UPDATE app.rebuild_lane SET after_tenant = $4, after_ticket_id = $5
      WHERE lane = $1 AND after_tenant IS NOT DISTINCT FROM $2 AND after_ticket_id IS NOT DISTINCT FROM $3
      RETURNING lane`,
    values: [lane, before?.tenant ?? null, before?.ticketId ?? null, last.tenant, last.ticketId],
  });
  if (noted.length === 0) throw new CasetrailError('conflict', 'Another rebuild writes the same tables.');
}

export async function noteCopied(db: Queryable, lane: number): Promise<void> {
  await db.query({
    text: 'UPDATE app.rebuild_lane SET is_copied = true WHERE lane = $1',
    values: [lane],
  });
}

export async function notePosition(db: Queryable, lane: number, position: number): Promise<void> {
  await db.query({
    text: 'UPDATE app.rebuild_lane SET position = $2 WHERE lane = $1',
    values: [lane, position],
  });
}

export async function forgetBuild(db: Queryable): Promise<void> {
  await db.query({ text: 'DELETE FROM app.rebuild_lane' });
  await db.query({ text: 'DELETE FROM app.rebuild' });
}

function planOf(projections: readonly Projection[]): string {
  return projections
    .map(({ name, codeVersion }) => `${name} ${codeVersion} ${tablesHash(name)}`)
    .sort()
    .join('\n');
}
