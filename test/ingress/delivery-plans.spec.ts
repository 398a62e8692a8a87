import request from 'supertest';
import {
  type DeliveryFilter,
  type DeliveryView,
  listDeliveries,
} from '../../src/ingress/journal/delivery-queries';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { type Explaining, explaining } from '../read-models/support/explaining';
import { startApp, webhook } from '../support/app';
import { freshDatabase } from '../support/database';
import { eventually } from '../support/eventually';

const MINUTE = 60 * 1000;
const DAY = 24 * 60 * MINUTE;
const EVENTS = 100_000;
const DAYS = 10;
/** Of 100,000: reading more than this for one page is the wrong plan. */
const FEW = 5000;

const instant = (n: string): string =>
  `to_timestamp($1 / 1000.0) - (${EVENTS} - ${n}) * interval '${(DAYS * DAY) / EVENTS} ms'`;
/** As a receipt of then would be. */
const receipt = (at: string, n: string): string => `regexp_replace(
  lpad(to_hex((extract(epoch FROM ${at}) * 1000)::bigint), 12, '0'), '(.{8})(.{4})', '\\1-\\2') || '-7000-8000-' ||
  lpad(to_hex(${n}), 12, '0')`;

/** Copies of one real event, evenly over ten days up to the instant. One in 10,000 is of a quiet source, one in 50 was rejected. */
const FILL_EVENTS = `
  INSERT INTO es.event SELECT r.* FROM
    (SELECT to_jsonb(e) AS row FROM es.event e LIMIT 1) one, generate_series(1, ${EVENTS}) n,
    LATERAL (SELECT date_trunc('milliseconds', ${instant('n')}) AS at) a,
    jsonb_populate_record(NULL::es.event, one.row || jsonb_build_object(
      'lane', 0, 'position', 1000 + n, 'dedupe_key', 'fill-' || n, 'ticket_id', 'fill-' || n, 'received_at', a.at,
      'source', CASE WHEN n % 10000 = 7 THEN 'quiet' ELSE 'busy' END, 'correlation_id', ${receipt('a.at', 'n')}) ||
      CASE WHEN n % 50 = 3 THEN '{"verdict": "rejected", "version": null}'::jsonb ELSE '{}' END) r`;

/** A refusal beside every fourth event. */
const FILL_JOURNAL = `
  INSERT INTO app.delivery (receipt_id, source, received_at, status, code, latency_ms, body_bytes, wire_bytes, client_ip)
  SELECT (${receipt('a.at', '0')})::uuid, 'busy', a.at, 401, 'signature_invalid', 1, 0, 0, ''
  FROM generate_series(4, ${EVENTS}, 4) n, LATERAL (SELECT date_trunc('milliseconds', ${instant('n')}) AS at) a`;

describe('the list of deliveries of a long log', () => {
  const database = freshDatabase();
  let now: number;
  let app: Database;
  let db: Explaining;

  beforeAll(async () => {
    const node = await startApp(database.url);
    const busy = await node.addSource({ name: 'busy', profile: 'telegram-crm' });
    for (const name of ['quiet', 'one', 'two', 'three'])
      await node.addSource({ name, profile: 'telegram-crm' });
    const body = webhook(busy, 'ticket.created', { ticket_id: 'T-1' });
    await eventually(() => request(node.url).post(`/v1/ingress/${busy.key}`).send(body).expect(200));
    await node.close();
    now = Date.now();
    const admin = openDatabase({ url: database.url, poolMax: 1, applicationName: 'test-admin' });
    await admin.query({ text: FILL_EVENTS, values: [now] });
    await admin.query({ text: FILL_JOURNAL, values: [now] });
    await admin.query({ text: `SELECT brin_summarize_new_values('es.event_arrival')` });
    await admin.query({ text: 'ANALYZE es.event, app.delivery' });
    await admin.close();
    app = openDatabase({
      url: database.url,
      poolMax: 1,
      applicationName: 'test-plans',
      role: 'casetrail_app',
    });
    db = explaining(app);
  });

  afterAll(() => app.close());

  function filter(more: Partial<DeliveryFilter> = {}): DeliveryFilter {
    return { tenant: null, source: null, failed: false, since: now - 7 * DAY, now, limit: 51, ...more };
  }

  function placeOf(last: DeliveryView | undefined): DeliveryFilter['after'] {
    return last && { receiptId: last.receipt_id, isEvent: last.position !== null };
  }

  /** Looked at in the two long tables. */
  function rowsRead(): number {
    const long = db.accesses().filter(({ table }) => table === 'event' || table === 'delivery');
    return long.reduce((sum, { rows }) => sum + rows, 0);
  }

  // Past the fifth execution PostgreSQL may take a plan made without knowing the parameters.
  describe.each(['force_custom_plan', 'force_generic_plan'])('with %s', (mode) => {
    beforeAll(() => app.query({ text: `SET plan_cache_mode = ${mode}` }));

    test('reads for a page little more than the page, at its beginning as in the middle', async () => {
      const first = await listDeliveries(db, filter());
      expect(first).toHaveLength(51);
      expect(rowsRead()).toBeLessThan(FEW);
      const middle = await listDeliveries(db, filter({ after: placeOf(first.at(-1)) }));
      expect(middle).toHaveLength(51);
      expect(middle.filter(({ code }) => code === 'accepted').length).toBeGreaterThan(30);
      expect(rowsRead()).toBeLessThan(FEW);
    });

    test('reads no more where it is asked for a long time, or hours after the last event', async () => {
      expect(await listDeliveries(db, filter({ since: now - 365 * DAY }))).toHaveLength(51);
      expect(rowsRead()).toBeLessThan(FEW);
      expect(await listDeliveries(db, filter({ now: now + 3 * 60 * MINUTE }))).toHaveLength(51);
      expect(rowsRead()).toBeLessThan(FEW);
    });

    test('reads nothing that is older than asked', async () => {
      const since = now - MINUTE;
      expect(await listDeliveries(db, filter({ since }))).toHaveLength(10);
      expect(await listDeliveries(db, filter({ since, failed: true }))).toHaveLength(2);
      expect(rowsRead()).toBeLessThan(FEW);
    });
  });

  test('leaves out none, however far apart they are', async () => {
    const asked = filter({ source: 'quiet', limit: 4 });
    const found: DeliveryView[] = [];
    for (let page = await listDeliveries(app, asked); page.length > 0;) {
      found.push(...page);
      page = await listDeliveries(app, { ...asked, after: placeOf(page.at(-1)) });
    }
    const all = await app.query<{ receipt: string }>({
      text: `SELECT correlation_id AS receipt FROM es.event WHERE source = 'quiet' AND received_at >= to_timestamp($1 / 1000.0)
             ORDER BY received_at DESC`,
      values: [asked.since],
    });
    expect(all).toHaveLength(7);
    expect(found.map((one) => one.receipt_id)).toEqual(all.map((one) => one.receipt));
  });
});
