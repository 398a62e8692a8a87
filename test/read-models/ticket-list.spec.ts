import { z } from 'zod';
import { ticketView } from '../../src/read-models/ticket/ticket-view';
import { freshDatabase } from '../support/database';
import { created, event, message, status } from '../support/events';
import { type Reading, startReading } from './support/reading';

const page = z.strictObject({ items: z.array(ticketView.strict()), next: z.string().nullable() });

describe('the list of tickets', () => {
  const database = freshDatabase();
  let reading: Reading;
  let acmeToken: string;

  beforeAll(async () => {
    reading = await startReading(database);
    acmeToken = await reading.app.addToken({ label: 'acme reads', scopes: ['read'], tenant: 'acme' });
    await reading.projected(
      created('A-1', 0, { body: { channel: { type: 'topic_group' }, priority: 'high' } }),
      created('A-2', 1, { body: { channel: { type: 'direct_message' } } }),
      created('A-3', 2),
      created('A-4', 3, { source: 'other' }),
      event('agent.assigned', 'A-2', 4, { body: { agent_id: 'A7' } }),
      status('A-3', 5, 'open', 'pending'),
      status('A-4', 6, 'open', 'resolved'),
      status('A-4', 7, 'resolved', 'pending'),
      message('A-1', 8, 'm1'),
      created('Z-1', 9, { tenant: 'zeta', source: 'zeta' }),
    );
  });

  afterAll(() => reading.app.close());

  async function ids(query: string, token?: string): Promise<unknown[]> {
    const answer = await reading.get(`/v1/tickets${query}`, token).expect(200);
    return page.parse(answer.body).items.map((item) => item.ticket_id);
  }

  test.each([
    ['', ['Z-1', 'A-4', 'A-3', 'A-2', 'A-1']],
    ['?sort=created_at', ['A-1', 'A-2', 'A-3', 'A-4', 'Z-1']],
    ['?sort=-last_event_at', ['Z-1', 'A-1', 'A-4', 'A-3', 'A-2']],
    ['?sort=last_event_at&limit=2', ['A-2', 'A-3']],
    ['?status=open', ['Z-1', 'A-2', 'A-1']],
    ['?status=pending,resolved', ['A-4', 'A-3']],
    ['?status=pending&status=resolved', ['A-4', 'A-3']],
    ['?status_category=done', ['A-4']],
    ['?status_category=active,waiting_customer', ['Z-1', 'A-3', 'A-2', 'A-1']],
    ['?assignee=A7', ['A-2']],
    ['?assignee=none&status_category=active', ['Z-1', 'A-1']],
    ['?channel=topic_group', ['A-1']],
    ['?priority=high', ['A-1']],
    ['?tenant=zeta', ['Z-1']],
    ['?tenant=nobody', []],
    ['?source=other', ['A-4']],
    ['?is_diverged=true', ['A-4']],
    ['?is_diverged=false&tenant=acme', ['A-3', 'A-2', 'A-1']],
    ['?created_from=2026-03-02T10:02:00Z&created_to=2026-03-02T11:03:00%2B01:00', ['A-3']],
    ['?updated_from=2026-03-02T10:07:00Z&tenant=acme', ['A-4', 'A-1']],
  ])('%s', async (query, expected) => {
    expect(await ids(query)).toEqual(expected);
  });

  test('has the columns of the ticket itself', async () => {
    const list = await reading.get('/v1/tickets?assignee=A7').expect(200);
    const one = await reading.get('/v1/tickets/A-2').expect(200);
    expect(page.parse(list.body).items).toEqual([one.body]);
  });

  test.each([
    ['', 1],
    ['&sort=created_at', 2],
    ['&sort=-last_event_at', 2],
    ['&sort=last_event_at&tenant=acme', 1],
    ['&status_category=active,waiting_customer&tenant=acme', 2],
  ])('comes in pages without gap or repetition: limit=n%s', async (rest, limit) => {
    const whole = await ids(`?limit=200${rest}`);
    const paged: unknown[] = [];
    let cursor: string | null = null;
    do {
      const at: string = cursor === null ? '' : `&cursor=${cursor}`;
      const answer = await reading.get(`/v1/tickets?limit=${limit}${rest}${at}`).expect(200);
      const { items, next } = page.parse(answer.body);
      paged.push(...items.map((item) => item.ticket_id));
      cursor = next;
    } while (cursor !== null);
    expect(paged).toEqual(whole);
  });

  test("shows a tenant's token its own tenant alone, and says nothing of others", async () => {
    expect(await ids('', acmeToken)).toEqual(['A-4', 'A-3', 'A-2', 'A-1']);
    expect(await ids('?tenant=acme&limit=1', acmeToken)).toEqual(['A-4']);
    const foreign = await reading.get('/v1/tickets?tenant=zeta', acmeToken).expect(200);
    const absent = await reading.get('/v1/tickets?tenant=nobody', acmeToken).expect(200);
    expect(foreign.body).toEqual({ items: [], next: null });
    expect(absent.body).toEqual(foreign.body);
    const ticket = await reading.get('/v1/tickets/Z-1', acmeToken).expect(404);
    expect(ticket.body).toMatchObject({ code: 'not_found', detail: 'There is no ticket Z-1.' });
    await reading.get('/v1/tickets/zeta%2FZ-1', acmeToken).expect(404);
  });

  test.each([
    ['?status=archived', 'status.0'],
    ['?status=', 'status.0'],
    ['?limit=0', 'limit'],
    ['?limit=201', 'limit'],
    ['?limit=many', 'limit'],
    ['?sort=priority', 'sort'],
    ['?is_diverged=yes', 'is_diverged'],
    ['?created_from=yesterday', 'created_from: expected an instant such as'],
    ['?created_from=0000-01-01T00:00:00Z', 'created_from'],
    ['?assignee=%00', 'assignee'],
    ['?assigne=A7', 'assigne'],
    ['?channel=a&channel=b', 'channel'],
    ['?cursor=bm9wZQ', 'cursor: This cursor was not made here'],
    ['?cursor=WyJ4IiwxXQ', 'cursor: This cursor belongs to another question'],
    ['?at_least=7', 'at_least: expected lane:position'],
    ['?at_least=99:1', 'at_least: there is no lane 99'],
  ])('refuses %s and says why', async (query, why) => {
    const answer = await reading.get(`/v1/tickets${query}`).expect(400);
    expect(answer.headers['content-type']).toMatch('application/problem+json');
    expect(answer.body).toMatchObject({ code: 'invalid_query', status: 400, retryable: false });
    expect((answer.body as { detail: string }).detail).toContain(why);
  });

  test.each(['?limit=1&sort=created_at', '?limit=1&status=open', '?limit=1&tenant=acme'])(
    'refuses the cursor of another list: %s',
    async (other) => {
      const first = await reading.get('/v1/tickets?limit=1').expect(200);
      const { next } = page.parse(first.body);
      const answer = await reading.get(`/v1/tickets${other}&cursor=${String(next)}`).expect(400);
      expect((answer.body as { detail: string }).detail).toContain('belongs to another question');
    },
  );

  test('refuses the cursor of another caller', async () => {
    const { next } = page.parse((await reading.get('/v1/tickets?limit=1').expect(200)).body);
    await reading.get(`/v1/tickets?limit=1&cursor=${String(next)}`, acmeToken).expect(400);
  });

  test.each(['', '/A-1', '/A-1/timeline'])('needs a token that may read: /v1/tickets%s', async (path) => {
    const answer = await reading.get(`/v1/tickets${path}`, 'ct_unknown').expect(401);
    expect(answer.body).toMatchObject({ code: 'unauthenticated' });
    const operator = await reading.app.addToken({ label: `operator ${path}`, scopes: ['operate'] });
    await reading.get(`/v1/tickets${path}`, operator).expect(200);
  });

  test('knows no ticket whose id no ticket can have', async () => {
    await reading.get('/v1/tickets/%00').expect(404);
  });
});
