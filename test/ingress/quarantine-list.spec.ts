import request from 'supertest';
import { type MadeSource } from '../../src/ingress/sources/source-service';
import { ADMIN_TOKEN, type Json, startApp, type TestApp, webhook } from '../support/app';
import { freshDatabase } from '../support/database';

interface Page {
  readonly items: readonly Json[];
  readonly next: string | null;
}

describe('the list of quarantined deliveries', () => {
  const database = freshDatabase();
  let app: TestApp;
  let acme: MadeSource;
  let beta: MadeSource;

  beforeAll(async () => {
    app = await startApp(database.url);
    acme = await app.addSource({ name: 'acme', profile: 'telegram-crm' });
    beta = await app.addSource({ name: 'beta', profile: 'telegram-crm' });
    for (let n = 0; n < 5; n++) await deliver(acme);
    await Promise.all([...Array.from({ length: 5 }, () => deliver(acme)), deliver(beta)]);
    // Two may arrive in the same millisecond.
    await app.services.db.query({
      text: `UPDATE app.quarantine SET received_at = (SELECT min(received_at) FROM app.quarantine)
             WHERE id IN (SELECT id FROM app.quarantine WHERE source = 'acme' ORDER BY received_at LIMIT 4)`,
    });
  });

  afterAll(() => app.close());

  async function deliver(source: MadeSource): Promise<void> {
    const body = webhook(source, 'ticket.created', { ticket_id: '' });
    await request(app.url).post(`/v1/ingress/${source.key}`).send(body).expect(422);
  }

  function list(query: Record<string, string>, token = ADMIN_TOKEN): request.Test {
    return request(app.url).get('/v1/admin/quarantine').query(query).set('authorization', `Bearer ${token}`);
  }

  async function page(query: Record<string, string>): Promise<Page> {
    return (await list(query).expect(200)).body as Page;
  }

  const idsOf = ({ items }: Page): string[] => items.map((one) => String(one['id']));

  test('is read page by page: each delivery once, the oldest first, whatever comes or is decided meanwhile', async () => {
    const whole = await page({ source: 'acme' });
    expect(whole.next).toBeNull();
    const ids = idsOf(whole);
    expect(new Set(ids).size).toBe(10);
    const arrivals = whole.items.map((one) => String(one['received_at']));
    expect(arrivals).toEqual([...arrivals].sort());

    const found: string[] = [];
    let pages = 0;
    for (let next: string | null = ''; next !== null; pages++) {
      const one: Page = await page({ source: 'acme', limit: '3', ...(next === '' ? {} : { cursor: next }) });
      found.push(...idsOf(one));
      next = one.next;
      const [decided = ''] = idsOf(one);
      await request(app.url)
        .post(`/v1/admin/quarantine/${decided}/dismiss`)
        .set('authorization', `Bearer ${ADMIN_TOKEN}`)
        .expect(204);
      if (pages === 0) await deliver(acme);
    }
    expect(found.slice(0, 10)).toEqual(ids);
    expect({ found: found.length, pages }).toEqual({ found: 11, pages: 4 });
  });

  test('ends where the last page is full', async () => {
    const { items, next } = await page({ source: 'beta', limit: '1' });
    expect(items).toHaveLength(1);
    expect(next).toBeNull();
  });

  test('refuses a cursor of another question, and what is none', async () => {
    const { next } = await page({ status: 'all', limit: '1' });
    const foreign = await app.addToken({ label: 'foreign', scopes: ['read'], tenant: 'beta' });
    for (const query of [
      { limit: '1', cursor: String(next) },
      { status: 'all', source: 'acme', cursor: String(next) },
      { status: 'all', cursor: 'nonsense' },
    ]) {
      expect((await list(query).expect(400)).body).toMatchObject({ code: 'invalid_query' });
    }
    await list({ status: 'all', cursor: String(next) }, foreign).expect(400);
  });
});
