import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { AppModule } from '../../../src/app.module';
import { AppServices } from '../../../src/app-services';
import { loadConfig } from '../../../src/config/config';
import { REFUSALS } from '../../../src/ingress/codes';
import { type MadeSource } from '../../../src/ingress/sources/source-service';
import { httpAdapter } from '../../../src/platform/http/http-server';
import { ADMIN_TOKEN, type Json, SECRETS_KEY, startApp, type TestApp, webhook } from '../../support/app';
import { freshDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { ApiDocument } from './support/api-document';

const DAY = 24 * 60 * 60 * 1000;

describe('the API as it is documented', () => {
  const database = freshDatabase();
  let app: TestApp;
  let source: MadeSource;
  let api: ApiDocument;

  beforeAll(async () => {
    app = await startApp(database.url);
    source = await app.addSource({ name: 'acme', profile: 'telegram-crm' });
    api = await ApiDocument.of(app.url);
  });

  afterAll(() => app.close());

  /** Calls a documented operation and compares the answer with what is documented of it. */
  async function call(
    operation: string,
    path: string,
    { body, token = ADMIN_TOKEN, known = '' }: { body?: unknown; token?: string; known?: string } = {},
  ): Promise<{ status: number; body: Json; etag: string }> {
    const method = operation.split(' ')[0] as 'get' | 'post' | 'put' | 'delete';
    const sent = request(app.url)
      [method](path)
      .set({ authorization: `Bearer ${token}`, 'if-none-match': known });
    const answer = await (body === undefined
      ? sent
      : sent.set('content-type', 'application/json').send(JSON.stringify(body)));
    expect({ operation, status: answer.status, faults: api.faults(operation, answer) }).toEqual({
      operation,
      status: answer.status,
      faults: [],
    });
    return { status: answer.status, body: answer.body as Json, etag: answer.headers['etag'] ?? '' };
  }

  test('names every route of the app, and no other', async () => {
    const routes = await routesOf(database.url);
    const ofTheDoor = ['', '/webhook', '/callback'].map((suffix) => `post /v1/ingress/{source}${suffix}`);
    expect([...api.operations].sort()).toEqual([...routes, ...ofTheDoor].sort());
  });

  test('gives each operation a name of its own', () => {
    expect(new Set(api.ids).size).toBe(api.operations.length);
  });

  test('names every code that a webhook may be refused with', () => {
    const documented = api.refusals('post /v1/ingress/{source}');
    for (const [code, { status }] of Object.entries(REFUSALS)) expect(documented[status]).toContain(code);
  });

  test('names, of every operation, what a request is refused with before it is understood', () => {
    for (const operation of api.operations) {
      const documented = api.refusals(operation);
      expect(documented[400]).toContain('bad_request');
      expect(documented[408]).toContain('request_timeout');
      expect(documented[413]).toContain('payload_too_large');
      expect(documented[431]).toContain('headers_too_large');
    }
  });

  test('knows nothing that has a NUL character in its name', async () => {
    for (const operation of api.operations.filter((one) => /^get .*\/\{\w+\}$/.test(one))) {
      const path = operation.replace('get ', '').replace(/\{\w+\}/, '%00');
      expect({ operation, status: (await call(operation, path)).status }).toEqual({ operation, status: 404 });
    }
    for (const list of ['deliveries', 'quarantine']) {
      const { body } = await call(`get /v1/admin/${list}`, `/v1/admin/${list}?source=%00`);
      expect(body).toMatchObject({ status: 400, code: 'invalid_query' });
    }
    const retry = 'post /v1/admin/quarantine/retry';
    const { body } = await call(retry, '/v1/admin/quarantine/retry', { body: { source: 'a\0' } });
    expect(body).toMatchObject({ status: 422, detail: 'source: a NUL character is in no text' });
  });

  test('has one rule for what is wrong in a query string, and one for a body', async () => {
    for (const operation of api.operations.filter((one) => api.takesQuery(one))) {
      expect(api.refusals(operation)[400]).toContain('invalid_query');
      const path = operation.replace('get ', '').replace('{id}', 'none');
      const { status, body } = await call(operation, `${path}?no_such_parameter=1`);
      expect({ operation, status, code: body['code'] }).toEqual({
        operation,
        status: 400,
        code: 'invalid_query',
      });
    }
    for (const operation of api.operations.filter((one) => api.takesBody(one))) {
      if (operation.includes('/v1/ingress/')) continue;
      expect(api.refusals(operation)[422]).toContain('invalid_input');
      const path = operation.split(' ')[1]?.replace('{name}', 'acme') ?? '';
      const { status, body } = await call(operation, path, { body: ['not', 'an', 'object'] });
      expect({ operation, status, code: body['code'] }).toEqual({
        operation,
        status: 422,
        code: 'invalid_input',
      });
    }
  });

  test('is true of webhooks', async () => {
    const deliver = 'post /v1/ingress/{source}';
    const path = `/v1/ingress/${source.key}`;
    const body = webhook(source, 'ticket.created', { ticket_id: 'D-1' });
    expect((await call(deliver, path, { body })).body['status']).toBe('accepted');
    expect((await call(deliver, path, { body })).body['status']).toBe('duplicate');
    const conflicting = { ...body, data: { ticket_id: 'D-1', priority: 'high' } };
    expect((await call(deliver, path, { body: conflicting })).body['code']).toBe('idempotency_conflict');
    const illegal = webhook(source, 'status.changed', { ticket_id: 'D-1', new_status: 'nowhere' });
    expect((await call(deliver, path, { body: illegal })).status).toBe(409);
    expect((await call(deliver, path, { body: { ...body, signature: 'x' } })).status).toBe(401);
    expect((await call(deliver, '/v1/ingress/nobody', { body })).status).toBe(404);
    const ping = webhook(source, 'ping', {});
    expect((await call('post /v1/ingress/{source}/webhook', `${path}/webhook`, { body: ping })).status).toBe(
      200,
    );
  });

  test('is true of sources, their keys and their tokens', async () => {
    const at = '/v1/admin/sources';
    const wanted = { name: 'described', profile: 'tg-staff', settings: { rate: { per_second: 10 } } };
    expect((await call(`post ${at}`, at, { body: wanted })).status).toBe(201);
    expect((await call(`post ${at}`, at, { body: wanted })).status).toBe(409);
    expect((await call(`post ${at}`, at, { body: { name: 'A B' } })).status).toBe(422);
    await call(`post ${at}/{name}/rotate`, `${at}/described/rotate`, { body: {} });
    const tokens = `${at}/{name}/tokens`;
    await call(`post ${tokens}`, `${at}/described/tokens`, {
      body: { label: 'brief', expires_at: '2099-01-01T00:00:00Z' },
    });
    await call(`get ${at}/{name}`, `${at}/described`);
    await call(`put ${at}/{name}/settings`, `${at}/described/settings`, { body: { environment: 'test' } });
    for (const change of ['pause', 'resume', 'block', 'resume', 'arm'])
      expect((await call(`post ${at}/{name}/${change}`, `${at}/described/${change}`)).status).toBe(200);
    await call(`get ${at}/{name}`, `${at}/described`);
    expect((await call(`delete ${at}/{name}/keys/{key}`, `${at}/described/keys/k_1`)).status).toBe(204);
    await call(`post ${at}/{name}/retire`, `${at}/described/retire`);
    expect((await call(`post ${at}/{name}/resume`, `${at}/described/resume`)).status).toBe(409);
    expect((await call(`get ${at}/{name}`, `${at}/nobody`)).status).toBe(404);
    expect((await call(`get ${at}`, at)).status).toBe(200);
    expect((await call(`get ${at}`, at, { token: 'ct_wrong' })).status).toBe(401);
  });

  test('is true of the delivery journal', async () => {
    const at = '/v1/admin/deliveries';
    const refused = await request(app.url).post(`/v1/ingress/${source.key}`).send('{}');
    const receipt = String(refused.headers['x-receipt-id']);
    await eventually(async () => {
      expect((await call(`get ${at}/{receipt}`, `${at}/${receipt}`)).status).toBe(200);
    });
    await call(`get ${at}`, `${at}?source=acme`);
    await call(`get ${at}`, `${at}?failed=true`);
    await call(`get ${at}`, `${at}?limit=1`);
    expect((await call(`get ${at}/{receipt}`, `${at}/none`)).status).toBe(404);
  });

  test('is true of the quarantine', async () => {
    const at = '/v1/admin/quarantine';
    const post = (body: unknown): request.Test =>
      request(app.url).post(`/v1/ingress/${source.key}`).send(JSON.stringify(body)).type('json');
    await post(webhook(source, 'ticket.created', { ticket_id: '' })).expect(422);
    const listed = (await call(`get ${at}`, `${at}?status=all`)).body['items'] as {
      id: string;
      code: string;
    }[];
    await call(`get ${at}`, `${at}?status=all&limit=1`);
    expect(new Set(listed.map(({ code }) => code))).toEqual(
      new Set(['schema_violation', 'idempotency_conflict']),
    );
    for (const { id, code } of listed) {
      await call(`get ${at}/{id}`, `${at}/${id}`);
      await call(`post ${at}/{id}/retry`, `${at}/${id}/retry`);
      await call(`post ${at}/{id}/accept`, `${at}/${id}/accept`);
      if (code === 'schema_violation') {
        expect((await call(`post ${at}/{id}/dismiss`, `${at}/${id}/dismiss`)).status).toBe(204);
      }
    }
    await call(`post ${at}/retry`, `${at}/retry`, { body: { source: 'acme' } });
    await post(webhook(source, 'never.heard.of', {})).expect(200);
    await call(`post ${at}/retry`, `${at}/retry`, { body: { unmapped: 'never.heard.of' } });
    expect((await call(`get ${at}/{id}`, `${at}/none`)).status).toBe(404);
  });

  test('is true of tokens', async () => {
    const at = '/v1/admin/tokens';
    const body = { label: 'described', scopes: ['read'], expires_at: '2099-01-01T00:00:00Z' };
    expect((await call(`post ${at}`, at, { body })).status).toBe(201);
    expect((await call(`post ${at}`, at, { body })).status).toBe(409);
    expect((await call(`delete ${at}/{label}`, `${at}/described`)).status).toBe(204);
    expect((await call(`delete ${at}/{label}`, `${at}/nobody`)).status).toBe(404);
    await call(`get ${at}`, at);
    const reader = await app.addToken({ label: 'reader', scopes: ['read'] });
    expect((await call(`get ${at}`, at, { token: reader })).status).toBe(403);
  });

  test('is true of followers, and they say why a lane is red', async () => {
    const at = '/v1/admin/followers';
    const operator = await app.addToken({ label: 'operator', scopes: ['operate'] });
    await app.services.db.query({
      text: `INSERT INTO es.follower (name, lane, error) VALUES ('relay:gone', 3, 'topic belongs to another log')`,
    });
    await eventually(async () => {
      const listed = (await call(`get ${at}`, at, { token: operator })).body as unknown as Json[];
      expect(listed.find(({ name }) => name === 'relay:gone')).toMatchObject({
        lane: 3,
        state: 'red',
        owner: null,
        error: 'topic belongs to another log',
      });
      const projections = listed.filter(({ name }) => name === 'projections');
      expect(projections).toHaveLength(8);
      for (const one of projections)
        expect(one).toMatchObject({ state: 'current', lag_events: 0, lag_seconds: 0 });
    });
    const reader = await app.addToken({ label: 'reads', scopes: ['read'] });
    const foreign = await app.addToken({ label: 'of-acme', scopes: ['operate'], tenant: 'acme' });
    for (const token of [reader, foreign]) expect((await call(`get ${at}`, at, { token })).status).toBe(403);
  });

  test('is true of tickets, agents and queues', async () => {
    for (const [type, data] of [
      ['ticket.created', { customer: { first_name: 'Ada' }, channel: { type: 'topic_group' } }],
      ['agent.assigned', { agent_id: 'A-1' }],
      ['message.received', { message_id: 'M-1', sender: { type: 'customer' }, content: { text: 'Hello?' } }],
    ] as const) {
      const body = webhook(source, type, { ticket_id: 'R-1', ...data });
      await call('post /v1/ingress/{source}', `/v1/ingress/${source.key}`, { body });
    }
    await eventually(async () => {
      const shown = await call('get /v1/tickets/{id}', '/v1/tickets/R-1');
      expect(shown.body).toMatchObject({ ticket_id: 'R-1', version: 3 });
    });
    await call('get /v1/tickets', '/v1/tickets?status=open&limit=1');
    for (const view of ['internal', 'customer'])
      await call('get /v1/tickets/{id}/timeline', `/v1/tickets/R-1/timeline?view=${view}`);
    await call('get /v1/agents', '/v1/agents');
    await call('get /v1/queues', '/v1/queues');
    await call('get /v1/tickets/{id}/sla', '/v1/tickets/R-1/sla');
    const tomorrow = new Date(Date.now() + DAY).toISOString();
    for (const [operation, path] of [
      ['get /v1/tickets/{id}', '/v1/tickets/R-1'],
      ['get /v1/tickets/{id}/sla', `/v1/tickets/R-1/sla?as_of=${tomorrow}`],
      ['get /v1/sla/compliance', '/v1/sla/compliance'],
    ] as const) {
      const { etag } = await call(operation, path);
      expect((await call(operation, path, { known: etag })).status).toBe(304);
    }
    await call('get /v1/admin/sla', '/v1/admin/sla');
    expect((await call('get /v1/tickets/{id}', '/v1/tickets/none')).status).toBe(404);
    expect((await call('get /v1/tickets', '/v1/tickets?limit=0')).status).toBeGreaterThanOrEqual(400);
    expect((await call('get /v1/tickets', '/v1/tickets', { token: 'ct_wrong' })).status).toBe(401);
  });

  test('is true of what runs it', async () => {
    for (const path of [
      '/health/live',
      '/health/ready',
      '/metrics',
      '/docs',
      '/openapi.json',
      '/asyncapi.json',
    ])
      expect((await call(`get ${path}`, path)).status).toBe(200);
    app.services.draining = true;
    expect((await call('get /health/ready', '/health/ready')).status).toBe(503);
    app.services.draining = false;
  });
});

/** As the framework was told them: `get /v1/admin/sources/{name}`. */
async function routesOf(databaseUrl: string): Promise<readonly string[]> {
  const config = loadConfig({ PORT: '0', LOG_LEVEL: 'error' });
  const services = await AppServices.open(config, {
    databaseUrl,
    databaseRole: 'casetrail_app',
    kafkaBrokers: null,
    secretsKey: SECRETS_KEY,
    adminToken: ADMIN_TOKEN,
  });
  const adapter = httpAdapter();
  const routes: string[] = [];
  adapter.getInstance().addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) {
      if (one !== 'HEAD' && one !== 'OPTIONS') routes.push(`${one.toLowerCase()} ${templated(url)}`);
    }
  });
  const nest = await NestFactory.create<NestFastifyApplication>(AppModule.with(config, services), adapter, {
    bodyParser: false,
    logger: false,
  });
  await nest.init();
  await nest.close();
  return routes;
}

function templated(url: string): string {
  return url.replace(/:(\w+)/g, '{$1}');
}
