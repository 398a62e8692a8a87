import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { SlaConfigStore } from '../../src/sla/sla-config-store';
import { freshDatabase } from '../support/database';
import { type Desk, hours, openDesk, policy } from './support/desk';

const VIEWS = ['schedule', 'schedule_open_interval', 'schedule_version', 'sla_policy_version', 'date'];
const REFUSED = { sqlState: '42501' };

describe('SLA configuration in the database', () => {
  const database = freshDatabase();
  let desk: Desk;
  let superuser: Database;
  let analyst: Database;

  beforeAll(async () => {
    desk = openDesk(database);
    const access = { url: database.url, poolMax: 1, applicationName: 'test' };
    superuser = openDatabase(access);
    analyst = openDatabase({ ...access, role: 'casetrail_analyst' });
    await desk.addSource('acme');
    await desk.apply({
      schedules: { office: hours('09:00', '17:00') },
      schedule: 'office',
      policy,
      source: 'acme',
    });
  });
  afterAll(() => Promise.all([desk.close(), superuser.close(), analyst.close()]));

  it.each([
    'UPDATE app.sla_version SET version = version',
    'DELETE FROM app.sla_version',
    'TRUNCATE app.sla_version',
  ])('refuses even a superuser: %s', async (text) => {
    await expect(desk.db.query({ text })).rejects.toMatchObject(REFUSED);
    await expect(superuser.query({ text })).rejects.toMatchObject(REFUSED);
  });

  it('never holds a time open twice', async () => {
    const text = `INSERT INTO app.schedule_open_interval
                  SELECT * FROM app.schedule_open_interval LIMIT 1`;
    await expect(desk.db.query({ text })).rejects.toMatchObject({ sqlState: '23P01' });
  });

  it.each(VIEWS)('shows analysts rpt.%s, with a comment on it and on each column', async (view) => {
    expect((await analyst.query({ text: `SELECT * FROM rpt.${view} LIMIT 1` })).length).toBe(1);
    const silent = await superuser.query({
      text: `SELECT attname FROM pg_attribute
             WHERE attrelid = $1::regclass AND attnum > 0 AND col_description(attrelid, attnum) IS NULL
             UNION ALL SELECT 'itself' WHERE obj_description($1::regclass) IS NULL`,
      values: [`rpt.${view}`],
    });
    expect(silent).toEqual([]);
  });

  it('lets analysts count business time and change nothing', async () => {
    const text = `SELECT rpt.business_seconds('acme/office', '2026-03-02T00:00Z', '2026-03-03T00:00Z') AS seconds`;
    expect(await analyst.query({ text })).toEqual([{ seconds: 28_800 }]);
    for (const refused of ['SELECT * FROM app.sla_version', 'DELETE FROM rpt.schedule']) {
      await expect(analyst.query({ text: refused })).rejects.toMatchObject(REFUSED);
    }
  });

  it('keeps the bot option of a source with its history', async () => {
    await desk.addSource('talkative', 'talkative', { bot_answers: true });
    await desk.addSource('silent');
    await desk.setSettings('silent', { environment: 'staging' });
    const before = Date.now();
    await desk.setSettings('silent', { bot_answers: true });
    const configurations = await new SlaConfigStore(desk.db, () => 0).current();
    const answers = (source: string, createdAt: number) =>
      configurations.configFor({ tenant: source, source, createdAt, settledAt: null }).botAnswers;
    expect(answers('talkative', 0)).toBe(true);
    expect([answers('silent', before - 1000), answers('silent', Date.now() + 1000)]).toEqual([false, true]);
    const rows = await superuser.query({
      text: `SELECT name FROM app.sla_version WHERE kind = 'bot_answers'`,
    });
    expect(rows).toHaveLength(2);
  });

  it('is read anew at most once a second, and only where it changed', async () => {
    let now = 0;
    const store = new SlaConfigStore(desk.db, () => now);
    const first = await store.current();
    await desk.apply({ schedules: { more: hours('09:00', '10:00') }, tenant: 'acme' });
    expect(await store.current()).toBe(first);
    now = 1000;
    const [second, shared] = await Promise.all([store.current(), store.current()]);
    expect(second).toBe(shared);
    expect(second.revision).toBeGreaterThan(first.revision);
    now = 2000;
    expect(await store.current()).toBe(second);
  });
});
