import { type Queryable } from '../../platform/postgres/database';

const ZONE = {
  name: 'sla_zone',
  text: `
    SELECT v.timezone FROM rpt.schedule_version v
    WHERE v.schedule_id = $1 ORDER BY v.schedule_version DESC LIMIT 1`,
} as const;

/** The IANA zone in which people think of a schedule's hours. */
export async function zoneOfSchedule(db: Queryable, scheduleId: string): Promise<string> {
  const [row] = await db.query<{ timezone: string }>({ ...ZONE, values: [scheduleId] });
  return row?.timezone ?? 'UTC';
}
