import request from 'supertest';
import { type MadeSource } from '../../../src/ingress/sources/source-service';
import { ADMIN_TOKEN, type Json, startApp, type TestApp, webhook } from '../../support/app';
import { freshDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { type Figures, parseExposition } from './support/parse-exposition';

describe('GET /metrics', () => {
  const database = freshDatabase();
  let app: TestApp;
  let source: MadeSource;

  beforeAll(async () => {
    app = await startApp(database.url);
    source = await app.addSource({ name: 'acme', profile: 'telegram-crm' });
  });

  afterAll(() => app.close());

  async function scrape(): Promise<Figures> {
    const answer = await request(app.url).get('/metrics').set('authorization', `Bearer ${ADMIN_TOKEN}`);
    expect([answer.status, answer.headers['content-type']]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    return parseExposition(answer.text);
  }

  function post(body: Json | string, key = source.key): request.Test {
    return request(app.url).post(`/v1/ingress/${key}`).set('content-type', 'application/json').send(body);
  }

  function answers(figures: Figures, outcome: string, code: string, of = 'acme'): number {
    return figures.value('casetrail_webhooks_total', { source: of, outcome, code }) ?? 0;
  }

  test('opens to tokens that may read, of no single tenant', async () => {
    await request(app.url).get('/metrics').expect(401);
    const tenants = await app.addToken({ label: 'tenants', tenant: 'acme', scopes: ['admin'] });
    const readers = await app.addToken({ label: 'readers', scopes: ['read'] });
    const get = (token: string): request.Test =>
      request(app.url).get('/metrics').set('authorization', `Bearer ${token}`);
    await get(tenants).expect(403);
    await get(readers).expect(200);
  });

  test('counts answers by source, outcome and code, and how long they took', async () => {
    const before = await scrape();
    const body = webhook(source, 'ticket.created', { ticket_id: 'M-1' });
    await post(body).expect(200);
    await post(body).expect(200);
    await post({ ...body, signature: '00'.repeat(32) }).expect(401);
    await post(webhook(source, 'ticket.created', { ticket_id: '' })).expect(422);
    await post('{}', 'nobody-knows-this-key').expect(404);
    const after = await scrape();
    const moved = (outcome: string, code: string, of?: string): number =>
      answers(after, outcome, code, of) - answers(before, outcome, code, of);
    expect(moved('taken', 'accepted')).toBe(1);
    expect(moved('taken', 'duplicate')).toBe(1);
    expect(moved('refused', 'signature_invalid')).toBe(1);
    expect(moved('refused', 'schema_violation')).toBe(1);
    expect(moved('refused', 'source_not_found', '')).toBe(1);
    expect(after.value('casetrail_webhook_duration_seconds_count', { status: '200' })).toBe(2);
  });

  test('shows what waits for an operator', async () => {
    await app.addSource({ name: 'paused', profile: 'telegram-crm' }).then(async (paused) => {
      await app.services.sources.change('paused', 'pause');
      await eventually(async () => {
        const answer = await post(
          webhook(paused, 'ticket.created', { ticket_id: `H-${Math.random()}` }),
          paused.key,
        );
        expect(answer.body).toMatchObject({ status: 'held' });
      });
    });
    const figures = await scrape();
    expect(figures.value('casetrail_held_deliveries', { source: 'paused' })).toBeGreaterThan(0);
    expect(figures.value('casetrail_held_deliveries', { source: 'acme' })).toBe(0);
    expect(figures.value('casetrail_quarantine_open', { source: 'acme' })).toBe(1);
  });

  test('shows the appends, the warnings and which keys will expire', async () => {
    const before = await scrape();
    await post(webhook(source, 'no.such.type', { ticket_id: 'M-2' })).expect(200);
    await app.services.sources.rotate('acme', 60 * 60 * 1000);
    const after = await eventually(async () => {
      const figures = await scrape();
      expect(figures.value('casetrail_key_expires_seconds', { source: 'acme', key: 'k_1' })).toBeDefined();
      return figures;
    });
    const warned = (figures: Figures): number =>
      figures.value('casetrail_warnings_total', { source: 'acme', kind: 'payload' }) ?? 0;
    const stored = (figures: Figures): number => figures.value('casetrail_ledger_events_total') ?? 0;
    const appends = (figures: Figures): number =>
      figures.value('casetrail_ledger_append_duration_seconds_count') ?? 0;
    expect(warned(after) - warned(before)).toBe(1);
    expect(stored(after) - stored(before)).toBe(1);
    expect(appends(after) - appends(before)).toBe(1);
    expect(after.value('casetrail_ledger_duplicates_total')).toBe(1);
    expect(after.value('casetrail_ledger_waiting_events')).toBe(0);
  });

  test('shows how far each follower is, and which lane is red', async () => {
    await eventually(async () => {
      const figures = await scrape();
      expect(figures.value('casetrail_follower_lag_events', { follower: 'projections', lane: '0' })).toBe(0);
    });
    await app.services.db.query({
      text: `INSERT INTO es.follower (name, lane, error) SELECT 'relay:gone', l.lane, 'topic belongs to another log' FROM es.lane l`,
    });
    const figures = await scrape();
    const [{ lane, head } = { lane: 0, head: 0 }] = await app.services.db.query<{
      lane: number;
      head: number;
    }>({
      text: 'SELECT lane, max(last_position) AS head FROM es.append GROUP BY lane ORDER BY lane LIMIT 1',
    });
    const labels = { follower: 'relay:gone', lane: String(lane) };
    expect(figures.value('casetrail_follower_red', labels)).toBe(1);
    expect(figures.value('casetrail_follower_lag_events', labels)).toBe(head);
    expect(figures.value('casetrail_follower_lag_seconds', labels)).toBeGreaterThan(0);
    expect(figures.value('casetrail_follower_red', { ...labels, follower: 'projections' })).toBe(0);
  });

  test('shows the process and its connections', async () => {
    const figures = await scrape();
    expect(figures.value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(figures.value('nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0);
    expect(figures.value('casetrail_database_waiting', { pool: 'requests' })).toBe(0);
    const connections = (state: string): number =>
      figures.value('casetrail_database_connections', { pool: 'requests', state }) ?? 0;
    expect(connections('active') + connections('idle')).toBeGreaterThan(0);
    expect(figures.value('casetrail_metric_sources_silent')).toBe(0);
  });

  test('a part that can not tell its figures costs no others', async () => {
    const spy = jest.spyOn(app.services.ledger, 'metrics').mockImplementationOnce(() => {
      throw new Error('no figures today');
    });
    const figures = await scrape();
    spy.mockRestore();
    expect(figures.value('casetrail_metric_sources_silent')).toBe(1);
    expect(figures.names).toContain('casetrail_webhooks_total');
    expect(figures.names).not.toContain('casetrail_ledger_events_total');
  });
});
