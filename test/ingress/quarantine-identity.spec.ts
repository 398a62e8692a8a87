import request from 'supertest';
import { signStandard } from '../../src/ingress/auth/standard-webhooks';
import { type MadeSource } from '../../src/ingress/sources/source-service';
import { ADMIN_TOKEN, type Json, startApp, type TestApp } from '../support/app';
import { freshDatabase } from '../support/database';
import { eventually } from '../support/eventually';

describe('equal bytes under different webhook ids', () => {
  const database = freshDatabase();
  let app: TestApp;
  let source: MadeSource;
  const body = JSON.stringify({
    type: 'ticket.created',
    source: { environment: 'production' },
    data: { ticket_id: 'T-1' },
  });

  beforeAll(async () => {
    app = await startApp(database.url);
    const settings = { environment: 'staging' };
    source = await app.addSource({ name: 'std', profile: 'standard-webhooks', settings });
  });

  afterAll(() => app.close());

  function deliver(id: string): request.Test {
    const timestamp = String(Math.floor(Date.now() / 1000));
    return request(app.url)
      .post(`/v1/ingress/${source.key}`)
      .set('content-type', 'application/json')
      .set('webhook-id', id)
      .set('webhook-timestamp', timestamp)
      .set('webhook-signature', signStandard(source.secret, id, timestamp, Buffer.from(body)))
      .send(body);
  }

  function admin(method: 'post' | 'put', path: string, given: Json = {}): request.Test {
    return request(app.url)
      [method](`/v1/admin/${path}`)
      .set('authorization', `Bearer ${ADMIN_TOKEN}`)
      .send(JSON.stringify(given));
  }

  async function entries(): Promise<Json[]> {
    const text = `SELECT id, webhook_id, status, code, deliveries FROM app.quarantine
                  ORDER BY length(webhook_id), webhook_id`;
    return app.services.db.query<Json>({ text });
  }

  test('are deliveries of their own: each is seen, decided on and retried by itself', async () => {
    for (const id of ['m1', 'm1', 'm2']) {
      expect((await deliver(id).expect(403)).body).toMatchObject({ code: 'environment_mismatch' });
    }
    const [first] = await entries();
    expect(await entries()).toMatchObject([
      { webhook_id: 'm1', status: 'open', deliveries: 2 },
      { webhook_id: 'm2', status: 'open', deliveries: 1 },
    ]);
    await admin('post', `quarantine/${String(first?.['id'])}/dismiss`).expect(204);
    for (const id of ['m1', 'm3', 'm'.repeat(8000)]) await deliver(id).expect(403);
    expect(await entries()).toMatchObject([
      // Its repetition is decided on with it.
      { webhook_id: 'm1', status: 'dismissed', deliveries: 3 },
      { webhook_id: 'm2', status: 'open' },
      { webhook_id: 'm3', status: 'open' },
      { status: 'open' },
    ]);
    await admin('put', 'sources/std/settings', { environment: 'production' }).expect(200);
    const retried = await admin('post', 'quarantine/retry', { source: 'std' }).expect(200);
    expect(retried.body).toHaveLength(3);
    expect(await entries()).toMatchObject([
      { status: 'dismissed' },
      { status: 'retried' },
      { status: 'retried' },
      // No id is that long.
      { status: 'open', code: 'schema_violation' },
    ]);
    const text = `SELECT source_event_id AS id FROM es.event WHERE source = 'std' ORDER BY source_event_id`;
    expect(await app.services.db.query({ text })).toEqual([{ id: 'm2' }, { id: 'm3' }]);
    await eventually(() => deliver('m2').expect(200));
    expect(await entries()).toHaveLength(4);
  });
});
