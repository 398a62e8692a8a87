import request from 'supertest';
import { type MadeSource } from '../../src/ingress/sources/source-service';
import { ADMIN_TOKEN, type Json, startApp, type TestApp, webhook } from '../support/app';
import { freshDatabase } from '../support/database';
import { eventually } from '../support/eventually';

describe('what was held while its source was paused', () => {
  const database = freshDatabase();
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp(database.url);
  });

  afterAll(() => app.close());

  function change(source: MadeSource, to: string): request.Test {
    return request(app.url)
      .post(`/v1/admin/sources/${source.name}/${to}`)
      .set('authorization', `Bearer ${ADMIN_TOKEN}`)
      .expect(200);
  }

  function post(source: MadeSource, ticketId: string): request.Test {
    const body = webhook(source, 'ticket.created', { ticket_id: ticketId });
    return request(app.url).post(`/v1/ingress/${source.key}`).send(body);
  }

  function rows(text: string, ...values: unknown[]): Promise<Json[]> {
    return app.services.db.query<Json>({ text, values });
  }

  /** A paused source, and the pause is known here. */
  async function paused(name: string): Promise<MadeSource> {
    const source = await app.addSource({ name, profile: 'telegram-crm' });
    await change(source, 'pause');
    await eventually(async () => {
      expect((await post(source, `EARLY-${Math.random()}`)).body).toMatchObject({ status: 'held' });
    });
    await rows('DELETE FROM app.held WHERE source = $1', name);
    return source;
  }

  test('reaches the log when the source is retired, and not while it is blocked', async () => {
    const source = await paused('leaving');
    const last = `SELECT count(*) AS n FROM es.event WHERE source = 'leaving' AND ticket_id = 'LAST'`;
    expect((await post(source, 'LAST').expect(200)).body).toMatchObject({ status: 'held' });
    await change(source, 'block');
    await eventually(() => post(source, 'NEW').expect(403));
    expect(await rows(last)).toEqual([{ n: 0 }]);
    await change(source, 'retire');
    await eventually(async () => {
      expect(await rows(last)).toEqual([{ n: 1 }]);
      expect(await rows(`SELECT 1 FROM app.held WHERE source = 'leaving'`)).toEqual([]);
    });
    await post(source, 'NEW').expect(410);
  });
});
