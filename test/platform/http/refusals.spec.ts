import request from 'supertest';
import { ADMIN_TOKEN, type Json, startApp, type TestApp } from '../../support/app';
import { freshDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';

describe('what an administrator asks for in vain', () => {
  const database = freshDatabase();
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp(database.url);
    for (const name of ['acme', 'other']) await app.addSource({ name, profile: 'tg-staff' });
  });

  afterAll(() => app.close());

  async function post(path: string, body: Json): Promise<{ status: number; code: unknown; detail: unknown }> {
    const answer = await request(app.url)
      .post(`/v1/admin/${path}`)
      .set('authorization', `Bearer ${ADMIN_TOKEN}`)
      .send(JSON.stringify(body));
    const { code, detail } = answer.body as Json;
    return { status: answer.status, code, detail };
  }

  test('a token that a sender has already is a conflict, with whichever source', async () => {
    const given = { label: 'given', token: 'chosen-by-the-sender-1' };
    expect((await post('sources/acme/tokens', given)).status).toBe(201);
    for (const name of ['acme', 'other']) {
      const refused = await post(`sources/${name}/tokens`, given);
      expect(refused).toMatchObject({ status: 409, code: 'conflict' });
      expect(refused.detail).not.toMatch(/constraint|hash/);
    }
  });

  test('a name that another transaction takes meanwhile is a conflict', async () => {
    let refused: ReturnType<typeof post> | undefined;
    await app.services.db.transaction(async (tx) => {
      await tx.query({
        text: `INSERT INTO app.token (label, hash, scopes) VALUES ('raced', '\\x00', '{read}')`,
      });
      refused = post('tokens', { label: 'raced' });
      const text = 'SELECT FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid';
      await eventually(async () => expect(await tx.query({ text })).toHaveLength(1));
    });
    expect(await refused).toMatchObject({ status: 409, code: 'conflict' });
  });

  test('a tenant that can not be one is a mistake in the body', async () => {
    for (const tenant of ['Acme', '', 'a/b']) {
      expect(await post('tokens', { label: 'x', tenant })).toMatchObject({
        status: 422,
        code: 'invalid_input',
      });
    }
    expect((await post('tokens', { label: 'x', tenant: 'acme' })).status).toBe(201);
  });
});
