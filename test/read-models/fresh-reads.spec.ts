import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { freshDatabase } from '../support/database';
import { created, message, status } from '../support/events';
import { type Reading, startReading } from './support/reading';

describe('whoever reads', () => {
  const database = freshDatabase();
  let reading: Reading;
  let admin: Database;

  beforeAll(async () => {
    reading = await startReading(database);
    admin = openDatabase({ url: database.url, poolMax: 1, applicationName: 'test-admin' });
  });

  afterAll(async () => {
    await admin.close();
    await reading.app.close();
  });

  describe('his own write', () => {
    test('sees it at once by the position of its answer', async () => {
      for (let n = 0; n < 20; n += 1) {
        const position = await reading.append(created(`own-${n}`, n));
        const one = await reading.get(`/v1/tickets/own-${n}?at_least=${position}`).expect(200);
        expect(one.body).toMatchObject({ ticket_id: `own-${n}`, position });
        const list = await reading.get(`/v1/tickets?at_least=${position}&limit=1`).expect(200);
        expect(list.body).toMatchObject({ items: [{ ticket_id: `own-${n}` }] });
        const later = await reading.append(message(`own-${n}`, n, 'm'));
        const timeline = await reading.get(`/v1/tickets/own-${n}/timeline?at_least=${later}`).expect(200);
        expect((timeline.body as { items: unknown[] }).items).toHaveLength(2);
      }
    });

    test('is told to come again when it is not there in time', async () => {
      const answer = await reading
        .get('/v1/tickets?at_least=0:999999999')
        .set('prefer', 'respond-async, wait=0')
        .expect(503);
      expect(answer.headers).toMatchObject({ 'retry-after': '1', 'preference-applied': 'wait=0' });
      expect(answer.body).toMatchObject({ code: 'not_yet_visible', retryable: true });
      expect((answer.body as { detail: string }).detail).toContain('0:999999999');
    });

    test('waits as long as he prefers, and not longer than half a minute', async () => {
      const position = await reading.append(created('waits'));
      const answer = await reading
        .get(`/v1/tickets/waits?at_least=${position}`)
        .set('prefer', 'wait=3600')
        .expect(200);
      expect(answer.headers['preference-applied']).toBe('wait=30');
    });

    test('has no preference applied where there is nothing to wait for', async () => {
      const answer = await reading.get('/v1/tickets').set('prefer', 'wait=2').expect(200);
      expect(answer.headers).not.toHaveProperty('preference-applied');
    });

    test('is let go when the node stops', async () => {
      const waiting = reading
        .get('/v1/tickets?at_least=0:999999999')
        .set('prefer', 'wait=30')
        .then((answer) => answer.status);
      reading.app.services.draining = true;
      expect(await waiting).toBe(503);
      reading.app.services.draining = false;
    });

    test('needs a token to wait', async () => {
      await reading.get('/v1/tickets?at_least=0:999999999', 'ct_unknown').expect(401);
    });
  });

  describe('again', () => {
    test('a ticket that has not changed is answered 304, and whole after its next event', async () => {
      await reading.projected(created('T-1'));
      const first = await reading.get('/v1/tickets/T-1').expect(200);
      const { etag } = first.headers;
      expect(etag).toMatch(/^"\d+:\d+\.[\w-]{10}"$/);
      for (const known of [String(etag), `W/${String(etag)}`, `"other", ${String(etag)}`, '*']) {
        const again = await reading.get('/v1/tickets/T-1').set('if-none-match', known).expect(304);
        expect(again.text).toBe('');
        expect(again.headers['etag']).toBe(etag);
      }
      await reading.projected(status('T-1', 5, 'open', 'pending'));
      const changed = await reading.get('/v1/tickets/T-1').set('if-none-match', String(etag)).expect(200);
      expect(changed.body).toMatchObject({ status: 'pending' });
      expect(changed.headers['etag']).not.toBe(etag);
    });

    test('a ticket whose last event was refused has changed too', async () => {
      await reading.projected(created('T-2'), status('T-2', 1, 'open', 'resolved'));
      const { etag } = (await reading.get('/v1/tickets/T-2').expect(200)).headers;
      await reading.projected(status('T-2', 2, 'resolved', 'pending'));
      const answer = await reading.get('/v1/tickets/T-2').set('if-none-match', String(etag)).expect(200);
      expect(answer.body).toMatchObject({ status: 'resolved', is_diverged: true });
    });

    test.each(['/v1/tickets', '/v1/tickets/T-1/timeline', '/v1/agents', '/v1/queues'])(
      '%s has a weak tag of what it answered',
      async (path) => {
        const first = await reading.get(path).expect(200);
        expect(first.headers['etag']).toMatch(/^W\/"[\w-]{22}"$/);
        expect(first.headers['cache-control']).toBe('private, no-cache');
        await reading.get(path).set('if-none-match', String(first.headers['etag'])).expect(304);
        await reading.projected(status('T-1', 10, 'open', 'in_progress'), created(`again ${path}`, 20));
        await reading.get(path).set('if-none-match', 'W/"another"').expect(200);
      },
    );

    test('a list that has changed is answered whole', async () => {
      const { etag } = (await reading.get('/v1/tickets').expect(200)).headers;
      await reading.projected(created('T-3', 90));
      await reading.get('/v1/tickets').set('if-none-match', String(etag)).expect(200);
    });
  });

  test('while no projector has ever run, waits for nothing that is not there', async () => {
    await admin.query({ text: `UPDATE es.follower SET name = 'away' WHERE name = 'projections'` });
    await reading.get('/v1/tickets?at_least=0:0').expect(200);
    await reading.get('/v1/tickets?at_least=0:1').set('prefer', 'wait=0').expect(503);
  });
});
