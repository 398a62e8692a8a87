import { nextLocalMidnight } from '../../src/domain/sla/zone';
import golden from '../golden/sla-golden.json';
import { freshDatabase } from '../support/database';
import { type Desk, hours, openDesk, policy } from './support/desk';

const DAY = 24 * 60 * 60 * 1000;
const nineToFive = hours('09:00', '17:00');
const tenToSix = hours('10:00', '18:00');

describe('applying SLA configuration', () => {
  const database = freshDatabase();
  let desk: Desk;

  beforeAll(() => {
    desk = openDesk(database);
  });
  afterAll(() => desk.close());

  it('makes the first schedule and the first policy valid from the beginning', async () => {
    await desk.addSource('first');
    const file = { schedules: { office: nineToFive }, schedule: 'office', policy, source: 'first' };
    const change = await desk.apply(file);
    expect(change).toMatchObject({
      made: [
        { kind: 'schedule', id: 'first/office', version: 1, valid_from: null },
        { kind: 'policy', id: 'source/first', version: 1, valid_from: null },
      ],
      unchanged: [],
      notices: [],
    });
    expect(change.config_revision).toBe(change.made[1]?.config_revision);
  });

  it('makes no version of what is in force already', async () => {
    await desk.addSource('again');
    const file = { schedules: { office: nineToFive }, schedule: 'office', policy, source: 'again' };
    const first = await desk.apply(file);
    const again = await desk.apply({
      ...file,
      policy: { ...policy, warn_percent: 80, pause_statuses: ['Pending'] },
    });
    expect(again).toMatchObject({ made: [], unchanged: first.made, config_revision: first.config_revision });
    expect((await desk.list('again')).policies).toHaveLength(1);
  });

  it('makes later hours valid from the next local midnight, and a later policy at once', async () => {
    await desk.addSource('later');
    await desk.apply({ schedules: { office: nineToFive }, schedule: 'office', policy, source: 'later' });
    const from = Date.now();
    const changed = { ...policy, targets: { default: { resolution: 60 } } };
    const { made } = await desk.apply({
      schedules: { office: tenToSix },
      schedule: 'office',
      policy: changed,
      source: 'later',
    });
    const [schedule, later] = made.map(({ valid_from }) => Date.parse(valid_from ?? ''));
    expect([from, Date.now()].map((at) => nextLocalMidnight('Europe/Berlin', at))).toContain(schedule);
    expect(later).toBeGreaterThanOrEqual(from - 1);
    expect(later).toBeLessThanOrEqual(Date.now());
    const { policies } = await desk.list('later');
    expect(policies.map(({ version, in_force }) => [version, in_force])).toEqual([
      [1, false],
      [2, true],
    ]);
  });

  it('lets what is applied last rule, also where its midnight comes sooner', async () => {
    await desk.addSource('zones');
    const named = (timezone: string) => ({
      schedules: { office: hours('09:00', '17:00', { timezone }) },
      tenant: 'zones',
    });
    await desk.apply(named('Europe/Berlin'));
    const west = await desk.apply(named('Pacific/Honolulu'));
    const east = await desk.apply(named('Pacific/Auckland'));
    const [sooner, last] = [west, east].map(({ made }) => Date.parse(made[0]?.valid_from ?? ''));
    expect(last).toBeGreaterThanOrEqual(sooner ?? Infinity);
    expect((await desk.apply(named('Pacific/Auckland'))).made).toEqual([]);
  });

  it('takes a policy for a later instant, which does not come before it', async () => {
    await desk.addSource('planned');
    const file = { schedules: { office: nineToFive }, schedule: 'office', policy, tenant: 'planned' };
    await desk.apply(file);
    const changed = { ...file, policy: { ...policy, warn_percent: 50 } };
    const at = new Date(Date.now() + DAY).toISOString();
    const planned = await desk.apply({ ...changed, valid_from: at });
    expect(planned).toMatchObject({
      made: [{ id: 'tenant/planned', version: 2, valid_from: at }],
      notices: [`Version 2 of this policy takes over at ${at}.`],
    });
    expect((await desk.apply({ ...changed, valid_from: at })).made).toEqual([]);
    expect((await desk.apply(file)).made).toEqual([]);
    expect((await desk.apply(changed)).made).toMatchObject([{ version: 3 }]);
    await expect(desk.apply({ ...file, valid_from: '2026-01-01T00:00:00Z' })).rejects.toThrow(
      'valid_from: lies in the past, and a policy never reaches back',
    );
  });

  it('takes a policy away, and binds a schedule that is known from before', async () => {
    await desk.addSource('removed');
    await desk.apply({ schedules: { office: nineToFive }, tenant: 'removed' });
    await desk.apply({ schedule: 'office', policy, tenant: 'removed' });
    const { made } = await desk.apply({ schedule: 'office', policy: null, tenant: 'removed' });
    expect(made).toMatchObject([{ kind: 'policy', version: 2 }]);
    expect((await desk.list('removed')).policies[1]).toMatchObject({
      policy: null,
      schedule_id: 'removed/office',
    });
  });

  it('takes every schedule and policy of the golden file', async () => {
    await desk.addSource('golden');
    for (const { schedule, policy: rules } of golden.scenarios) {
      const file = { schedules: golden.schedules, schedule, policy: rules as typeof policy | null };
      await desk.apply({ ...file, source: 'golden' });
    }
    expect((await desk.list('golden')).schedules).toHaveLength(Object.keys(golden.schedules).length);
  });

  it('keeps schedules of the same name apart by tenant', async () => {
    await desk.addSource('one-of-two');
    await desk.addSource('other-of-two');
    await desk.apply({ schedules: { same: nineToFive }, tenant: 'one-of-two' });
    const { made } = await desk.apply({ schedules: { same: tenToSix }, tenant: 'other-of-two' });
    expect(made).toMatchObject([{ id: 'other-of-two/same', version: 1, valid_from: null }]);
  });

  it('says where a tenant has no source yet', async () => {
    const { notices } = await desk.apply({ schedules: { office: nineToFive }, tenant: 'nobody' });
    expect(notices).toEqual(['No source belongs to the tenant nobody yet.']);
  });

  it('applies all of a file or nothing', async () => {
    await desk.addSource('whole');
    const file = { schedules: { office: nineToFive }, schedule: 'ofice', policy, source: 'whole' };
    await expect(desk.apply(file)).rejects.toThrow(
      'schedule: ofice is neither among schedules nor known to the tenant whole (office)',
    );
    expect((await desk.list('whole')).schedules).toEqual([]);
  });

  it('numbers versions without gaps and revisions in commit order when many apply at once', async () => {
    await desk.addSource('crowd');
    const before = (await desk.list()).config_revision;
    const changes = await Promise.all(
      Array.from({ length: 12 }, (_, index) => {
        const rules = { ...policy, warn_percent: 10 + index };
        return desk.apply({
          schedules: { office: nineToFive },
          schedule: 'office',
          policy: rules,
          tenant: 'crowd',
        });
      }),
    );
    const { policies, schedules } = await desk.list('crowd');
    expect(schedules).toHaveLength(1);
    expect(policies.map(({ version }) => version)).toEqual(changes.map((_, index) => index + 1));
    const revisions = policies.map(({ config_revision }) => config_revision);
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
    expect(Math.min(...revisions)).toBeGreaterThan(before);
    const recorded = policies.map(({ recorded_at }) => recorded_at);
    expect(recorded).toEqual(recorded.toSorted());
  });

  it('leaves who did what', async () => {
    await desk.addSource('audited');
    await desk.apply({ schedules: { office: nineToFive }, schedule: 'office', policy, source: 'audited' });
    const rows = await desk.db.query({
      text: `SELECT actor, action, target, detail - 'config_revision' AS detail FROM app.audit
             WHERE tenant = 'audited' ORDER BY id`,
    });
    const detail = { version: 1, valid_from: null };
    expect(rows).toEqual([
      {
        actor: 'test',
        action: 'sla.apply',
        target: 'audited/office',
        detail: { ...detail, kind: 'schedule' },
      },
      {
        actor: 'test',
        action: 'sla.apply',
        target: 'source/audited',
        detail: { ...detail, kind: 'source_policy' },
      },
    ]);
  });
});
