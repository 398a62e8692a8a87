import request from 'supertest';
import { asyncApiDocument } from '../../src/relay/contract/asyncapi';
import { startApp, type TestApp } from '../support/app';
import { freshDatabase } from '../support/database';

describe('/asyncapi.json', () => {
  const database = freshDatabase();
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp(database.url, { KAFKA_TOPIC_PREFIX: 'acme.' });
  });
  afterAll(() => app.close());

  test('needs no token and names the topics of this deployment', async () => {
    const answer = await request(app.url).get('/asyncapi.json').expect(200);
    const body: unknown = answer.body;
    expect(body).toEqual(asyncApiDocument({ topicPrefix: 'acme.', lanes: app.config.lanes }));
    expect(body).toMatchObject({ channels: { 'ticket-events': { address: 'acme.ticket-events.v1' } } });
  });
});
