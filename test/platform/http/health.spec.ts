import { createServer } from 'node:net';
import { once } from 'node:events';
import request from 'supertest';
import { FlakyProxy } from '../../ingress/support/flaky-proxy';
import { ADMIN_TOKEN, type Json, startApp, webhook } from '../../support/app';
import { freshDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';

describe('GET /health', () => {
  const database = freshDatabase();

  test('stays ready while Kafka is away: webhooks are stored, and the lag and the reason are shown', async () => {
    const nobody = await closedPort();
    const app = await startApp(database.url, {}, [`127.0.0.1:${nobody}`]);
    try {
      const source = await app.addSource({ name: 'acme', profile: 'telegram-crm' });
      const body = webhook(source, 'ticket.created', { ticket_id: 'K-1' });
      const stored = await request(app.url).post(`/v1/ingress/${source.key}`).send(body).expect(200);
      const lane = Number(String((stored.body as Json)['position']).split(':')[0]);
      await eventually(async () => {
        const answer = await request(app.url)
          .get('/v1/admin/followers')
          .set('authorization', `Bearer ${ADMIN_TOKEN}`)
          .expect(200);
        const relays = (answer.body as Json[]).filter(
          (one) => one['name'] === 'relay:casetrail.ticket-events.v1' && one['lane'] === lane,
        );
        expect(relays).toMatchObject([{ state: 'red', lag_events: 1, head: 1, position: 0 }]);
        expect(relays[0]?.['error']).toMatch(/kafka/i);
      }, 20_000);
      const ready = await request(app.url).get('/health/ready').expect(200);
      expect(ready.body).toEqual({ status: 'ready', database: true, draining: false });
    } finally {
      await app.close();
    }
  }, 60_000);

  test('is not ready while PostgreSQL is away, and lives all the same', async () => {
    const { proxy, url } = await FlakyProxy.before(database.url);
    const app = await startApp(url);
    try {
      await request(app.url).get('/health/ready').expect(200);
      proxy.goDown();
      await eventually(() =>
        request(app.url)
          .get('/health/ready')
          .expect(503, { status: 'not ready', database: false, draining: false }),
      );
      await request(app.url).get('/health/live').expect(200, { status: 'live' });
      proxy.comeBack();
      await eventually(() => request(app.url).get('/health/ready').expect(200));
    } finally {
      proxy.comeBack();
      await app.close();
      await proxy.close();
    }
  });
});

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
