import fc from 'fast-check';
import { calendarOf } from '../../src/domain/sla/calendar';
import { type Version } from '../../src/domain/sla/versions';
import { type Schedule } from '../../src/domain/sla/schedule';
import { extendHours } from '../../src/sla/open-hours';
import { lockSla } from '../../src/sla/sla-version-store';
import golden from '../golden/sla-golden.json';
import { place } from '../sla/support/calendars';
import { freshDatabase } from '../support/database';
import { type Desk, hours, openDesk } from './support/desk';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

describe('business time in SQL', () => {
  const database = freshDatabase();
  let desk: Desk;
  let made = 0;

  beforeAll(async () => {
    desk = openDesk(database);
    await desk.addSource('acme');
  });
  afterAll(() => desk.close());

  async function inSql(schedule: string, spans: readonly (readonly [number, number])[]): Promise<unknown[]> {
    const rows = await desk.db.query<{ seconds: number | null }>({
      text: `SELECT rpt.business_seconds($1, to_timestamp(a / 1000.0), to_timestamp(b / 1000.0)) AS seconds
             FROM unnest($2::bigint[], $3::bigint[]) WITH ORDINALITY AS s(a, b, n) ORDER BY n`,
      values: [schedule, spans.map(([a]) => a), spans.map(([, b]) => b)],
    });
    return rows.map(({ seconds }) => seconds);
  }

  async function agree(schedule: Schedule, spans: readonly (readonly [number, number])[]): Promise<void> {
    const name = `s${++made}`;
    await desk.apply({ schedules: { [name]: schedule }, tenant: 'acme' });
    const calendar = calendarOf([{ version: 1, validFrom: null, body: schedule }]);
    const inCode = spans.map(([a, b]) => Math.floor(calendar.business(a, b) / 1000));
    expect(await inSql(`acme/${name}`, spans)).toEqual(inCode);
  }

  it('is that of the calendar: odd zones, clock changes, overnight hours, holidays, versions', async () => {
    const away = fc.integer({ min: -5 * DAY, max: 5 * DAY });
    const length = fc.oneof(fc.integer({ min: -DAY, max: 3 * DAY }), fc.integer({ min: 0, max: 400 * DAY }));
    const spans = fc.array(fc.tuple(away, length), { minLength: 30, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(place, spans, ({ schedule, around }, list) =>
        agree(
          schedule,
          // Beyond two years ahead the hours are not laid out, and SQL says null.
          list.map(([from, ms]) => [around + from, Math.min(around + from + ms, Date.now() + 700 * DAY)]),
        ),
      ),
      { numRuns: 10 },
    );
  });

  it('is that of the calendar for the schedules of the golden file', async () => {
    const start = Date.parse('2026-03-02T10:00:00.123Z');
    const spans = Array.from(
      { length: 60 },
      (_, n) => [start + n * 7 * HOUR, start + n * 31 * HOUR] as const,
    );
    for (const schedule of Object.values(golden.schedules))
      await agree(schedule as unknown as Schedule, spans);
  });

  it('follows every version of a schedule', async () => {
    await desk.apply({ schedules: { office: hours('09:00', '17:00') }, tenant: 'acme' });
    await desk.apply({ schedules: { office: hours('12:00', '13:00') }, tenant: 'acme' });
    const { schedules } = await desk.list('acme');
    const versions = schedules
      .filter(({ schedule_id: id }) => id === 'acme/office')
      .map(({ version, valid_from: from, schedule }): Version<Schedule> => {
        return { version, validFrom: from === null ? null : Date.parse(from), body: schedule as Schedule };
      });
    const span = [Date.now() - 10 * DAY, Date.now() + 10 * DAY] as const;
    const inCode = Math.floor(calendarOf(versions).business(...span) / 1000);
    expect(await inSql('acme/office', [span])).toEqual([inCode]);
    const used = await desk.db.query<{ n: number }>({
      text: `SELECT DISTINCT schedule_version AS n FROM rpt.schedule_open_interval
             WHERE schedule_id = 'acme/office' ORDER BY 1`,
    });
    expect(used.map(({ n }) => n)).toEqual([1, 2]);
  });

  it('is null, and not 0, where no hours are known', async () => {
    await desk.apply({ schedules: { known: hours('09:00', '17:00') }, tenant: 'acme' });
    const now = Date.now();
    expect(await inSql('acme/unknown', [[now, now + DAY]])).toEqual([null]);
    expect(
      await inSql('acme/known', [
        [Date.UTC(2009, 11, 31), now],
        [now, now + 4 * YEAR],
        [now + DAY, now],
        [now, now],
      ]),
    ).toEqual([null, null, 0, 0]);
  });

  it('is laid out two years ahead as time goes on, by one node at a time', async () => {
    const later = Date.now() + 3 * YEAR;
    const extend = () =>
      desk.db.transaction(async (tx) => {
        await lockSla(tx);
        await extendHours(tx, later);
      });
    await Promise.all([extend(), extend(), extend()]);
    const [short] = await desk.db.query<{ n: number }>({
      text: `SELECT count(*) AS n FROM rpt.schedule WHERE laid_out_to < to_timestamp($1::bigint / 1000.0)`,
      values: [later + 2 * YEAR],
    });
    expect(short?.n).toBe(0);
    const { schedules } = await desk.list('acme');
    const { schedule } = schedules.find(({ schedule_id: id }) => id === 'acme/known') ?? {};
    const calendar = calendarOf([{ version: 1, validFrom: null, body: schedule as Schedule }]);
    const span = [Date.now() + YEAR, later + YEAR] as const;
    expect(await inSql('acme/known', [span])).toEqual([Math.floor(calendar.business(...span) / 1000)]);
  });
});
