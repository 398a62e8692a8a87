import request from 'supertest';
import { ADMIN_TOKEN, type Json, startApp, type TestApp } from '../support/app';
import { freshDatabase } from '../support/database';
import { hours, policy } from './support/desk';

describe('SLA configuration over HTTP', () => {
  const database = freshDatabase();
  let app: TestApp;
  const tokens: Record<string, string> = { admin: ADMIN_TOKEN };
  const file = { schedules: { office: hours('09:00', '17:00') }, schedule: 'office', policy };

  beforeAll(async () => {
    app = await startApp(database.url);
    for (const tenant of ['acme', 'other']) await app.addSource({ name: tenant, profile: 'telegram-crm' });
    tokens['reader'] = await app.addToken({ label: 'reader', scopes: ['read'] });
    tokens['operator'] = await app.addToken({ label: 'operator', scopes: ['operate'] });
    tokens['acme'] = await app.addToken({ label: 'acme', scopes: ['admin'], tenant: 'acme' });
    tokens['other'] = await app.addToken({ label: 'other', scopes: ['admin'], tenant: 'other' });
  });
  afterAll(() => app.close());

  function call(method: 'get' | 'post', path: string, as: string, body?: object): request.Test {
    const made = request(app.url)
      [method](`/v1/admin/sla${path}`)
      .set('authorization', `Bearer ${tokens[as]}`);
    return body === undefined ? made : made.send(JSON.stringify(body));
  }

  test('it is applied, said again, and listed', async () => {
    const applied = await call('post', '', 'admin', { ...file, source: 'acme' }).expect(200);
    expect(applied.body).toMatchObject({
      made: [{ id: 'acme/office' }, { id: 'source/acme' }],
      unchanged: [],
    });
    const again = await call('post', '', 'admin', { ...file, source: 'acme' }).expect(200);
    expect(again.body).toMatchObject({ made: [], unchanged: (applied.body as Json)['made'] });
    const listed = await call('get', '', 'reader').expect(200);
    expect(listed.body).toMatchObject({
      schedules: [
        { schedule_id: 'acme/office', version: 1, in_force: true, schedule: file.schedules.office },
      ],
      policies: [{ policy_id: 'source/acme', version: 1, in_force: true, schedule_id: 'acme/office' }],
    });
  });

  test('a mistake is a 422 that says where it is and what is expected', async () => {
    const refused = await call('post', '', 'admin', {
      ...file,
      source: 'acme',
      policy: { basis: 'x' },
    }).expect(422);
    expect(refused.body).toMatchObject({
      code: 'invalid_input',
      detail: expect.stringContaining('policy.basis: is calendar or business') as unknown,
    });
    await call('post', '', 'admin', file).expect(422);
    await call('post', '', 'admin', { ...file, source: 'acme', tenant: 'other' }).expect(422);
    await call('post', '/reprocess', 'admin', { schedule: 'office', from: '1st of May' }).expect(422);
    await call('post', '/reprocess', 'admin', { schedule: 'nope', from: '2026-05-01' }).expect(404);
  });

  test('reading takes a token, changing the scope admin', async () => {
    await request(app.url).get('/v1/admin/sla').expect(401);
    await call('get', '', 'operator').expect(200);
    for (const as of ['reader', 'operator']) {
      await call('post', '', as, { ...file, source: 'acme' }).expect(403);
      await call('post', '/reprocess', as, { schedule: 'office', from: '2026-05-01' }).expect(403);
    }
  });

  test("a tenant's token sees and changes its own tenant only", async () => {
    await call('post', '', 'other', { ...file, source: 'acme' }).expect(404);
    await call('post', '', 'other', { ...file, tenant: 'acme' }).expect(403);
    await call('get', '?tenant=acme', 'other').expect(403);
    await call('post', '/reprocess', 'other', { schedule: 'acme/office', from: '2026-05-01' }).expect(404);
    expect((await call('get', '', 'other').expect(200)).body).toMatchObject({ schedules: [], policies: [] });
    const own = await call('post', '', 'other', file).expect(200);
    expect(own.body).toMatchObject({ made: [{ id: 'other/office' }, { id: 'tenant/other' }] });
    const seen = await call('get', '?tenant=acme', 'acme').expect(200);
    expect((seen.body as { policies: Json[] }).policies).toMatchObject([{ policy_id: 'source/acme' }]);
  });
});
