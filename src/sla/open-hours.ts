import { type Calendar, calendarOf, REACH_MS } from '../domain/sla/calendar';
import { type Queryable } from '../platform/postgres/database';
import { isSchedule, scheduleId, type ScheduleVersion } from './sla-version';
import { readVersions } from './sla-version-store';

const DAY = 24 * 60 * 60 * 1000;
/** Before the first ticket that any of these senders could have sent. */
export const LAID_OUT_SINCE = Date.UTC(2010, 0, 1);
/** More than is promised, so that it need not grow every day. */
const AHEAD_MS = REACH_MS + 60 * DAY;
const AT_LEAST_MS = REACH_MS + 30 * DAY;

const LAY_OUT = {
  name: 'sla_lay_out',
  text: `
    INSERT INTO app.schedule AS s (schedule_id, tenant, name, laid_out)
    VALUES ($1, $2, $3, tstzrange(to_timestamp($4::bigint / 1000.0), to_timestamp($5::bigint / 1000.0)))
    ON CONFLICT (schedule_id) DO UPDATE SET laid_out = EXCLUDED.laid_out
    RETURNING s.no`,
};

const CLEAR = {
  name: 'sla_clear_hours',
  text: 'DELETE FROM app.schedule_open_interval WHERE schedule_no = $1',
};

const OPEN = {
  name: 'sla_open_hours',
  text: `
    INSERT INTO app.schedule_open_interval (schedule_no, open, schedule_version)
    SELECT $1, tstzrange(to_timestamp(i.opens / 1000.0), to_timestamp(i.closes / 1000.0)), i.version
    FROM unnest($2::bigint[], $3::bigint[], $4::int[]) AS i(opens, closes, version)`,
};

const SHORT = {
  name: 'sla_short_hours',
  text: `
    SELECT tenant, name, floor(extract(epoch FROM lower(laid_out)) * 1000)::bigint AS since,
           floor(extract(epoch FROM upper(laid_out)) * 1000)::bigint AS until
    FROM app.schedule WHERE upper(laid_out) < to_timestamp($1::bigint / 1000.0) ORDER BY no`,
};

type Named = Pick<ScheduleVersion, 'tenant' | 'name'>;

/** The hours of one schedule for SQL, from scratch. Call it under the lock, with all the schedule's versions. */
export async function layOutHours(
  tx: Queryable,
  schedule: Named,
  versions: readonly ScheduleVersion[],
  now: number,
): Promise<void> {
  const until = now + AHEAD_MS;
  const no = await noteSpan(tx, schedule, LAID_OUT_SINCE, until);
  await tx.query({ ...CLEAR, values: [no] });
  await insertHours(tx, no, calendarOf(versions), LAID_OUT_SINCE, until);
}

interface Short extends Named, Record<string, unknown> {
  readonly since: number;
  readonly until: number;
}

/** Time goes on, and with it where two years ahead is. Call it under the lock. */
export async function extendHours(tx: Queryable, now: number): Promise<void> {
  const short = await tx.query<Short>({ ...SHORT, values: [now + AT_LEAST_MS] });
  for (const { since, until, ...schedule } of short) {
    const ofTenant = (await readVersions(tx, schedule.tenant)).filter(isSchedule);
    const versions = ofTenant.filter(({ name }) => name === schedule.name);
    const further = now + AHEAD_MS;
    const no = await noteSpan(tx, schedule, since, further);
    await insertHours(tx, no, calendarOf(versions), until, further);
  }
}

/** Returns the schedule's number. */
async function noteSpan(
  tx: Queryable,
  { tenant, name }: Named,
  since: number,
  until: number,
): Promise<number> {
  const values = [scheduleId(tenant, name), tenant, name, since, until];
  const [row] = await tx.query<{ no: number }>({ ...LAY_OUT, values });
  if (row === undefined) throw new Error('an upsert returns its row');
  return row.no;
}

async function insertHours(
  tx: Queryable,
  no: number,
  calendar: Calendar,
  from: number,
  to: number,
): Promise<void> {
  const open = calendar.openWithin(from, to);
  const opens = open.map((interval) => interval.from);
  const closes = open.map((interval) => interval.to);
  await tx.query({ ...OPEN, values: [no, opens, closes, open.map(({ version }) => version)] });
}
