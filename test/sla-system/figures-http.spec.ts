import request from 'supertest';
import { scenarios } from '../sla/support/golden';
import { ADMIN_TOKEN } from '../support/app';
import { freshDatabase } from '../support/database';
import { GoldenDesk, tenantOf } from './support/golden-desk';
import { linesOf } from './support/golden-lines';

const SHARED = 'TKT-shared';
const DAY = 24 * 60 * 60 * 1000;
interface Body extends Record<string, unknown> {
  readonly items: readonly Record<string, unknown>[];
}

/** One breached and one met of the first responses, in one tenant each. */
const chosen = scenarios.filter(({ id }) => ['G01', 'G11', 'G17'].includes(id));

describe('SLA figures over REST', () => {
  const database = freshDatabase();
  let desk: GoldenDesk;
  let ofG01: string;

  beforeAll(async () => {
    desk = await GoldenDesk.open(database);
    for (const scenario of chosen) {
      await desk.prepare(scenario, [tenantOf(scenario)]);
      await desk.import(tenantOf(scenario), linesOf(scenario.events, SHARED));
    }
    await desk.projected();
    ofG01 = await desk.app.addToken({ label: 'g01', scopes: ['read'], tenant: 'g01' });
  });
  afterAll(() => desk.close());

  const get = async (path: string, status: number, token = ADMIN_TOKEN): Promise<Body> => {
    const asked = request(desk.app.url).get(path).set('authorization', `Bearer ${token}`);
    return (await asked.expect(status)).body as Body;
  };

  it('are what explain tells, as of any instant', async () => {
    for (const scenario of chosen) {
      const tenant = tenantOf(scenario);
      const told = await get(`/v1/tickets/${tenant}%2F${SHARED}/sla?as_of=${scenario.as_of}`, 200);
      expect(told).toEqual(await desk.explained(tenant, SHARED, scenario.as_of));
    }
  });

  it('find a ticket by its id in the tenant of the token, of a source, and nowhere else', async () => {
    expect(await get(`/v1/tickets/${SHARED}/sla`, 200, ofG01)).toMatchObject({ ticket: `g01/${SHARED}` });
    expect(await get(`/v1/tickets/${SHARED}/sla?source=g17`, 200)).toMatchObject({ ticket: `g17/${SHARED}` });
    const ambiguous = await get(`/v1/tickets/${SHARED}/sla`, 409);
    expect(ambiguous).toEqual(await get(`/v1/tickets/${SHARED}`, 409));
    await get(`/v1/tickets/g17%2F${SHARED}/sla`, 404, ofG01);
    await get(`/v1/tickets/${SHARED}/sla?as_of=2020-01-01T00:00:00Z`, 404, ofG01);
    await get(`/v1/tickets/${SHARED}/sla?as_of=yesterday`, 400);
  });

  it('reach two years ahead and no further, however far ahead somebody asks', async () => {
    const asked = (days: number): string => new Date(Date.now() + days * DAY).toISOString();
    const path = `/v1/tickets/g01%2F${SHARED}/sla?as_of=`;
    expect(await get(path + asked(729), 200)).toMatchObject({ ticket: `g01/${SHARED}` });
    for (const instant of [asked(731), '9999-12-31T23:59:59Z'])
      expect(await get(path + instant, 400)).toMatchObject({ code: 'invalid_query' });
  });

  it('tell how many promises were kept, as the table does', async () => {
    const { items } = await get('/v1/sla/compliance?group_by=day,policy&group_by=channel,agent', 200);
    const rows = await desk.db.query<Record<string, unknown>>({
      text: `SELECT tenant_id, metric, agent_id, channel_type, day::text AS day, policy_id, met, breached, cancelled,
                    running, n, compliance::float8 AS compliance, p50_elapsed_seconds, p90_elapsed_seconds,
                    mean_elapsed_seconds::float8 AS mean_elapsed_seconds
             FROM rpt.sla_compliance_daily ORDER BY 1, 2, 3, 4, 5, 6`,
    });
    expect(items.length).toBeGreaterThan(4);
    expect(items).toEqual(rows);
  });

  it('need not be sent again while they stay what they are', async () => {
    const ask = (path: string, known: string): request.Test =>
      request(desk.app.url)
        .get(path)
        .set('authorization', `Bearer ${ADMIN_TOKEN}`)
        .set('if-none-match', known);
    const done = chosen.find(({ id }) => id === 'G01');
    for (const path of [
      `/v1/tickets/g01%2F${SHARED}/sla`,
      `/v1/tickets/g01%2F${SHARED}/sla?as_of=${String(done?.as_of)}`,
      '/v1/sla/compliance?group_by=day',
    ]) {
      const first = await ask(path, '"other"').expect(200);
      const { etag } = first.headers;
      expect(etag).toMatch(/^W\/"[\w-]{22}"$/);
      expect(first.headers['cache-control']).toBe('private, no-cache');
      const again = await ask(path, String(etag)).expect(304);
      expect(again.text).toBe('');
      expect(again.headers['etag']).toBe(etag);
    }
    const [all, one] = [
      await ask('/v1/sla/compliance', '').expect(200),
      await ask('/v1/sla/compliance?tenant=g01', ''),
    ];
    expect(all.headers['etag']).not.toBe(one.headers['etag']);
  });

  it('of the days, groups and tenant that are asked for', async () => {
    const { items } = await get('/v1/sla/compliance?from=2026-03-02&to=2026-03-02', 200, ofG01);
    expect(items).toEqual([
      expect.objectContaining({ tenant_id: 'g01', metric: 'first_response', met: 1, compliance: 1 }),
      expect.objectContaining({ tenant_id: 'g01', metric: 'resolution', n: 1, p90_elapsed_seconds: 1200 }),
    ]);
    expect(await get('/v1/sla/compliance?to=2026-03-01', 200)).toEqual({ items: [] });
    expect(await get('/v1/sla/compliance?tenant=g17', 200, ofG01)).toEqual({ items: [] });
    await get('/v1/sla/compliance?group_by=weather', 400);
  });
});
