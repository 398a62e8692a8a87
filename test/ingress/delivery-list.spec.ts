import request from 'supertest';
import { type MadeSource } from '../../src/ingress/sources/source-service';
import { ADMIN_TOKEN, type Json, startApp, type TestApp, webhook } from '../support/app';
import { freshDatabase } from '../support/database';
import { eventually } from '../support/eventually';

interface Page {
  readonly items: readonly Json[];
  readonly next: string | null;
}

describe('the list of deliveries', () => {
  const database = freshDatabase();
  let app: TestApp;
  let source: MadeSource;

  beforeAll(async () => {
    app = await startApp(database.url);
    source = await app.addSource({ name: 'acme', profile: 'telegram-crm' });
  });

  afterAll(() => app.close());

  function list(query: Record<string, string>): request.Test {
    return request(app.url)
      .get('/v1/admin/deliveries')
      .query(query)
      .set('authorization', `Bearer ${ADMIN_TOKEN}`);
  }

  async function page(query: Record<string, string>): Promise<Page> {
    return (await list(query).expect(200)).body as Page;
  }

  async function allPages(query: Record<string, string>): Promise<{ receipts: string[]; pages: number }> {
    const receipts: string[] = [];
    let pages = 0;
    for (let next: string | null = ''; next !== null;) {
      const one: Page = await page(next === '' ? query : { ...query, cursor: next });
      receipts.push(...one.items.map(keyOf));
      pages += 1;
      next = one.next;
    }
    return { receipts, pages };
  }

  const keyOf = (one: Json): string => `${String(one['receipt_id'])} ${String(one['code'])}`;

  /** One event, one repetition and one refusal, at once and more than a page of them. */
  async function deliver(ticketId: string): Promise<void> {
    const body = webhook(source, 'ticket.created', { ticket_id: ticketId });
    const post = (sent: Json): request.Test => request(app.url).post(`/v1/ingress/${source.key}`).send(sent);
    await post(body);
    await Promise.all([post(body), post({ ...body, signature: 'x' })]);
  }

  test('is read page by page: each delivery once, the latest first, whatever comes meanwhile', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, n) => deliver(`T-${n}`)));
    const whole = await eventually(async () => {
      const found = await page({ source: 'acme', limit: '1000' });
      expect(found.items).toHaveLength(30);
      return found;
    });
    expect(whole.next).toBeNull();
    const keys = whole.items.map(keyOf);
    expect(keys.map((key) => key.slice(0, 36))).toEqual(
      keys
        .map((key) => key.slice(0, 36))
        .sort()
        .reverse(),
    );
    expect(await allPages({ source: 'acme', limit: '7' })).toEqual({ receipts: keys, pages: 5 });

    const first = await page({ source: 'acme', limit: '7' });
    await deliver('T-LATER');
    const second = await page({ source: 'acme', limit: '7', cursor: String(first.next) });
    expect([...first.items, ...second.items].map(keyOf)).toEqual(keys.slice(0, 14));
    const failed = await allPages({
      source: 'acme',
      limit: '3',
      failed: 'true',
      since: '2026-01-01T00:00:00Z',
    });
    expect(failed.receipts.filter((key) => keys.includes(key))).toEqual(
      keys.filter((key) => key.endsWith('signature_malformed')),
    );
  });

  test('shows what was quarantined and retried twice, also where a page ends between the two', async () => {
    const body = webhook(source, 'ticket.created', { ticket_id: 'T-Q' });
    const strict = await app.addSource({
      name: 'staging',
      profile: 'telegram-crm',
      settings: { environment: 'staging' },
    });
    const refused = await request(app.url)
      .post(`/v1/ingress/${strict.key}`)
      .send(webhook(strict, 'ticket.created', { ticket_id: 'T-Q' }, { event_id: body['event_id'] }))
      .expect(403);
    const admin = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const at = `${app.url}/v1/admin`;
    const settings = await fetch(`${at}/sources/staging/settings`, {
      method: 'PUT',
      headers: admin,
      body: '{}',
    });
    expect(settings.status).toBe(200);
    await eventually(async () => {
      const retry = { method: 'POST', headers: admin, body: '{"source":"staging"}' };
      await fetch(`${at}/quarantine/retry`, retry);
      expect((await page({ source: 'staging' })).items).toHaveLength(2);
    });
    const receipt = String((refused.body as Json)['receipt_id']);
    expect(await allPages({ source: 'staging', limit: '1' })).toEqual({
      receipts: [`${receipt} accepted`, `${receipt} environment_mismatch`],
      pages: 2,
    });
  });

  test('refuses a cursor of another question, and what is none', async () => {
    const { next } = await page({ source: 'acme', limit: '1' });
    for (const query of [
      { source: 'acme', failed: 'true', cursor: String(next) },
      { cursor: String(next) },
      { source: 'acme', cursor: 'nonsense' },
      { source: 'acme', page: '2' },
    ]) {
      const answer = await list(query).expect(400);
      expect(answer.body).toMatchObject({ code: 'invalid_query', retryable: false });
    }
  });
});
