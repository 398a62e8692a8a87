import request from 'supertest';
import { type MadeSource } from '../../src/ingress/sources/source-service';
import { ADMIN_TOKEN, type Json, startApp, type TestApp, webhook } from '../support/app';
import { freshDatabase } from '../support/database';
import { eventually } from '../support/eventually';

describe('a delivery that came before', () => {
  const database = freshDatabase();
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp(database.url);
  });

  afterAll(() => app.close());

  function post(source: MadeSource, body: Json): request.Test {
    return request(app.url).post(`/v1/ingress/${source.key}`).send(body);
  }

  async function counted(source: string): Promise<number> {
    const text = 'SELECT coalesce(sum(n), 0)::int AS n FROM app.duplicate_count WHERE source = $1';
    const [row] = await app.services.db.query<{ n: number }>({ text, values: [source] });
    return row?.n ?? 0;
  }

  test('is refused in time while it can not be counted, and is counted once it is told', async () => {
    const source = await app.addSource({
      name: 'uncounted',
      profile: 'telegram-crm',
      settings: { sender_timeout_ms: 1000 },
    });
    const body = webhook(source, 'ticket.created', { ticket_id: 'T-1' });
    await post(source, body).expect(200);
    await app.services.db.transaction(async (tx) => {
      await tx.query({ text: 'LOCK TABLE app.duplicate_count IN SHARE ROW EXCLUSIVE MODE' });
      // The second waits behind the first one's statement.
      const answers = await Promise.all([post(source, body), post(source, body)]);
      for (const { status, body: told } of answers)
        expect([status, (told as Json)['code']]).toEqual([503, 'storage_unavailable']);
      // What is new does not wait for that.
      await post(source, webhook(source, 'ticket.created', { ticket_id: 'T-2' })).expect(200);
    });
    // Of the two that were refused, the one whose statement waited is counted; it can't be called back.
    await eventually(async () => expect(await counted('uncounted')).toBe(1));
    const told = await post(source, body).expect(200);
    expect(told.body).toMatchObject({ status: 'duplicate' });
    expect(await counted('uncounted')).toBe(2);
  });

  test('is told and counted as a duplicate while its source is paused; what is new is held', async () => {
    const source = await app.addSource({ name: 'resting', profile: 'telegram-crm' });
    const body = webhook(source, 'ticket.created', { ticket_id: 'T-3' });
    const first = await post(source, body).expect(200);
    await request(app.url)
      .post('/v1/admin/sources/resting/pause')
      .set('authorization', `Bearer ${ADMIN_TOKEN}`)
      .expect(200);
    await eventually(async () => {
      const late = await post(source, webhook(source, 'ticket.created', { ticket_id: 'T-4' }));
      expect(late.body).toMatchObject({ status: 'held' });
    });
    const { event_id, position } = first.body as Json;
    expect((await post(source, body).expect(200)).body).toMatchObject({
      status: 'duplicate',
      duplicate_of: event_id,
      position,
    });
    expect(await counted('resting')).toBe(1);
    const other = { ...body, data: { ticket_id: 'T-3', priority: 'high' } };
    expect((await post(source, other).expect(422)).body).toMatchObject({
      code: 'idempotency_conflict',
      duplicate_of: event_id,
    });
  });
});
