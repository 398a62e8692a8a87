import request from 'supertest';
import { ADMIN_TOKEN, type Json, startApp, type TestApp } from '../support/app';
import { freshDatabase } from '../support/database';

describe('a token of one tenant', () => {
  const database = freshDatabase();
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    app = await startApp(database.url);
    token = await app.addToken({ label: 'mallory', tenant: 'mallory', scopes: ['admin'] });
  });

  afterAll(() => app.close());

  function admin(method: 'post' | 'put', path: string, body: Json, by = token): request.Test {
    return request(app.url)
      [method](`/v1/admin/${path}`)
      .set('authorization', `Bearer ${by}`)
      .send(JSON.stringify(body));
  }

  test('makes no source that speaks for another tenant, and teaches none to', async () => {
    const added = { name: 'mallory', profile: 'telegram-crm' };
    const foreign = { tenants: { i1: 'mallory', i2: 'victim' } };
    const refused = await admin('post', 'sources', { ...added, settings: foreign }).expect(403);
    expect(refused.body).toMatchObject({ code: 'forbidden' });
    const own = { tenants: { i1: 'mallory' } };
    await admin('post', 'sources', { ...added, settings: own }).expect(201);
    await admin('put', 'sources/mallory/settings', foreign).expect(403);
    expect((await app.services.sources.get('mallory', null)).settings).toEqual(own);
    await admin('put', 'sources/mallory/settings', { tenants: { i3: 'mallory' } }).expect(200);
    // Who administers all tenants decides for all of them.
    await admin('put', 'sources/mallory/settings', foreign, ADMIN_TOKEN).expect(200);
  });
});
