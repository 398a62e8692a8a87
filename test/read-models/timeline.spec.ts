import { z } from 'zod';
import { type Incoming } from '../../src/ledger/incoming';
import { openDatabase } from '../../src/platform/postgres/database';
import { customerEntry, internalEntry } from '../../src/read-models/timeline/timeline-entry';
import { freshDatabase } from '../support/database';
import { created, event, message, MINUTE, status, T0 } from '../support/events';
import { type Reading, startReading } from './support/reading';

const internalPage = z.strictObject({ items: z.array(internalEntry.strict()), next: z.string().nullable() });
const customerPage = z.strictObject({ items: z.array(customerEntry.strict()), next: z.string().nullable() });
type InternalEntry = z.output<typeof internalEntry>;
type CustomerEntry = z.output<typeof customerEntry>;

const at = (minute: number): string => new Date(T0 + minute * MINUTE).toISOString();

type Said = NonNullable<Incoming['data']>;

function said(
  id: string,
  minute: number,
  messageId: string,
  kind: string,
  text: string,
  more: Said = {},
): Incoming {
  const sender = {
    type: kind,
    first_name: `Name of ${kind}`,
    ...(kind === 'agent' ? { agent_id: 'A7' } : {}),
  };
  return message(id, minute, messageId, {
    body: { message_id: messageId, sender, content: { text }, ...more },
  });
}

function edited(id: string, minute: number, messageId: string, text: string, more: Said = {}): Incoming {
  const sender = { type: 'agent', agent_id: 'A7' };
  return event('message.edited', id, minute, {
    body: { message_id: messageId, sender, content: { text }, ...more },
  });
}

/** A whole life, with much in it that is for colleagues only: all such texts hold the word SECRET. */
function life(id: string): Incoming[] {
  return [
    created(id, 0, {
      body: {
        customer: { telegram_user_id: '7', first_name: 'Maria', last_name: 'K.', username: 'maria' },
        initial_message: { message_id: 'm0', text: 'My parcel is lost' },
      },
    }),
    said(id, 1, 'm1', 'bot', 'We will answer soon'),
    said(id, 2, 'm2', 'system', 'SECRET routed by rule 12'),
    event('agent.assigned', id, 3, { body: { agent_id: 'A7', group_id: 'SECRET group' } }),
    status(id, 4, 'open', 'in_progress'),
    said(id, 5, 'm3', 'agent', 'SECRET the carrier lies', { is_private: true }),
    edited(id, 6, 'm3', 'SECRET the carrier really lies'),
    said(id, 7, 'm4', 'agent', 'We ask the carrier'),
    edited(id, 8, 'm4', 'We ask the carrier today'),
    edited(id, 9, 'unseen', 'SECRET an edit of what never came'),
    said(id, 10, 'm5', 'agent', 'SECRET first sent as public'),
    edited(id, 11, 'm5', 'SECRET then taken back', { is_private: true }),
    event('priority.changed', id, 12, { body: { priority: 'SECRET high' } }),
    status(id, 13, 'in_progress', 'on_hold'),
    event('escalation.fired', id, 14, { body: { metric: 'SECRET first_response' } }),
    status(id, 15, 'on_hold', 'pending'),
    said(id, 16, 'm6', 'customer', 'It is here', {
      content: {
        text: 'It is here',
        files: [{ content_type: 'image/jpeg', file_url: 'https://crm/SECRET', file_size: 9 }],
      },
    }),
    event('ticket.resolved', id, 17, { body: { agent_id: 'A7', resolution_note: 'SECRET lucky' } }),
    status(id, 18, 'resolved', 'on_hold', { body: { previous_status: 'resolved', new_status: 'SECRET' } }),
    event('status.changed', id, 19, {
      body: {
        previous_status: 'resolved',
        new_status: 'closed',
        close_reason: 'abandoned',
        changed_by: { rule: 'SECRET' },
      },
    }),
  ];
}

const CUSTOMER_SEES = [
  ['opened', 'customer', 'Name: Maria K.', 'My parcel is lost', 'received'],
  ['message', 'bot', null, 'We will answer soon', null],
  ['status', null, null, null, 'in_progress'],
  ['message', 'support', null, 'We ask the carrier', null],
  ['message_edited', 'support', null, 'We ask the carrier today', null],
  ['status', null, null, null, 'waiting_for_you'],
  ['message', 'customer', 'Name: Name of customer', 'It is here', null],
  ['status', null, null, null, 'solved'],
  ['status', null, null, null, 'closed'],
];

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const next = (n: number): number => (n * 1103515245 + 12345) % 2147483648;
  const copy = [...items];
  let state = seed;
  for (let i = copy.length - 1; i > 0; i -= 1) {
    state = next(state);
    const j = state % (i + 1);
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
}

describe('the timeline of a ticket', () => {
  const database = freshDatabase();
  let reading: Reading;

  beforeAll(async () => {
    reading = await startReading(database);
    await reading.projected(...life('L-1'));
  });

  afterAll(() => reading.app.close());

  async function internal(id: string, query = ''): Promise<InternalEntry[]> {
    const answer = await reading.get(`/v1/tickets/${id}/timeline?limit=200${query}`).expect(200);
    return internalPage.parse(answer.body).items;
  }

  async function customer(id: string): Promise<CustomerEntry[]> {
    const answer = await reading.get(`/v1/tickets/${id}/timeline?limit=200&view=customer`).expect(200);
    return customerPage.parse(answer.body).items;
  }

  function inShort({ type, sender, text, status: word }: CustomerEntry): unknown[] {
    const name = sender?.name ?? null;
    return [type, sender?.kind ?? null, name === null ? null : `Name: ${name}`, text, word];
  }

  test('shows the customer what was meant for the customer, and not a word more', async () => {
    const items = await customer('L-1');
    expect(items.map(inShort)).toEqual(CUSTOMER_SEES);
    expect(JSON.stringify(items)).not.toMatch(/SECRET|A7|on_hold|abandoned|rejected/);
    expect(items[6]?.files).toEqual([{ content_type: 'image/jpeg', file_size: 9 }]);
  });

  test.each([1, 2, 3, 4, 5])('is the same in whatever order its events arrive (%i)', async (seed) => {
    const id = `L-1${seed}`;
    await reading.projected(...shuffled(life(id), seed));
    expect((await customer(id)).map(inShort)).toEqual(CUSTOMER_SEES);
    const [first, second] = await Promise.all([internal('L-1'), internal(id)]);
    const told = (items: InternalEntry[]): unknown[] =>
      items
        .filter((item) => item.origin === 'sender')
        .map((item) => [item.at, item.type, item.verdict, item.status, item.message, item.visibility]);
    expect(told(second)).toEqual(told(first));
  });

  test('shows colleagues everything, with who did it and what it changed', async () => {
    const items = await internal('L-1');
    expect(items).toHaveLength(20);
    expect(items[0]).toMatchObject({
      at: at(0),
      type: 'ticket.created',
      visibility: 'public',
      actor: { kind: 'customer', agent_id: null },
      status: { from: null, to: 'open', close_reason: null },
      message: { text: 'My parcel is lost', sender_name: 'Maria K.' },
    });
    expect(items[3]).toMatchObject({
      type: 'agent.assigned',
      visibility: 'internal',
      assignee: { from: null, to: 'A7' },
    });
    expect(items[5]).toMatchObject({
      visibility: 'internal',
      actor: { kind: 'agent', agent_id: 'A7' },
      message: { message_id: 'm3', text: 'SECRET the carrier lies', sender_name: 'Name of agent' },
    });
    expect(items[10]).toMatchObject({ visibility: 'internal', message: { message_id: 'm5' } });
    expect(items[12]).toMatchObject({ priority: { from: null, to: 'SECRET high' } });
    expect(items[17]).toMatchObject({
      resolution_note: 'SECRET lucky',
      status: { from: 'pending', to: 'resolved' },
    });
    expect(items[18]).toMatchObject({
      verdict: 'rejected',
      verdict_at_arrival: 'rejected',
      reason: 'unknown_status',
      status: null,
    });
    expect(items[19]).toMatchObject({
      actor: { kind: 'rule' },
      status: { from: 'resolved', to: 'closed', close_reason: 'abandoned' },
    });
  });

  test('tells what casetrail announced, and what is true now beside what was said at arrival', async () => {
    await reading.projected(
      created('V-1', 0),
      status('V-1', 1, 'open', 'resolved'),
      status('V-1', 3, 'resolved', 'pending'),
      status('V-1', 2, 'resolved', 'in_progress'),
    );
    const items = await internal('V-1');
    expect(items.map((item) => [item.type, item.verdict, item.verdict_at_arrival])).toEqual([
      ['ticket.created', 'accepted', 'accepted'],
      ['status.changed', 'accepted', 'accepted'],
      ['status.changed', 'accepted', 'accepted'],
      ['transition.reinstated', 'accepted', 'accepted'],
      ['status.changed', 'accepted', 'rejected'],
    ]);
    expect(items[3]).toMatchObject({
      origin: 'casetrail',
      visibility: 'internal',
      actor: { kind: 'casetrail' },
      announcement: { from: 'rejected', to: 'accepted', of_event_id: items[4]?.event_id },
      message: null,
    });
    expect(items[3]?.announcement).not.toHaveProperty('original');
  });

  test.each(['internal', 'customer'])('comes in pages without gap or repetition (%s)', async (view) => {
    const whole = await reading.get(`/v1/tickets/L-1/timeline?view=${view}&limit=200`).expect(200);
    const paged: unknown[] = [];
    let cursor: string | null = null;
    do {
      const from: string = cursor === null ? '' : `&cursor=${cursor}`;
      const answer = await reading.get(`/v1/tickets/L-1/timeline?view=${view}&limit=3${from}`).expect(200);
      const { items, next } = answer.body as { items: unknown[]; next: string | null };
      expect(items.length).toBeLessThanOrEqual(3);
      paged.push(...items);
      cursor = next;
    } while (cursor !== null);
    expect(paged).toEqual((whole.body as { items: unknown[] }).items);
  });

  test('a text that was forgotten is missing, and nothing else', async () => {
    await reading.projected(created('F-1'), said('F-1', 1, 'm1', 'customer', 'Hello'));
    const before = await internal('F-1');
    await forget('F-1');
    const after = await internal('F-1');
    expect(after[1]).toEqual({
      ...before[1],
      message: { message_id: 'm1', sender_name: null, text: null, files: [] },
    });
  });

  async function forget(id: string): Promise<void> {
    const admin = openDatabase({ url: database.url, poolMax: 1, applicationName: 'test-admin' });
    await admin.query({
      text: `DELETE FROM es.content c USING es.event e
             WHERE e.lane = c.lane AND e.position = c.position AND e.ticket_id = $1`,
      values: [id],
    });
    await admin.close();
  }

  test("is nobody's business outside the tenant, and of a ticket that is not there", async () => {
    const zeta = await reading.app.addToken({ label: 'zeta reads', scopes: ['read'], tenant: 'zeta' });
    const foreign = await reading.get('/v1/tickets/L-1/timeline', zeta).expect(404);
    expect(foreign.body).toMatchObject({ code: 'not_found', detail: 'There is no ticket L-1.' });
    await reading.get('/v1/tickets/acme%2FL-1/timeline', zeta).expect(404);
    await reading.get('/v1/tickets/none/timeline').expect(404);
    await reading.get('/v1/tickets/L-1/timeline', 'ct_unknown').expect(401);
  });

  test('of one of two tickets with the same id is found by key or source', async () => {
    await reading.app.addSource({ name: 'zeta', profile: 'telegram-crm' });
    await reading.projected(created('S-1'), created('S-1', 1, { tenant: 'zeta', source: 'zeta' }));
    const answer = await reading.get('/v1/tickets/S-1/timeline').expect(409);
    expect(answer.body).toMatchObject({ code: 'ambiguous_ticket' });
    for (const address of ['zeta%2FS-1/timeline', 'S-1/timeline?source=zeta']) {
      const found = await reading.get(`/v1/tickets/${address}`).expect(200);
      expect(internalPage.parse(found.body).items.map((item) => item.source)).toEqual(['zeta']);
    }
  });

  test.each(['view=agent', 'limit=0', 'cursor=x', 'order=desc'])('refuses ?%s', async (query) => {
    const answer = await reading.get(`/v1/tickets/L-1/timeline?${query}`).expect(400);
    expect(answer.body).toMatchObject({ code: 'invalid_query' });
  });

  test('refuses the cursor of another ticket or view', async () => {
    const first = await reading.get('/v1/tickets/L-1/timeline?limit=2').expect(200);
    const { next } = first.body as { next: string };
    await reading.get(`/v1/tickets/V-1/timeline?cursor=${next}`).expect(400);
    await reading.get(`/v1/tickets/L-1/timeline?view=customer&cursor=${next}`).expect(400);
  });
});
