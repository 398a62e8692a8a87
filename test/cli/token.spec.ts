import { type Json } from '../support/app';
import { eventually } from '../support/eventually';
import { desk } from './support/desk';

describe('casetrail token', () => {
  const on = desk();

  const read = async (path: string, token: string): Promise<number> =>
    (await fetch(`${on.app.url}${path}`, { headers: { authorization: `Bearer ${token}` } })).status;

  beforeAll(() => {
    const settings = { failures_per_minute: 1000 };
    return on.app.addSource({ name: 'acme', profile: 'tg-staff', settings });
  });

  test('add makes a token that may do what it was made for, until it is revoked', async () => {
    const reader = await on.json('token', 'add', 'dashboard', '--tenant', 'acme');
    expect(reader).toMatchObject({ label: 'dashboard', scopes: ['read'], tenant: 'acme' });
    const token = String(reader['token']);
    expect(await read('/v1/admin/sources/acme', token)).toBe(200);
    const foreign = String((await on.json('token', 'add', 'other', '--tenant', 'other'))['token']);
    expect(await read('/v1/admin/sources/acme', foreign)).toBe(404);
    const plain = await on.casetrail('token', 'add', 'operator', '--scopes', 'read,operate');
    expect(plain.stdout).toMatch(/^\S+\n$/);
    expect((await on.casetrail('token', 'revoke', 'dashboard')).stdout).toContain('dashboard is revoked');
    expect(await read('/v1/admin/sources/acme', token)).toBe(401);
    const listed = await on.json<Json[]>('token', 'list');
    expect(listed.map(({ label, scopes }) => [label, scopes])).toEqual(
      expect.arrayContaining([
        ['dashboard', ['read']],
        ['operator', ['read', 'operate']],
      ]),
    );
    const shown = (await on.casetrail('token', 'list')).stdout;
    expect(shown).toMatch(/^dashboard {2}read {2}acme {2}revoked$/m);
    expect(shown).toMatch(/^operator {2}read,operate {2}all tenants {2}live$/m);
    expect(JSON.stringify([listed, shown])).not.toContain(token);
  });

  test('add --source makes one for the sender, for the event types it names', async () => {
    const flags = ['--source', 'acme', '--events', 'message.received'];
    const made = await on.json('token', 'add', 'bot', ...flags);
    expect(made).toMatchObject({
      label: 'bot',
      source: 'acme',
      token_id: 't_1',
      scopes: ['message.received'],
    });
    const { key } = await on.json('source', 'show', 'acme');
    const post = async (body: Json): Promise<Json> => {
      const answer = await fetch(`${on.app.url}/v1/ingress/${String(key)}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${String(made['token'])}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return (await answer.json()) as Json;
    };
    const said = { event_id: 'm', conversation_id: 'C', message_id: 1, sender_type: 'user', text: 'Hello' };
    await eventually(async () => {
      expect(await post({ ...said, event_type: 'message.received' })).toMatchObject({ verdict: 'accepted' });
    });
    const opened = { event_id: 'o', event_type: 'conversation.created', conversation_id: 'C' };
    expect(await post(opened)).toMatchObject({ code: 'insufficient_scope' });
    expect((await on.casetrail('source', 'revoke', 'acme', 't_1')).code).toBe(0);
    await eventually(async () => expect(await post(opened)).toMatchObject({ code: 'token_expired' }));
  });

  test('says what is wrong with what it was asked for, and changes nothing', async () => {
    const count = (): Promise<Json[]> =>
      on.rows('SELECT (SELECT count(*) FROM app.token) AS a, (SELECT count(*) FROM app.source_token) AS b');
    await on.casetrail('token', 'add', 'once');
    const before = await count();
    const wrong: readonly (readonly [readonly string[], string])[] = [
      [['add', 'once'], 'once'],
      [['add', 'x', '--scopes', 'everything'], 'scopes.0: '],
      [['add', 'x', '--tenant', 'No Tenant'], 'tenant: '],
      [['add', 'x', '--expires', 'soon'], 'expected an instant'],
      [['add', 'x', '--expires', '2020-01-01T00:00:00Z'], 'in the past'],
      [['add', 'x', '--source', 'acme', '--expires', '2020-01-01T00:00:00Z'], 'in the past'],
      [['add', 'x', '--source', 'nobody'], 'There is no source nobody.'],
      [['add', 'x', '--source', 'acme', '--scopes', 'read'], '--scopes'],
      [['add', 'x', '--events', 'message.received'], '--events'],
      [['revoke', 'nobody'], 'nobody'],
    ];
    for (const [args, message] of wrong) expect(await on.refusal('token', ...args)).toContain(message);
    expect(await count()).toEqual(before);
  }, 60_000);
});
