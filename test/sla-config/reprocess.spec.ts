import { startOfLocalDate } from '../../src/domain/sla/zone';
import { freshDatabase } from '../support/database';
import { type Desk, hours, openDesk, policy } from './support/desk';

const nineToFive = hours('09:00', '17:00');
const tenToTwo = hours('10:00', '14:00');
const FROM = '2026-03-02';

describe('reprocessing a schedule', () => {
  const database = freshDatabase();
  let desk: Desk;

  beforeAll(() => {
    desk = openDesk(database);
  });
  afterAll(() => desk.close());

  async function open(schedule: string): Promise<unknown> {
    const [row] = await desk.db.query<{ before: number; on: number }>({
      text: `SELECT rpt.business_seconds($1, '2026-02-27T00:00Z', '2026-02-28T00:00Z') AS before,
                    rpt.business_seconds($1, '2026-03-02T00:00Z', '2026-03-03T00:00Z') AS on`,
      values: [schedule],
    });
    return row;
  }

  async function twoVersions(tenant: string): Promise<string> {
    await desk.addSource(tenant);
    await desk.apply({ schedules: { office: nineToFive }, schedule: 'office', policy, tenant });
    const { made } = await desk.apply({ schedules: { office: tenToTwo }, tenant });
    return made[0]?.valid_from ?? '';
  }

  it('makes the latest hours rule from an earlier local date on, up to where they do by themselves', async () => {
    const until = await twoVersions('acme');
    expect(await open('acme/office')).toEqual({ before: 28_800, on: 28_800 });
    const change = await desk.reprocess({ schedule: 'office', from: FROM, tenant: 'acme' });
    const from = new Date(startOfLocalDate('Europe/Berlin', FROM)).toISOString();
    expect(change.made).toMatchObject([
      { kind: 'schedule', id: 'acme/office', version: 3, valid_from: from },
    ]);
    expect(await open('acme/office')).toEqual({ before: 28_800, on: 14_400 });
    const { schedules } = await desk.list('acme');
    expect(schedules.at(-1)).toMatchObject({ valid_from: from, reprocessed_until: until });
    const seen = await desk.db.query({
      text: `SELECT schedule_version, is_reprocess, valid_from, valid_to FROM rpt.schedule_version
             WHERE schedule_id = 'acme/office' ORDER BY 1`,
    });
    expect(seen).toEqual([
      { schedule_version: 1, is_reprocess: false, valid_from: null, valid_to: new Date(until) },
      { schedule_version: 2, is_reprocess: false, valid_from: new Date(until), valid_to: null },
      { schedule_version: 3, is_reprocess: true, valid_from: new Date(from), valid_to: new Date(until) },
    ]);
    const audited = await desk.db.query({
      text: `SELECT target FROM app.audit WHERE action = 'sla.reprocess'`,
    });
    expect(audited).toEqual([{ target: 'acme/office' }]);
  });

  it('makes no version of what is restated already', async () => {
    await twoVersions('twice');
    await desk.reprocess({ schedule: 'twice/office', from: FROM });
    const later = await desk.reprocess({ schedule: 'twice/office', from: '2026-03-09' });
    expect(later).toMatchObject({ made: [], unchanged: [{ version: 2 }] });
    const earlier = await desk.reprocess({ schedule: 'twice/office', from: '2026-02-23' });
    expect(earlier.made).toMatchObject([{ version: 4 }]);
  });

  it('takes later hours over what was restated', async () => {
    await twoVersions('onward');
    await desk.reprocess({ schedule: 'onward/office', from: FROM });
    await desk.apply({ schedules: { office: nineToFive }, tenant: 'onward' });
    await desk.reprocess({ schedule: 'onward/office', from: FROM });
    expect(await open('onward/office')).toEqual({ before: 28_800, on: 28_800 });
  });

  it('refuses what there is not, or what is so anyway', async () => {
    const until = await twoVersions('refused');
    await desk.addSource('plain');
    await desk.apply({ schedules: { plain: nineToFive }, tenant: 'plain' });
    const other = { actor: 'test', tenant: 'plain' };
    await expect(desk.reprocess({ schedule: 'nope', from: FROM })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(desk.reprocess({ schedule: 'refused/office', from: FROM }, other)).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(desk.reprocess({ schedule: 'plain', from: FROM })).rejects.toThrow(
      'there is nothing to restate',
    );
    await expect(desk.reprocess({ schedule: 'office', from: FROM })).rejects.toThrow(
      /^schedule: the tenants .* each have a schedule office; name the tenant$/,
    );
    await expect(desk.reprocess({ schedule: 'refused/office', from: '2030-01-01' })).rejects.toThrow(
      `from: version 2 of office is valid since ${until} anyway; name an earlier date`,
    );
    await expect(desk.reprocess({ schedule: 'refused/office', from: '1999-01-01' })).rejects.toThrow(
      '2010-01-02',
    );
  });
});
