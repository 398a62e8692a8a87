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

  test('is set aside where a bug of ours refuses it, and what is behind it goes on into the log', async () => {
    const source = await paused('troubled');
    const refused = await post(source, 'T-0').expect(200);
    await post(source, 'T-1').expect(200);
    const { ledger } = app.services;
    const append = ledger.append.bind(ledger);
    const spy = jest
      .spyOn(ledger, 'append')
      .mockImplementation((incoming, deadlineAt) =>
        incoming.ticketId === 'T-0' ? Promise.reject(new Error('a bug')) : append(incoming, deadlineAt),
      );
    await change(source, 'resume');
    await eventually(async () => {
      expect(await rows(`SELECT ticket_id FROM es.event WHERE source = 'troubled'`)).toEqual([
        { ticket_id: 'T-1' },
      ]);
      expect(await rows(`SELECT 1 FROM app.held WHERE source = 'troubled'`)).toEqual([]);
    });
    const [entry] = await rows(
      `SELECT id, code, status, receipt_id FROM app.quarantine WHERE source = 'troubled'`,
    );
    const { receipt_id } = refused.body as Json;
    expect(entry).toMatchObject({ code: 'internal_error', status: 'open', receipt_id });
    spy.mockRestore();
    const retried = await request(app.url)
      .post(`/v1/admin/quarantine/${String(entry?.['id'])}/retry`)
      .set('authorization', `Bearer ${ADMIN_TOKEN}`)
      .expect(200);
    expect(retried.body).toMatchObject({ status: 'retried', answer: { status: 'accepted' } });
  });
});
