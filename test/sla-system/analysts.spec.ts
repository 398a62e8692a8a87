import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { scenarios } from '../sla/support/golden';
import { freshDatabase } from '../support/database';
import { GoldenDesk, tenantOf } from './support/golden-desk';
import { linesOf } from './support/golden-lines';

const VIEWS = [
  'sla_outcome',
  'sla_compliance_daily',
  'agent_daily',
  'backlog_daily',
  'reopen_funnel',
  'at_risk_now',
  'pause_audit',
  'vendor_reconciliation',
  'customer',
  'team',
];

describe('what analysts read about promises', () => {
  const database = freshDatabase();
  let desk: GoldenDesk;
  let analyst: Database;

  beforeAll(async () => {
    desk = await GoldenDesk.open(database);
    const role = 'casetrail_analyst';
    analyst = openDatabase({ url: database.url, poolMax: 1, applicationName: 'test-analyst', role });
    for (const scenario of scenarios) {
      await desk.prepare(scenario, [tenantOf(scenario)]);
      await desk.import(tenantOf(scenario), linesOf(scenario.events, scenario.id));
    }
    await desk.projected();
  });
  afterAll(async () => {
    await analyst.close();
    await desk.close();
  });

  const rows = (text: string): Promise<Record<string, unknown>[]> => analyst.query({ text });

  it('has a comment on every view and column', async () => {
    const silent = await rows(`
      SELECT c.relname, a.attname FROM pg_class c
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum >= 0 AND NOT a.attisdropped
      WHERE c.relnamespace = 'rpt'::regnamespace
        AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid, 'pg_class') IS NULL)`);
    expect(silent).toEqual([]);
  });

  it.each(VIEWS)('rpt.%s can be read', async (view) => {
    await expect(rows(`SELECT * FROM rpt.${view}`)).resolves.toBeDefined();
  });

  it('agrees with itself: what SQL measures is what was measured', async () => {
    const answered = await rows(`
      SELECT m.ticket_key, m.first_response_business_seconds AS ours,
             rpt.business_seconds(m.schedule_id, t.created_at, m.first_response_at) AS sql
      FROM rpt.ticket_metrics m JOIN rpt.ticket t USING (ticket_key)
      WHERE m.first_response_seconds IS NOT NULL`);
    expect(answered.length).toBeGreaterThan(8);
    for (const { ours, sql } of answered) expect(ours).toBe(sql);
    const wrong = await rows(`
      SELECT 'turn' AS what, r.ticket_key FROM rpt.response_turn r JOIN rpt.ticket_metrics m USING (ticket_key)
      WHERE r.ended_at IS NOT NULL
        AND r.business_seconds IS DISTINCT FROM rpt.business_seconds(m.schedule_id, r.waiting_since, r.ended_at)
      UNION ALL
      SELECT 'status', s.ticket_key FROM rpt.status_interval s JOIN rpt.ticket_metrics m USING (ticket_key)
      WHERE s.to_at IS NOT NULL
        AND s.business_seconds IS DISTINCT FROM rpt.business_seconds(m.schedule_id, s.from_at, s.to_at)
      UNION ALL
      SELECT 'cycle', c.ticket_key FROM rpt.resolution_cycle c JOIN rpt.ticket_metrics m USING (ticket_key)
      WHERE c.seconds IS NOT NULL AND c.done_at IS NOT NULL
        AND c.business_seconds IS DISTINCT FROM rpt.business_seconds(m.schedule_id, c.opened_at, c.done_at)
      UNION ALL
      SELECT 'resolution', m.ticket_key FROM rpt.ticket_metrics m JOIN rpt.ticket t USING (ticket_key)
      WHERE m.full_resolution_seconds IS NOT NULL
        AND m.full_resolution_business_seconds
            IS DISTINCT FROM rpt.business_seconds(m.schedule_id, t.created_at, m.last_resolved_at)
      UNION ALL
      SELECT 'clock', i.ticket_key FROM rpt.sla_instance i
      JOIN (SELECT ticket_key, instance_id, sum(counted_ms) FILTER (WHERE kind = 'run') AS ran
            FROM rpt.sla_clock_segment GROUP BY ticket_key, instance_id) s USING (ticket_key, instance_id)
      WHERE i.elapsed_seconds IS DISTINCT FROM coalesce(s.ran, 0)::bigint / 1000`);
    expect(wrong).toEqual([]);
  });

  it('counts each promise once, and compares with what the vendor says', async () => {
    const [counted] = await rows(`
      SELECT (SELECT sum(met + breached + cancelled + running)::int FROM rpt.sla_compliance_daily) AS daily,
             (SELECT count(*)::int FROM rpt.sla_instance) AS all`);
    expect(counted?.['daily']).toBe(counted?.['all']);
    const vendor = await rows(`
      SELECT ticket_id, vendor_first_response_seconds AS first, vendor_resolution_seconds AS solved
      FROM rpt.vendor_reconciliation WHERE ticket_id = 'G01'`);
    expect(vendor).toEqual([{ ticket_id: 'G01', first: 330, solved: 1200 }]);
  });

  it('shows contested pauses, what came back, and what was open on any day', async () => {
    expect(await rows(`SELECT ticket_id FROM rpt.pause_audit ORDER BY 1`)).toContainEqual({
      ticket_id: 'G11',
    });
    const back = await rows(
      `SELECT solved, reopened, solved_at_last, p50_seconds_to_reopen FROM rpt.reopen_funnel WHERE tenant_id = 'g13'`,
    );
    expect(back).toEqual([{ solved: 1, reopened: 1, solved_at_last: 1, p50_seconds_to_reopen: 253_800 }]);
    const backlog = await rows(`
      SELECT day::text AS day, open_tickets FROM rpt.backlog_daily
      WHERE tenant_id = 'g05' AND zone = 'America/New_York' AND day BETWEEN '2026-03-05' AND '2026-03-10' ORDER BY day`);
    expect(backlog.length).toBeGreaterThan(0);
    expect(backlog.every(({ open_tickets }) => open_tickets === 1)).toBe(true);
  });
});
