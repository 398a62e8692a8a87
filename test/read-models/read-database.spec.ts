import request from 'supertest';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { ADMIN_TOKEN, startApp, type TestApp } from '../support/app';
import { cloneTemplate, dropDatabase, freshDatabase } from '../support/database';
import { created } from '../support/events';
import { eventually } from '../support/eventually';
import { startReading } from './support/reading';

const PATIENCE_MS = 15_000;

/** Every path under /v1 that only reads what projections have made. */
const PATHS = [
  '/v1/tickets/there',
  '/v1/tickets',
  '/v1/tickets/there/timeline',
  '/v1/tickets/there/sla',
  '/v1/sla/compliance',
  '/v1/agents',
  '/v1/queues',
];

describe('with a database to read from', () => {
  const primary = freshDatabase();
  let replicaUrl: string;
  let admin: Database;
  let app: TestApp;

  const get = (path: string): request.Test =>
    request(app.url).get(path).set('authorization', `Bearer ${ADMIN_TOKEN}`);

  /** It stands for a replica that is behind: it holds a ticket of its own, and takes no writes. */
  beforeAll(async () => {
    replicaUrl = await cloneTemplate();
    const reading = await startReading({ url: replicaUrl });
    await reading.projected(created('there'));
    await reading.app.close();
    admin = openDatabase({ url: replicaUrl, poolMax: 1, applicationName: 'test-admin' });
    const name = new URL(replicaUrl).pathname.slice(1);
    await admin.query({ text: `ALTER DATABASE ${name} SET default_transaction_read_only = on` });
    app = await startApp(primary.url, { DATABASE_URL: primary.url, DATABASE_READ_URL: replicaUrl });
  });

  afterAll(async () => {
    await app.close();
    await admin.close();
    await dropDatabase(replicaUrl);
  });

  test.each(PATHS)('%s is answered by it, with no write', async (path) => {
    await get(path).expect(200);
    const [seen] = await admin.query<{ reads: number }>({
      text: `SELECT count(*)::int AS reads FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'casetrail-reads'`,
    });
    expect(seen?.reads).toBeGreaterThan(0);
  });

  test('its tickets are those that are shown, and what is written goes to the other one', async () => {
    const outcome = await app.services.ledger.append(created('new'), Date.now() + PATIENCE_MS);
    expect(outcome.kind).toBe('stored');
    const own = openDatabase({ url: primary.url, poolMax: 1, applicationName: 'test' });
    await eventually(async () =>
      expect(await own.query({ text: 'SELECT ticket_id FROM rpt.ticket' })).toEqual([{ ticket_id: 'new' }]),
    );
    await own.close();
    const answer = await get('/v1/tickets').expect(200);
    expect(answer.body).toMatchObject({ items: [{ ticket_id: 'there' }] });
    await get('/v1/tickets/new').expect(404);
  });

  test('who reads his own write waits for it', async () => {
    const answer = await get('/v1/tickets?at_least=0:999999').set('prefer', 'wait=0').expect(503);
    expect(answer.body).toMatchObject({ code: 'not_yet_visible' });
  });

  test('its connections are among the metrics', async () => {
    const { text } = await get('/metrics').expect(200);
    expect(text).toMatch(/casetrail_database_connections\{pool="reads",state="idle"\} \d/);
  });
});
