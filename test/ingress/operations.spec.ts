import request from 'supertest';
import { type MadeSource } from '../../src/ingress/sources/source-service';
import { ADMIN_TOKEN, type Json, startApp, type TestApp, webhook } from '../support/app';
import { freshDatabase } from '../support/database';
import { eventually } from '../support/eventually';

const RECEIPT = /^[0-9a-f]{8}-[0-9a-f]{4}-7/;

describe('operating the ingress', () => {
  const database = freshDatabase();
  let app: TestApp;
  let source: MadeSource;

  beforeAll(async () => {
    app = await startApp(database.url);
    source = await app.addSource({ name: 'acme', profile: 'telegram-crm' });
  });

  afterAll(() => app.close());

  function post(body: Json | string, key = source.key): request.Test {
    return request(app.url).post(`/v1/ingress/${key}`).set('content-type', 'application/json').send(body);
  }

  function admin(method: 'get' | 'post' | 'put' | 'delete', path: string, token = ADMIN_TOKEN): request.Test {
    return request(app.url)[method](`/v1/admin/${path}`).set('authorization', `Bearer ${token}`);
  }

  function opened(ticketId: string, of: MadeSource = source): Json {
    return webhook(of, 'ticket.created', { ticket_id: ticketId });
  }

  async function bodyOf(answer: request.Test): Promise<Json> {
    return (await answer).body as Json;
  }

  async function rows(text: string, ...values: unknown[]): Promise<Json[]> {
    return app.services.db.query<Json>({ text, values });
  }

  describe('with 500 equal deliveries at once', () => {
    test('stores one event and calls the others its duplicates', async () => {
      const body = JSON.stringify(opened('SAME'));
      const answers = await Promise.all(
        Array.from({ length: 500 }, () =>
          fetch(`${app.url}/v1/ingress/${source.key}`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body,
          }).then(async (response) => ({ status: response.status, body: (await response.json()) as Json })),
        ),
      );
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      const said = answers.map(({ body: answer }) => answer['status']);
      expect(said.filter((status) => status === 'accepted')).toHaveLength(1);
      expect(said.filter((status) => status === 'duplicate')).toHaveLength(499);
      expect(await rows(`SELECT count(*) AS n FROM es.event WHERE ticket_id = 'SAME'`)).toEqual([{ n: 1 }]);
    });
  });

  describe('a paused source', () => {
    test('holds deliveries, and appends them on resume with their first arrival time', async () => {
      const paused = await app.addSource({ name: 'paused', profile: 'telegram-crm' });
      await admin('post', 'sources/paused/pause').expect(200);
      // The pause reaches a node within two seconds; until then deliveries are stored.
      await eventually(async () => {
        const early = await post(opened(`EARLY-${Math.random()}`, paused), paused.key);
        expect(early.body).toMatchObject({ status: 'held' });
      }, 2500);
      await rows(`DELETE FROM app.held WHERE source = 'paused'`);
      const body = opened('HELD', paused);
      const first = await post(body, paused.key).expect(200);
      expect(first.body).toMatchObject({ status: 'held', event_id: null });
      const again = await post(body, paused.key).expect(200);
      expect(again.body).toMatchObject({ status: 'held' });
      const [held] = await rows(
        `SELECT received_at, count(*) OVER () AS n FROM app.held WHERE source = 'paused'`,
      );
      expect(held?.['n']).toBe(1);
      await admin('post', 'sources/paused/resume').expect(200);
      await eventually(async () => {
        const [event] = await rows(`SELECT received_at FROM es.event WHERE ticket_id = 'HELD'`);
        expect(event?.['received_at']).toEqual(held?.['received_at']);
        expect(await rows(`SELECT 1 FROM app.held WHERE source = 'paused'`)).toEqual([]);
      });
    });
  });

  describe('quarantine', () => {
    async function quarantined(receipt: unknown): Promise<Json> {
      const listed = await admin('get', 'quarantine?status=all&limit=1000').expect(200);
      const { items } = listed.body as { readonly items: readonly Json[] };
      const found = items.find((one) => one['receipt_id'] === receipt);
      if (found === undefined) throw new Error('not in quarantine');
      return found;
    }

    test('takes a repeated mistake as one entry with its first arrival', async () => {
      const body = JSON.stringify(webhook(source, 'ticket.created', { ticket_id: '' }));
      const first = await post(body).expect(422);
      await post(body).expect(422);
      expect(await quarantined((first.body as Json)['receipt_id'])).toMatchObject({
        deliveries: 2,
        code: 'schema_violation',
      });
    });

    test('is retried after the source was mended, under its first arrival time', async () => {
      const strict = await app.addSource({
        name: 'staging',
        profile: 'telegram-crm',
        settings: { environment: 'staging' },
      });
      const refused = await post(opened('MENDED', strict), strict.key).expect(403);
      const entry = await quarantined((refused.body as Json)['receipt_id']);
      const still = await bodyOf(admin('post', `quarantine/${String(entry['id'])}/retry`).expect(200));
      expect(still).toMatchObject({ status: 'open', answer: { code: 'environment_mismatch' } });
      await admin('put', 'sources/staging/settings').send('{"environment":"production"}').expect(200);
      const retried = await bodyOf(
        admin('post', 'quarantine/retry').send('{"source":"staging"}').expect(200),
      );
      expect(retried).toMatchObject([{ status: 'retried', answer: { status: 'accepted' } }]);
      const [event] = await rows(`SELECT received_at FROM es.event WHERE ticket_id = 'MENDED'`);
      expect((event?.['received_at'] as Date).toISOString()).toBe(entry['received_at']);
      expect(await quarantined(entry['receipt_id'])).toMatchObject({ status: 'retried' });
    });

    test('accepts a conflict beside the first event, once, and never retries one', async () => {
      const body = opened('CONFLICT');
      await post(body).expect(200);
      const refused = await post({ ...body, data: { ticket_id: 'CONFLICT', priority: 'high' } }).expect(422);
      const { id } = await quarantined((refused.body as Json)['receipt_id']);
      await admin('post', `quarantine/${String(id)}/retry`).expect(409);
      const accepted = await bodyOf(admin('post', `quarantine/${String(id)}/accept`).expect(200));
      expect(accepted).toMatchObject({ status: 'accepted', answer: { status: 'accepted' } });
      expect(
        await rows(
          `SELECT dedupe_key, causation_id FROM es.event WHERE source = 'acme' AND dedupe_key LIKE '%#2'`,
        ),
      ).toEqual([{ dedupe_key: `${String(body['event_id'])}#2`, causation_id: body['event_id'] }]);
      await admin('post', `quarantine/${String(id)}/accept`).expect(409);
    });

    test('lets a delivery be, and says who decided', async () => {
      const refused = await post(webhook(source, 'status.changed', { ticket_id: 'X' })).expect(422);
      const { id } = await quarantined((refused.body as Json)['receipt_id']);
      await admin('post', `quarantine/${String(id)}/dismiss`).expect(204);
      expect(
        await rows(`SELECT actor FROM app.audit WHERE action = 'quarantine.dismiss' AND target = $1`, id),
      ).toEqual([{ actor: 'admin' }]);
    });

    test('appends events of an unmapped type once a mapping knows it, and only then', async () => {
      const mapped = await app.addSource({ name: 'mapped', profile: 'telegram-crm' });
      await post(webhook(mapped, 'case.born', { ticket_id: 'BORN' }), mapped.key).expect(200);
      const retry = (): request.Test =>
        admin('post', 'quarantine/retry').send('{"unmapped":"case.born"}').expect(200);
      expect((await retry()).body).toMatchObject({ found: 1, appended: 0, unchanged: 1 });
      await admin('put', 'sources/mapped/settings')
        .send('{"event_types":{"case.born":"ticket.created"}}')
        .expect(200);
      expect((await retry()).body).toMatchObject({ found: 1, appended: 1 });
      expect((await retry()).body).toMatchObject({ found: 1, appended: 0, unchanged: 1 });
      const stored = await rows(
        `SELECT type, dedupe_key LIKE '%#map1' AS mapped FROM es.event WHERE source = 'mapped' ORDER BY recorded_at`,
      );
      expect(stored).toEqual([
        { type: 'unmapped', mapped: false },
        { type: 'ticket.created', mapped: true },
      ]);
    });
  });

  describe('the delivery journal', () => {
    test('tells what a sender was told, and what would have matched', async () => {
      const body = opened('DOCTOR');
      const wrong = webhook({ ...source, secret: `${source.secret}\n` }, 'ticket.created', {
        ticket_id: 'DOCTOR',
      });
      const answer = await post({ ...wrong }).expect(401);
      const receipt = answer.headers['x-receipt-id'];
      expect(receipt).toMatch(RECEIPT);
      await eventually(async () => {
        const shown = await bodyOf(admin('get', `deliveries/${String(receipt)}`).expect(200));
        expect(shown).toMatchObject({
          status: 401,
          code: 'signature_invalid',
          source: 'acme',
          client_ip: '127.0.0.1',
        });
        expect(shown['body_hash']).toMatch(/^[0-9a-f]{64}$/);
        expect(JSON.stringify(shown['findings'])).toMatch(/newline|line break/i);
      });
      const accepted = await post(body).expect(200);
      const own = await bodyOf(
        admin('get', `deliveries/${accepted.headers['x-receipt-id'] ?? ''}`).expect(200),
      );
      expect(own).toMatchObject({
        status: 200,
        code: 'accepted',
        key_id: 'k_1',
        position: (accepted.body as Json)['position'],
      });
    });

    test('lists the failed ones of a source, the latest first', async () => {
      await post('{').expect(401);
      await eventually(async () => {
        const body = await bodyOf(admin('get', 'deliveries?source=acme&failed=true&limit=1').expect(200));
        expect(body).toMatchObject({ items: [{ code: 'signature_missing' }] });
      });
    });
  });

  describe('keys and tokens', () => {
    test('a rotation keeps both secrets for its grace; without one the old ends within two seconds', async () => {
      const rotated = await app.addSource({ name: 'rotated', profile: 'telegram-crm' });
      const before = (): Json => opened(`R-${String(Math.random())}`, rotated);
      const made = await bodyOf(admin('post', 'sources/rotated/rotate').send('{"grace_s":3600}').expect(201));
      const after = { ...rotated, secret: String(made['secret']) };
      await eventually(() => post(opened('R-new', after), rotated.key).expect(200));
      await post(before(), rotated.key).expect(200);
      await admin('post', 'sources/rotated/rotate').send('{"grace_s":0}').expect(201);
      await eventually(() => post(before(), rotated.key).expect(401), 2500);
      const shown = await bodyOf(admin('get', 'sources/rotated').expect(200));
      expect(JSON.stringify(shown)).not.toContain(rotated.secret);
      await eventually(async () => {
        const used = await bodyOf(admin('get', 'sources/rotated').expect(200));
        const keys = (used as { keys: Json[] }).keys;
        expect(keys.find((key) => key['key_id'] === 'k_1')?.['last_used_at']).not.toBeNull();
      });
    });

    test('nothing is read or changed without a token, and a foreign tenant sees nothing', async () => {
      const foreign = await app.addToken({ label: 'foreign', tenant: 'other', scopes: ['admin'] });
      const reader = await app.addToken({ label: 'reader', scopes: ['read'] });
      const paths = ['sources', 'sources/acme', 'deliveries', 'quarantine', 'tokens'];
      for (const path of paths) {
        await request(app.url).get(`/v1/admin/${path}`).expect(401);
        await admin('get', path, 'ct_wrong').expect(401);
      }
      for (const change of ['pause', 'resume', 'block', 'retire', 'arm', 'rotate', 'tokens']) {
        await request(app.url).post(`/v1/admin/sources/acme/${change}`).expect(401);
        await admin('post', `sources/acme/${change}`, reader).expect(403);
      }
      await admin('get', 'sources/acme', foreign).expect(404);
      await admin('post', 'sources/acme/pause', foreign).expect(404);
      expect((await admin('get', 'sources', foreign).expect(200)).body).toEqual([]);
      expect((await admin('get', 'deliveries', foreign).expect(200)).body).toEqual({ items: [], next: null });
      expect((await admin('get', 'quarantine?status=all', foreign).expect(200)).body).toEqual({
        items: [],
        next: null,
      });
      await admin('post', 'tokens', foreign).send('{"label":"mine","tenant":"acme"}').expect(403);
    });

    test('a revoked token ends at once', async () => {
      const made = await bodyOf(admin('post', 'tokens').send('{"label":"brief"}').expect(201));
      const token = String(made['token']);
      await admin('get', 'sources', token).expect(200);
      await admin('delete', 'tokens/brief').expect(204);
      await admin('get', 'sources', token).expect(401);
    });

    test('each change leaves who did what', async () => {
      const actions = await rows(`SELECT DISTINCT action FROM app.audit ORDER BY action`);
      expect(actions.map((row) => row['action'])).toEqual(
        expect.arrayContaining([
          'quarantine.accept',
          'source.add',
          'source.pause',
          'source.resume',
          'source.rotate',
          'token.add',
          'token.revoke',
        ]),
      );
      await expect(rows('DELETE FROM app.audit')).rejects.toThrow();
    });
  });
});
