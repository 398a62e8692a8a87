import request from 'supertest';
import { type MadeSource } from '../../src/ingress/sources/source-service';
import { ADMIN_TOKEN, type Json, startApp, type TestApp, webhook } from '../support/app';
import { freshDatabase } from '../support/database';
import { eventually } from '../support/eventually';

describe('a webhook all the way', () => {
  const database = freshDatabase();
  let app: TestApp;
  let source: MadeSource;

  beforeAll(async () => {
    app = await startApp(database.url);
    source = await app.addSource({ name: 'acme', profile: 'telegram-crm' });
  });

  afterAll(() => app.close());

  function post(body: Json | string, path = source.key): request.Test {
    return request(app.url).post(`/v1/ingress/${path}`).set('content-type', 'application/json').send(body);
  }

  function ticket(id: string, token = ADMIN_TOKEN): request.Test {
    return request(app.url).get(`/v1/tickets/${id}`).set('authorization', `Bearer ${token}`);
  }

  function opened(ticketId: string): Json {
    return webhook(source, 'ticket.created', {
      ticket_id: ticketId,
      customer: { telegram_user_id: 77, username: 'maria' },
      channel: { type: 'topic_group', chat_id: -100, topic_id: 5 },
      initial_message: { message_id: 1, text: 'Hello', content_type: 'text' },
    });
  }

  test('is answered after the commit and is soon to be read over REST and in rpt.ticket', async () => {
    const answer = await post(opened('TKT-1')).expect(200);
    expect(answer.body).toMatchObject({ status: 'accepted', verdict: 'accepted', duplicate_of: null });
    expect(answer.body).not.toHaveProperty('method');
    expect(answer.headers['x-receipt-id']).toBe((answer.body as Json)['receipt_id']);
    await eventually(async () => {
      const found = await ticket('TKT-1').expect(200);
      expect(found.body).toMatchObject({
        ticket_key: 'acme/TKT-1',
        status: 'open',
        channel_type: 'topic_group',
        customer_id: '77',
        version: 1,
        position: (answer.body as Json)['position'],
      });
    });
    const rows = await app.services.db.query({
      text: `SELECT status FROM rpt.ticket WHERE ticket_id = 'TKT-1'`,
    });
    expect(rows).toEqual([{ status: 'open' }]);
  });

  test('keeps the bytes as they came, and no personal content in the event', async () => {
    const body = JSON.stringify(opened('TKT-2'));
    await post(body).expect(200);
    const [row] = await app.services.db.query<{ raw: Buffer; personal: Json; data: Json }>({
      text: `SELECT c.raw, c.personal, e.data FROM es.event e JOIN es.content c USING (lane, position)
             WHERE e.ticket_id = 'TKT-2'`,
    });
    expect(row?.raw.toString()).toBe(body);
    expect(JSON.stringify(row?.data)).not.toMatch(/maria|Hello/);
    expect(row?.personal).toMatchObject({ customer: { username: 'maria' } });
  });

  test('is answered the same when it is delivered again', async () => {
    const body = opened('TKT-3');
    const first = await post(body).expect(200);
    const again = await post(body, `${source.key}/webhook`).expect(200);
    expect(again.body).toMatchObject({
      status: 'duplicate',
      verdict: 'accepted',
      current_verdict: 'accepted',
      duplicate_of: (first.body as Json)['event_id'],
    });
  });

  test('of an impossible transition is refused with what would be possible, and kept', async () => {
    await post(opened('TKT-4')).expect(200);
    const move = (from: string, to: string): Json =>
      webhook(source, 'status.changed', { ticket_id: 'TKT-4', previous_status: from, new_status: to });
    await post(move('open', 'resolved')).expect(200);
    const refused = move('resolved', 'pending');
    const answer = await post(refused).expect(409);
    expect(answer.headers['content-type']).toMatch('application/problem+json');
    expect(answer.body).toMatchObject({
      code: 'invalid_transition',
      reason: 'illegal_transition',
      current_status: 'resolved',
      allowed_next: ['open', 'assigned', 'in_progress', 'closed'],
      retryable: false,
    });
    await post(refused).expect(409);
    await eventually(async () => {
      expect((await ticket('TKT-4').expect(200)).body).toMatchObject({
        status: 'resolved',
        is_diverged: true,
      });
    });
  });

  test.each([
    ['an unknown source', () => post(opened('T'), 'nobody'), 404, 'source_not_found'],
    ['no JSON', () => post('{'), 401, 'signature_missing'],
    ['no signature', () => post({ ...opened('T'), signature: undefined }), 401, 'signature_missing'],
    [
      'a signature of another shape',
      () => post({ ...opened('T'), signature: 'abc' }),
      401,
      'signature_malformed',
    ],
    [
      'a wrong signature',
      () => post({ ...opened('T'), event_type: 'ticket.resolved' }),
      401,
      'signature_invalid',
    ],
    [
      'another integration',
      () => post({ ...opened('T'), source: { integration_id: 'other' } }),
      403,
      'integration_mismatch',
    ],
    ['a missing ticket id', () => post(webhook(source, 'ticket.created', {})), 422, 'schema_violation'],
    [
      'an instant that is none',
      () => post(webhook(source, 'ticket.created', { ticket_id: 'T' }, { timestamp: 'yesterday' })),
      422,
      'schema_violation',
    ],
    [
      'a NUL in the text',
      () => post(webhook(source, 'ticket.created', { ticket_id: 'T\u0000' })),
      422,
      'schema_violation',
    ],
  ])('with %s gets a clear refusal and changes nothing', async (_name, send, status, code) => {
    const count = async (): Promise<unknown> =>
      app.services.db.query({ text: 'SELECT count(*) FROM es.event' });
    const before = await count();
    const answer = await send();
    expect([answer.status, (answer.body as Json)['code']]).toEqual([status, code]);
    expect(answer.body).toHaveProperty('detail');
    expect(await count()).toEqual(before);
  });

  test('that PostgreSQL can not hold is kept in quarantine, byte for byte', async () => {
    const body = JSON.stringify(webhook(source, 'ticket.created', { ticket_id: 'T\u0000Q' }));
    const answer = await post(body).expect(422);
    const rows = await app.services.db.query({
      text: `SELECT source, code, status, convert_from(raw, 'UTF8') AS raw FROM app.quarantine WHERE receipt_id = $1`,
      values: [(answer.body as Json)['receipt_id']],
    });
    expect(rows).toEqual([{ source: 'acme', code: 'schema_violation', status: 'open', raw: body }]);
  });

  test('whose event id came with other content is refused', async () => {
    const body = opened('TKT-5');
    await post(body).expect(200);
    const answer = await post({ ...body, data: { ticket_id: 'TKT-5', priority: 'high' } }).expect(422);
    expect(answer.body).toMatchObject({ code: 'idempotency_conflict', duplicate_of: body['event_id'] });
  });

  test('of an unknown type is kept outside any ticket', async () => {
    const answer = await post(webhook(source, 'ticket.sneezed', { ticket_id: 'TKT-6' })).expect(200);
    expect(answer.body).toMatchObject({ status: 'unmapped', verdict: null });
  });

  test('is read only with a token, and only in its tenant', async () => {
    await post(opened('TKT-7')).expect(200);
    await eventually(() => ticket('TKT-7').expect(200));
    await request(app.url).get('/v1/tickets/TKT-7').expect(401);
    await ticket('TKT-7', 'ct_wrong').expect(401);
    const own = await app.addToken({ label: 'own', tenant: 'acme' });
    const foreign = await app.addToken({ label: 'foreign', tenant: 'other' });
    await ticket('TKT-7', own).expect(200);
    await ticket('acme%2FTKT-7', own).expect(200);
    expect((await ticket('TKT-7', foreign).expect(404)).body).toMatchObject({ code: 'not_found' });
  });

  test('leaves a ticket id of two tenants to be told apart by source or key', async () => {
    const other = await app.addSource({ name: 'beta', profile: 'telegram-crm' });
    await post(opened('TKT-8')).expect(200);
    await post(webhook(other, 'ticket.created', { ticket_id: 'TKT-8' }), other.key).expect(200);
    await eventually(async () => {
      expect((await ticket('TKT-8').expect(409)).body).toMatchObject({ code: 'ambiguous_ticket' });
    });
    expect((await ticket('TKT-8?source=beta').expect(200)).body).toMatchObject({ tenant_id: 'beta' });
    expect((await ticket('acme%2FTKT-8').expect(200)).body).toMatchObject({ tenant_id: 'acme' });
  });
});
