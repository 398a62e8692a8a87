import { readFileSync } from 'node:fs';
import { Agent, type AgentOptions, request as sendTls } from 'node:https';
import { join } from 'node:path';
import request from 'supertest';
import { PROFILES } from '../../src/ingress/profiles';
import { type MadeSource } from '../../src/ingress/sources/source-service';
import { type Json, startApp, type TestApp, webhook } from '../support/app';
import { cloneTemplate, dropDatabase, freshDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { FlakyProxy } from './support/flaky-proxy';

const pem = (name: string): string => join(__dirname, 'tls', name);

describe("the receiver's own troubles", () => {
  const database = freshDatabase();

  async function withApp(
    env: Readonly<Record<string, string>>,
    work: (app: TestApp, source: MadeSource) => Promise<void>,
    url = database.url,
  ): Promise<void> {
    const app = await startApp(url, env);
    try {
      const name = `s${Math.random().toString(36).slice(2, 10)}`;
      await work(app, await app.addSource({ name, profile: 'telegram-crm' }));
    } finally {
      await app.close();
    }
  }

  function post(app: TestApp, source: MadeSource, body?: Json): request.Test {
    return request(app.url)
      .post(`/v1/ingress/${source.key}`)
      .send(body ?? webhook(source, 'ticket.created', { ticket_id: 'T' }));
  }

  test('a node that shuts down asks for another try, before it looks at anything else', async () => {
    await withApp({}, async (app, source) => {
      await post(app, source).expect(200);
      app.services.draining = true;
      const answer = await post(app, source).expect(503);
      expect(answer.body).toMatchObject({ code: 'overloaded', retryable: true, retry_after_s: 1 });
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.headers['connection']).toBe('close');
      await request(app.url).get('/v1/ingress/nobody').expect(503);
      app.services.draining = false;
    });
  });

  test('a full append queue asks for another try', async () => {
    await withApp({ APPEND_QUEUE_MAX: '1' }, async (app, source) => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          post(app, source, webhook(source, 'ticket.created', { ticket_id: `Q${n}` })),
        ),
      );
      const statuses = new Set(answers.map(({ status }) => status));
      expect([...statuses].sort()).toEqual([200, 503]);
    });
  });

  test('an event loop that is late asks for another try, and takes webhooks again once it keeps up', async () => {
    await withApp({ OVERLOAD_LOOP_DELAY_MS: '50' }, async (app, source) => {
      await eventually(async () => {
        blockTheLoop(1000);
        const answer = await post(app, source).expect(503);
        expect(answer.body).toMatchObject({ code: 'overloaded', retryable: true, retry_after_s: 1 });
        expect(answer.headers['retry-after']).toBe('1');
      });
      await eventually(() => post(app, source).expect(200));
    });
  });

  test('a commit that does not come in time is a 503, and the retry finds what was stored', async () => {
    const url = await cloneTemplate();
    const { proxy, url: through } = await FlakyProxy.before(url);
    try {
      await withApp(
        {},
        async (app, source) => {
          await post(app, source).expect(200);
          proxy.goDown();
          const late = webhook(source, 'ticket.created', { ticket_id: 'LATE' });
          const began = performance.now();
          const answer = await post(app, source, late).expect(503);
          expect(performance.now() - began).toBeLessThan(6500);
          expect(answer.body).toMatchObject({ code: 'storage_unavailable', retryable: true });
          expect(answer.headers['x-receipt-id']).toBeDefined();
          // Whether an unknown source exists can't be told now: that is no 404.
          await request(app.url).post('/v1/ingress/never-heard-of').expect(503);
          proxy.comeBack();
          const again = await post(app, source, late).expect(200);
          expect((again.body as Json)['status']).toMatch(/^(accepted|duplicate)$/);
        },
        through,
      );
    } finally {
      await proxy.close();
      await dropDatabase(url);
    }
  }, 30_000);

  test('what must be kept outside the log is answered in time by a database that says nothing, too', async () => {
    const url = await cloneTemplate();
    const { proxy, url: through } = await FlakyProxy.before(url);
    try {
      await withApp(
        {},
        async (app) => {
          const source = await app.addSource({ name: 'impatient', profile: 'tg-staff' });
          const paused = await app.addSource({ name: 'resting', profile: 'tg-staff' });
          await app.services.sources.change('resting', 'pause');
          const timeout = PROFILES['tg-staff'].senderTimeoutMs;
          const deliver = async ({ key, secret }: MadeSource, body: Json): Promise<[number, unknown]> => {
            const response = await fetch(`${app.url}/v1/ingress/${key}`, {
              method: 'POST',
              headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
              body: JSON.stringify(body),
              // As the sender does: an answer that comes later is none.
              signal: AbortSignal.timeout(timeout),
            });
            const { code, status } = (await response.json()) as Json;
            return [response.status, code ?? status];
          };
          const broken = { event_type: 'message.received', conversation_id: 'C-1' };
          const opened = {
            event_type: 'conversation.created',
            conversation_id: 'C-2',
            timestamp: '2026-03-01T12:00:00Z',
          };
          await eventually(async () => {
            const early = { ...opened, conversation_id: `E-${Math.random()}` };
            expect(await deliver(paused, early)).toEqual([200, 'held']);
          });
          proxy.goSilent();
          const answers = await Promise.all([deliver(source, broken), deliver(paused, opened)]);
          expect(answers).toEqual(Array(2).fill([503, 'storage_unavailable']));
          proxy.comeBack();
          expect(await deliver(source, broken)).toEqual([200, 'schema_violation']);
          expect(await deliver(paused, opened)).toEqual([200, 'held']);
        },
        through,
      );
    } finally {
      await proxy.close();
      await dropDatabase(url);
    }
  }, 30_000);

  test('a bug of ours tells the receipt and nothing else', async () => {
    await withApp({ LOG_LEVEL: 'error' }, async (app, source) => {
      await post(app, source).expect(200);
      jest.spyOn(app.services.ledger, 'append').mockRejectedValueOnce(new Error('secret inner workings'));
      const answer = await post(app, source, webhook(source, 'ticket.created', { ticket_id: 'BUG' })).expect(
        500,
      );
      expect(answer.body).toMatchObject({
        code: 'internal_error',
        receipt_id: answer.headers['x-receipt-id'],
      });
      expect(JSON.stringify(answer.body)).not.toContain('inner workings');
    });
  });

  describe('with TLS of its own', () => {
    const env = { TLS_CERT: pem('server.pem'), TLS_KEY: pem('server.key'), TLS_CLIENT_CA: pem('ca.pem') };

    function overTls(
      app: TestApp,
      source: MadeSource,
      client: AgentOptions,
    ): Promise<{ status: number; code: unknown }> {
      const agent = new Agent({ ca: readFileSync(pem('ca.pem')), ...client });
      return new Promise((resolve, reject) => {
        const options = { method: 'POST', agent, headers: { 'content-type': 'application/json' } };
        const sent = sendTls(new URL(`/v1/ingress/${source.key}`, app.url), options, (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () => {
            agent.destroy();
            resolve({ status: response.statusCode ?? 0, code: (JSON.parse(text) as Json)['code'] });
          });
        });
        sent.on('error', reject);
        sent.end(JSON.stringify(webhook(source, 'ticket.created', { ticket_id: `T${Math.random()}` })));
      });
    }

    test('each source decides whether it demands a client certificate', async () => {
      await withApp(env, async (app, open) => {
        expect(app.url).toMatch(/^https:/);
        const demanding = await app.addSource({
          name: `mtls-${open.name}`,
          profile: 'telegram-crm',
          settings: { require: ['mtls'], require_https: true },
        });
        const own = { cert: readFileSync(pem('client.pem')), key: readFileSync(pem('client.key')) };
        const strange = { cert: readFileSync(pem('stranger.pem')), key: readFileSync(pem('stranger.key')) };
        expect(await overTls(app, open, {})).toMatchObject({ status: 200 });
        expect(await overTls(app, demanding, own)).toMatchObject({ status: 200 });
        expect(await overTls(app, demanding, {})).toMatchObject({
          status: 403,
          code: 'client_certificate_required',
        });
        expect(await overTls(app, demanding, strange)).toMatchObject({
          status: 403,
          code: 'client_certificate_rejected',
        });
      });
    });
  });

  test('the API is documented with every code, and the page needs nothing from elsewhere', async () => {
    await withApp({}, async (app) => {
      const document = await request(app.url).get('/openapi.json').expect(200);
      const text = JSON.stringify(document.body);
      for (const code of [
        'https_required',
        'signature_invalid',
        'idempotency_conflict',
        'invalid_transition',
        'internal_error',
      ])
        expect(text).toContain(`"${code}"`);
      const page = await request(app.url).get('/docs').expect(200);
      expect(page.text).toContain('/v1/ingress/{source}');
      expect(page.text).not.toMatch(/src=|href="http|@import/);
    });
  });
});

function blockTheLoop(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}
