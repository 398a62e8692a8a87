import { z } from 'zod';
import { type Incoming } from '../../src/ledger/incoming';
import { agentView, queueView } from '../../src/read-models/workload/workload';
import { freshDatabase } from '../support/database';
import { created, event, message, MINUTE, status, T0 } from '../support/events';
import { type Reading, startReading } from './support/reading';

const agents = z.strictObject({ items: z.array(agentView.strict()) });
const queues = z.strictObject({ items: z.array(queueView.strict()) });

const at = (minute: number): string => new Date(T0 + minute * MINUTE).toISOString();

function presence(agentId: string, minute: number, to: string, tenant = 'acme'): Incoming {
  return event('agent.status_changed', null, minute, {
    tenant,
    source: tenant,
    partitionKey: `${tenant}//agent/${agentId}`,
    body: { agent_id: agentId, status: to, username: 'anna' },
  });
}

function owned(id: string, minute: number, agentId: string, tenant = 'acme'): Incoming[] {
  const fields = { tenant, source: tenant };
  return [
    created(id, minute, fields),
    event('agent.assigned', id, minute + 1, { ...fields, body: { agent_id: agentId } }),
  ];
}

function toTeam(id: string, minute: number, groupId: string): Incoming {
  return event('agent.assigned', id, minute, { body: { group_id: groupId } });
}

function answer(id: string, minute: number, agentId: string): Incoming {
  const body = { message_id: `a-${id}-${minute}`, sender: { type: 'agent', agent_id: agentId } };
  return message(id, minute, 'unused', { body });
}

describe('the work that waits', () => {
  const database = freshDatabase();
  let reading: Reading;
  let acmeToken: string;

  beforeAll(async () => {
    reading = await startReading(database);
    acmeToken = await reading.app.addToken({ label: 'acme reads', scopes: ['read'], tenant: 'acme' });
    await reading.projected(
      ...owned('W-1', 0, 'a1'),
      status('W-1', 2, 'open', 'pending'),
      ...owned('W-2', 3, 'a1'),
      message('W-2', 5, 'm1'),
      ...owned('W-3', 6, 'a2'),
      answer('W-3', 8, 'a2'),
      status('W-3', 9, 'open', 'resolved'),
      ...owned('W-4', 10, 'a3', 'zeta'),
      created('W-5', 11, { body: { origin: 'agent', channel: { type: 'direct_message' } } }),
      message('W-5', 12, 'm2'),
      created('W-6', 13, { body: { origin: 'agent', channel: { type: 'direct_message' } } }),
      toTeam('W-6', 14, 'g1'),
      presence('a1', 20, 'online'),
      presence('a1', 22, 'busy'),
      presence('a1', 21, 'away'),
      presence('a9', 23, 'offline'),
      presence('a1', 24, 'online', 'zeta'),
    );
  });

  afterAll(() => reading.app.close());

  test('is listed by agent, with the latest word on who is there, whatever the order of arrival', async () => {
    const { items } = agents.parse((await reading.get('/v1/agents?tenant=acme').expect(200)).body);
    expect(items.map((item) => [item.agent_id, item.presence, item.presence_since])).toEqual([
      ['a1', 'busy', at(22)],
      ['a2', null, null],
      ['a9', 'offline', at(23)],
    ]);
    expect(items[0]).toMatchObject({
      tenant_id: 'acme',
      open_tickets: 2,
      status_open: 1,
      status_pending: 1,
      status_in_progress: 0,
      turns_waiting: 2,
      oldest_waiting_since: at(0),
      last_activity_at: at(22),
    });
    expect(items[1]).toMatchObject({ open_tickets: 0, turns_waiting: 0, oldest_waiting_since: null });
  });

  test('is listed by queue', async () => {
    const { items } = queues.parse((await reading.get('/v1/queues?tenant=acme').expect(200)).body);
    expect(items).toEqual([
      expect.objectContaining({
        channel_type: 'direct_message',
        team_id: 'g1',
        open_tickets: 1,
        unassigned: 1,
        oldest_unassigned_created_at: at(13),
        customers_waiting: 0,
        oldest_waiting_since: null,
      }),
      expect.objectContaining({
        channel_type: 'direct_message',
        team_id: null,
        unassigned: 1,
        customers_waiting: 1,
        customers_waiting_unassigned: 1,
        oldest_waiting_since: at(12),
      }),
      expect.objectContaining({
        channel_type: null,
        open_tickets: 2,
        unassigned: 0,
        oldest_unassigned_created_at: null,
        customers_waiting_unassigned: 0,
      }),
    ]);
  });

  test.each(['agents', 'queues'])("of another tenant is nobody's business: /v1/%s", async (path) => {
    const all = (await reading.get(`/v1/${path}`).expect(200)).body as { items: { tenant_id: string }[] };
    const mine = await reading.get(`/v1/${path}`, acmeToken).expect(200);
    expect(new Set(all.items.map((item) => item.tenant_id))).toEqual(new Set(['acme', 'zeta']));
    expect(mine.body).toEqual({ items: all.items.filter((item) => item.tenant_id === 'acme') });
    const foreign = await reading.get(`/v1/${path}?tenant=zeta`, acmeToken).expect(200);
    expect(foreign.body).toEqual({ items: [] });
    await reading.get(`/v1/${path}`, 'ct_unknown').expect(401);
    await reading.get(`/v1/${path}?team=g1`).expect(400);
  });
});
