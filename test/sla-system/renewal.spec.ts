import { type Database } from '../../src/platform/postgres/database';
import { ReprocessSla, ReprocessSlaHandler } from '../../src/sla/reprocess-sla';
import { compareRows } from '../projections/support/oracle';
import { freshDatabase } from '../support/database';
import { apply, at, moves, of, opening, policy, says } from './support/past';
import { SteppedNode } from './support/stepped-node';

const DAY = 24 * 60 * 60 * 1000;
const TICKETS = 130;

/** The same hours every day. */
function open(from: string, to: string): object {
  const day = [[from, to]];
  const weekly = { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day };
  return { timezone: 'UTC', versions: [{ valid_from: null, weekly }], holidays: [] };
}

describe('figures follow the configuration', () => {
  const database = freshDatabase();
  let node: SteppedNode;
  let db: Database;

  beforeAll(async () => {
    node = await SteppedNode.open(database);
    ({ db } = node.own);
  });
  afterAll(() => node.close());

  const rows = (text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> =>
    db.query({ text, values });
  const restated = (ticket: string): Promise<Record<string, unknown>[]> =>
    rows(
      `SELECT table_name AS "table", column_name AS "column", old_value AS old, new_value AS new, cause
       FROM rpt.metric_revision WHERE ticket_id = $1 AND cause <> 'late_event' ORDER BY 1, 2`,
      ticket,
    );
  const revisions = async (): Promise<unknown[]> =>
    (await rows('SELECT DISTINCT config_revision AS n FROM rpt.ticket_metrics ORDER BY 1')).map(({ n }) => n);

  it('of tickets that were there before the first policy, done ones too', async () => {
    const ids = Array.from({ length: TICKETS }, (_, index) => `A-${index}`);
    await Promise.all(ids.map((id) => node.stored(opening(id), says(id, 10, 'agent', 'a1'))));
    await node.stored(moves('A-0', 200, 'open', 'resolved'));
    await node.project();
    expect(await revisions()).toEqual([0]);
    await apply(db, { policy, tenant: 'acme' });
    await node.project();
    expect(await revisions()).toEqual([2]);
    const broken = await rows(`SELECT FROM rpt.sla_instance WHERE breached AND metric = 'resolution'`);
    expect(broken).toHaveLength(TICKETS);
  });

  it('and what was published before is kept: null was a value, what did not exist was none', async () => {
    const changes = await restated('A-0');
    expect(changes).toContainEqual({
      table: 'ticket_metrics',
      column: 'first_response_business_seconds',
      old: null,
      new: '600',
      cause: 'policy_reapply',
    });
    expect(new Set(changes.map(({ table }) => table))).toEqual(new Set(['ticket_metrics']));
    expect(changes.map(({ column }) => column)).not.toContain('first_response_seconds');
  });

  it('only of those that a later policy concerns', async () => {
    const before = await restated('A-1');
    await apply(db, { policy: { ...policy, targets: { default: { resolution: 60 } } }, tenant: 'acme' });
    await node.project();
    const settled = await rows(
      `SELECT ticket_id FROM rpt.ticket_metrics WHERE config_revision = 2 ORDER BY ticket_id`,
    );
    expect(settled).toEqual([{ ticket_id: 'A-0' }]);
    expect(await restated('A-1')).toEqual(before);
  });

  it('of done tickets as well where a schedule is restated, with what they were before', async () => {
    await node.stored(of('beta', opening('B-0')), of('beta', says('B-0', 20, 'agent', 'a1')));
    await node.stored(of('beta', moves('B-0', 25, 'open', 'resolved')));
    await apply(db, {
      schedules: { desk: open('00:00', '24:00') },
      schedule: 'desk',
      policy,
      tenant: 'beta',
    });
    await node.project();
    await apply(db, {
      schedules: { desk: open('00:00', '00:01') },
      schedule: 'desk',
      policy,
      tenant: 'beta',
    });
    await node.project();
    const before = await restated('B-0');
    const since = new Date(Date.parse(at(0)) - DAY).toISOString().slice(0, 10);
    await new ReprocessSlaHandler(db).execute(
      new ReprocessSla({ schedule: 'desk', from: since, tenant: 'beta' }, { actor: 'test', tenant: null }),
    );
    await node.project();
    const after = (await restated('B-0')).filter(({ cause }) => cause === 'schedule_reprocess');
    expect(before.filter(({ cause }) => cause === 'schedule_reprocess')).toEqual([]);
    expect(after.length).toBeGreaterThan(0);
    expect(after).toContainEqual({
      table: 'ticket_metrics',
      column: 'first_resolution_business_seconds',
      old: '1500',
      new: expect.stringMatching(/^\d+$/) as string,
      cause: 'schedule_reprocess',
    });
  });

  it('also of a ticket to which something happens at that very moment', async () => {
    await node.stored(of('gamma', opening('C-0')), of('gamma', says('C-0', 10, 'agent', 'a1')));
    await node.project();
    await apply(db, { policy, tenant: 'gamma' });
    await node.stored(of('gamma', moves('C-0', 20, 'open', 'resolved')));
    await node.project();
    const columns = (await restated('C-0')).map(({ column }) => column);
    expect(columns).toContain('first_response_business_seconds');
  });

  it('once: nobody who takes over the lanes finds more to do', async () => {
    const [{ n } = {}] = await rows('SELECT count(*)::int AS n FROM app.restatement');
    const other = await SteppedNode.open(database);
    await other.project();
    await other.close();
    expect(await rows('SELECT count(*)::int AS n FROM app.restatement')).toEqual([{ n }]);
  });

  it('and the tables hold what a fold of the log makes', async () => {
    for (const { stored, expected } of (await compareRows(db)).values()) expect(stored).toEqual(expected);
  });
});
