import { laneOf, ticketKey } from '../../src/kernel/ticket-key';
import { type MadeSource } from '../../src/ingress/sources/source-service';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { startApp, type TestApp, webhook } from '../support/app';
import { freshDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { TEST_LANES } from '../support/template';

const LOCK = 'SELECT FROM es.follower FOR UPDATE';
const BLOCKED = `
  SELECT count(*)::int AS blocked FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'casetrail-followers' AND wait_event_type = 'Lock'`;

describe('a node whose followers have taken all of their connections', () => {
  const database = freshDatabase();
  let db: Database;
  let app: TestApp;
  let source: MadeSource;

  beforeAll(async () => {
    db = openDatabase({ url: database.url, poolMax: 2, applicationName: 'test' });
    app = await startApp(database.url, { DATABASE_POOL_MAX: '4' });
    source = await app.addSource({ name: 'acme', profile: 'telegram-crm' });
  });

  afterAll(async () => {
    await app.close();
    await db.close();
  });

  async function send(ticketId: string): Promise<number> {
    const body = webhook(source, 'ticket.created', {
      ticket_id: ticketId,
      customer: { telegram_user_id: 7 },
    });
    const answer = await fetch(`${app.url}/v1/ingress/${source.key}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return answer.status;
  }

  it('still takes webhooks, and still passes for alive', async () => {
    await eventually(async () => {
      const held = await db.query({ text: 'SELECT FROM es.follower WHERE owner IS NOT NULL' });
      expect(held.length).toBe(TEST_LANES);
    });
    await db.transaction(async (tx) => {
      await tx.query({ text: LOCK });
      const tickets = Array.from({ length: 40 }, (_, index) => `TKT-${index}`);
      expect(new Set(tickets.map((id) => laneOf(ticketKey('acme', id), TEST_LANES))).size).toBe(TEST_LANES);
      await Promise.all(tickets.map(async (id) => expect(await send(id)).toBe(200)));
      await eventually(async () => expect(await tx.query({ text: BLOCKED })).toEqual([{ blocked: 1 }]));
      await Promise.all(tickets.map(async (id) => expect(await send(`${id}-again`)).toBe(200)));
      const lease = (): Promise<unknown> =>
        tx.query({ text: 'SELECT max(lease_until) FROM es.follower_node' });
      const before = await lease();
      await eventually(async () => expect(await lease()).not.toEqual(before));
    });
    await eventually(async () => {
      const [behind] = await db.query<{ behind: number }>({
        text: `
          SELECT count(*)::int AS behind FROM es.event e
          JOIN es.follower f ON f.lane = e.lane WHERE e.position > f.position`,
      });
      expect(behind).toEqual({ behind: 0 });
    });
  });
});
