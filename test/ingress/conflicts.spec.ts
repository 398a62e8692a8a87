import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { type MadeSource } from '../../src/ingress/sources/source-service';
import { ADMIN_TOKEN, type Json, startApp, type TestApp } from '../support/app';
import { freshDatabase } from '../support/database';

describe('other statements under one id', () => {
  const database = freshDatabase();
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp(database.url);
  });

  afterAll(() => app.close());

  test.each(['strict', 'absorb'] as const)(
    'are accepted one by one beside the first event, whatever a source that is %s was told',
    async (on_invalid) => {
      const source = await app.addSource({ name: on_invalid, profile: 'tg-staff', settings: { on_invalid } });
      const eventId = randomUUID();
      const say = (text: string): request.Test => post(source, eventId, text);
      await say('one').expect(200);
      const told = [];
      for (const text of ['two', 'three']) told.push((await say(text)).body as Json);
      expect(told).toMatchObject(Array(2).fill({ code: 'idempotency_conflict', duplicate_of: eventId }));
      for (const { receipt_id } of told) {
        const text = 'SELECT id FROM app.quarantine WHERE receipt_id = $1';
        const [entry] = await app.services.db.query<{ id: string }>({ text, values: [receipt_id] });
        const accepted = await request(app.url)
          .post(`/v1/admin/quarantine/${String(entry?.id)}/accept`)
          .set('authorization', `Bearer ${ADMIN_TOKEN}`)
          .expect(200);
        expect(accepted.body).toMatchObject({ status: 'accepted', answer: { status: 'accepted' } });
      }
      const stored = await app.services.db.query({
        text: 'SELECT dedupe_key AS key, causation_id AS cause FROM es.event WHERE source = $1 ORDER BY recorded_at',
        values: [source.name],
      });
      expect(stored).toEqual([
        { key: eventId, cause: null },
        { key: `${eventId}#2`, cause: eventId },
        { key: `${eventId}#3`, cause: eventId },
      ]);
    },
  );

  function post({ key, secret }: MadeSource, eventId: string, text: string): request.Test {
    const said = { conversation_id: 'C', message_id: text, sender_type: 'user', text };
    return request(app.url)
      .post(`/v1/ingress/${key}`)
      .set('authorization', `Bearer ${secret}`)
      .send({
        event_id: eventId,
        event_type: 'message.received',
        timestamp: '2026-03-01T12:00:00Z',
        ...said,
      });
  }
});
