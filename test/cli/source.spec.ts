import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PROFILE_NAMES } from '../../src/ingress/profiles';
import { type Json, webhook } from '../support/app';
import { eventually } from '../support/eventually';
import { desk } from './support/desk';

const run = promisify(execFile);

interface Made {
  readonly name: string;
  readonly key: string;
  readonly url: string;
  readonly secret: string;
  readonly integration_id: string;
  readonly tenant: string;
}

describe('casetrail source', () => {
  const on = desk();

  async function post({ url, secret, integration_id: integrationId }: Made, body?: Json): Promise<Json> {
    const told = body ?? webhook({ secret, integrationId }, 'ticket.created', { ticket_id: 'T' });
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(told),
    });
    return { http: answer.status, ...((await answer.json()) as Json) };
  }

  const add = (name: string, ...flags: string[]): Promise<Made> =>
    on.json<Made>('source', 'add', name, '--profile', 'telegram-crm', ...flags);

  const everything = (): Promise<Json[]> =>
    on.rows(
      `SELECT (SELECT count(*) FROM app.source) AS sources, (SELECT count(*) FROM app.source_key) AS keys,
              (SELECT count(*) FROM app.audit) AS audits`,
    );

  test('add makes a source whose URL and secret work at once', async () => {
    const made = await add('acme');
    expect(made).toEqual({
      name: 'acme',
      key: expect.stringMatching(/^[0-9a-f]{24}$/) as unknown,
      url: `${on.app.url}/v1/ingress/${made.key}`,
      secret: expect.stringMatching(/^\S{32}$/) as unknown,
      integration_id: 'acme',
      tenant: 'acme',
    });
    expect(await post(made)).toMatchObject({ http: 200, status: 'accepted' });
    const wishes = [
      '--tenant',
      'north',
      '--key',
      'chosen',
      '--integration-id',
      'crm-7',
      '--secret',
      'given-secret-0001',
    ];
    expect(await add('wishes', ...wishes)).toEqual({
      name: 'wishes',
      key: 'chosen',
      url: `${on.app.url}/v1/ingress/chosen`,
      secret: 'given-secret-0001',
      integration_id: 'crm-7',
      tenant: 'north',
    });
  });

  test.each(PROFILE_NAMES)('add prints a curl line for %s that works as it stands', async (profile) => {
    const { code, stdout } = await on.casetrail('source', 'add', `curl-${profile}`, '--profile', profile);
    expect(code).toBe(0);
    const line = stdout.split('\n').find((one) => one.startsWith('  curl '));
    const answer = await run('sh', ['-c', String(line)]);
    expect(JSON.parse(answer.stdout)).toMatchObject({ status: 'accepted', verdict: 'accepted' });
  });

  test('show and list tell everything but secrets', async () => {
    const made = await add(
      'shown',
      '--require',
      'bearer',
      '--bot-answers',
      '--ip-allow',
      '127.0.0.1,10.0.0.0/8',
    );
    const shown = await on.json('source', 'show', 'shown');
    expect(shown).toMatchObject({
      name: 'shown',
      profile: 'telegram-crm',
      status: 'active',
      url: made.url,
      settings: { require: ['bearer'], bot_answers: true, ip_allow: ['127.0.0.1', '10.0.0.0/8'] },
      keys: [{ key_id: 'k_1', is_live: true }],
    });
    const plain = (await on.casetrail('source', 'show', 'shown')).stdout;
    expect(plain).toContain('k_1  live, never used');
    // What the signature leaves open is said wherever the source is shown.
    expect(plain).toContain('not the body');
    const listed = await on.json<Json[]>('source', 'list');
    expect(listed.find(({ name }) => name === 'shown')).toMatchObject({ tenant: 'shown', url: made.url });
    const said = JSON.stringify([shown, plain, listed, (await on.casetrail('source', 'list')).stdout]);
    expect(said).not.toContain(made.secret);
  });

  test('rotate keeps the secret before for its grace; revoke ends one now', async () => {
    // Each look at whether a change has arrived may be one more failure.
    const made = await add('turning', '--set', '{"failures_per_minute":1000}');
    const next = await on.json('source', 'rotate', 'turning', '--grace', '1h');
    expect(next).toMatchObject({ name: 'turning', key_id: 'k_2' });
    const renewed = { ...made, secret: String(next['secret']) };
    await eventually(async () => expect(await post(renewed)).toMatchObject({ http: 200 }));
    expect(await post(made)).toMatchObject({ http: 200 });
    expect((await on.casetrail('source', 'revoke', 'turning', 'k_1')).stdout).toContain('k_1 is revoked');
    await eventually(async () => expect(await post(made)).toMatchObject({ code: 'signature_invalid' }));
    expect(await post(renewed)).toMatchObject({ http: 200 });
    const given = await on.json(
      'source',
      'rotate',
      'turning',
      '--grace',
      '0',
      '--secret',
      'made-by-the-sender-1',
    );
    expect(given).toMatchObject({ key_id: 'k_3', secret: 'made-by-the-sender-1' });
    await eventually(async () => expect(await post(renewed)).toMatchObject({ code: 'signature_invalid' }));
  });

  test('pause holds, resume appends, block refuses, retire ends', async () => {
    const made = await add('stages');
    const after = async (change: string, expected: Json): Promise<void> => {
      expect((await on.casetrail('source', change, 'stages')).code).toBe(0);
      await eventually(async () => expect(await post(made)).toMatchObject(expected));
    };
    await after('pause', { http: 200, status: 'held' });
    await after('resume', { http: 200, status: 'accepted' });
    await after('block', { http: 403, code: 'source_blocked' });
    expect(await on.json('source', 'resume', 'stages')).toEqual({ name: 'stages', status: 'active' });
    await after('retire', { http: 410, code: 'source_retired' });
    expect(await on.refusal('source', 'resume', 'stages')).toContain("is retired: it can't be active now");
    expect(await on.refusal('source', 'pause', 'stages')).toContain("is retired: it can't be paused now");
  });

  test('arm lets an unsigned ping through, and nothing else', async () => {
    const made = await add('armed', '--set', '{"failures_per_minute":1000}');
    expect(await post(made, { event_type: 'ping' })).toMatchObject({ http: 401 });
    const { armed_until: until } = await on.json('source', 'arm', 'armed');
    const minutes = (Date.parse(String(until)) - Date.now()) / 60_000;
    expect(Math.round(minutes)).toBe(15);
    await eventually(async () => {
      expect(await post(made, { event_type: 'ping' })).toMatchObject({ http: 200, status: 'ping' });
    });
    expect(await post(made, { event_type: 'ticket.created' })).toMatchObject({ http: 401 });
    expect((await on.casetrail('source', 'show', 'armed')).stdout).toContain('setup window until');
  });

  test('says what is wrong with what it was asked for, and changes nothing', async () => {
    await add('there', '--key', 'taken');
    const before = await everything();
    const wrong: readonly (readonly [readonly string[], string])[] = [
      [['add', 'there', '--profile', 'tg-staff'], 'There is a source named there already.'],
      [
        ['add', 'other', '--profile', 'tg-staff', '--key', 'taken'],
        'There is a source with this key already.',
      ],
      [['add', 'other'], "required option '--profile <profile>' not specified"],
      [['add', 'other', '--profile', 'zendesk'], 'profile: '],
      [['add', 'Other', '--profile', 'tg-staff'], 'name: lower-case letters'],
      [['add', 'other', '--profile', 'tg-staff', '--secret', 'short'], 'secret: at least 16 characters'],
      [['add', 'other', '--profile', 'tg-staff', '--require', 'magic'], 'require.0: '],
      [['add', 'other', '--profile', 'tg-staff', '--require', 'ip'], 'ip_allow must list the addresses'],
      [['add', 'other', '--profile', 'tg-staff', '--ip-allow', 'home'], 'an IP address or a CIDR range'],
      [
        ['add', 'other', '--profile', 'tg-staff', '--set', '{"agents":["7"]}'],
        'agents: has no meaning for tg-staff',
      ],
      [['add', 'other', '--profile', 'tg-staff', '--set', '{"colour":1}'], 'colour'],
      [['add', 'other', '--profile', 'tg-staff', '--set', '[1]'], 'The settings must be one JSON object.'],
      [['set', 'there', 'nothing'], 'The settings must be one JSON object.'],
      [['set', 'there', '{"dedupe":["/id"]}'], 'dedupe: has no meaning for telegram-crm'],
      [['set', 'nobody', '{}'], 'There is no source nobody.'],
      [['show', 'nobody'], 'There is no source nobody.'],
      [['rotate', 'nobody'], 'There is no source nobody.'],
      [['rotate', 'there', '--grace', 'soon'], 'expected a duration such as'],
      [['rotate', 'there', '--secret', 'short'], 'at least 16 characters'],
      [['rotate', 'there', '--expires', '2020-01-01T00:00:00Z'], 'in the past'],
      [['pause', 'nobody'], 'There is no source nobody.'],
      [['retire', 'nobody'], 'There is no source nobody.'],
      [['arm', 'nobody'], 'There is no source nobody.'],
      [['revoke', 'there', 'k_9'], 'has no key or token k_9'],
    ];
    for (const [args, message] of wrong) expect(await on.refusal('source', ...args)).toContain(message);
    expect(await everything()).toEqual(before);
  }, 120_000);
});
