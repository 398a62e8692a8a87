import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROFILE_NAMES } from '../../src/ingress/profiles';
import { sourceSettings } from '../../src/ingress/sources/source-settings';
import { type Json } from '../support/app';
import { eventually } from '../support/eventually';
import { desk } from './support/desk';

interface Sent {
  readonly sent: number;
  readonly answers: Readonly<Record<string, number>>;
  readonly unanswered: number;
  readonly seconds: number;
  readonly last: Json;
}

const GENERIC = readFileSync(join(__dirname, '../../samples/generic/settings.json'), 'utf8');

describe('casetrail send', () => {
  const on = desk();
  const stored = async (source: string): Promise<number> =>
    Number((await on.rows('SELECT count(*)::int AS n FROM es.event WHERE source = $1', source))[0]?.['n']);

  beforeAll(async () => {
    for (const profile of PROFILE_NAMES) await on.app.addSource({ name: profile, profile });
    const settings = sourceSettings.parse(JSON.parse(GENERIC));
    await on.app.addSource({ name: 'mapped', profile: 'generic', settings });
  });

  test.each([...PROFILE_NAMES, 'mapped'])(
    'sends one that opens a ticket in the name of %s',
    async (source) => {
      const { sent, last, unanswered } = await on.json<Sent>('send', '--source', source);
      expect({ sent, unanswered }).toEqual({ sent: 1, unanswered: 0 });
      expect(last).toMatchObject({ status: 'accepted', verdict: 'accepted', duplicate_of: null });
      const [event] = await on.rows('SELECT type, flags FROM es.event WHERE source = $1', source);
      // It happens now: neither late nor ahead of the clock.
      expect(event).toEqual({ type: 'ticket.created', flags: [] });
    },
  );

  test('prints the answer as it came, so that a refusal can be read', async () => {
    await on.app.addSource({ name: 'shut', profile: 'tg-staff' });
    expect((await on.casetrail('source', 'block', 'shut')).code).toBe(0);
    // The block reaches every node within two seconds, not at once.
    await eventually(async () => {
      const { code, stdout } = await on.casetrail('send', '--source', 'shut');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ status: 403, code: 'source_blocked' });
    });
  });

  test.each([
    ['telegram-crm', 'ping', '200 ping'],
    ['telegram-crm-flat', 'message-received', '200 accepted'],
    ['tg-staff', 'agent.status_changed', '200 accepted'],
    ['telegram-bot', 'unmapped', '200 unmapped'],
    ['standard-webhooks', 'status.changed', '200 accepted'],
    ['mapped', 'comment_added', '200 accepted'],
  ])('sends a payload of samples/ in the name of %s: %s', async (source, sample, told) => {
    const { answers } = await on.json<Sent>('send', '--source', source, '--sample', sample);
    expect(Object.keys(answers)).toEqual([expect.stringContaining(told)]);
  });

  test.each([...PROFILE_NAMES, 'mapped'])(
    "sends the whole life of a ticket in %s's words",
    async (source) => {
      const before = await stored(source);
      const { sent, answers, unanswered } = await on.json<Sent>('send', '--source', source, '--life');
      expect(unanswered).toBe(0);
      expect(Object.keys(answers).every((told) => told.startsWith('200 accepted'))).toBe(true);
      expect(await stored(source)).toBe(before + sent);
    },
  );

  test('sends everything twice with --duplicates 100, and it is stored once', async () => {
    await on.app.addSource({ name: 'twice', profile: 'telegram-crm' });
    const { sent, answers } = await on.json<Sent>(
      'send',
      '--source',
      'twice',
      '--life',
      '--duplicates',
      '100',
    );
    const repeated = Object.entries(answers).filter(([told]) => told.startsWith('200 duplicate'));
    expect(repeated.reduce((sum, [, count]) => sum + count, 0)).toBe(sent / 2);
    expect(await stored('twice')).toBe(sent / 2);
  });

  test('comes to the same ticket whatever the order', async () => {
    const heads: Json[] = [];
    for (const [name, flags] of [
      ['straight', []],
      ['shuffled', ['--shuffle']],
    ] as const) {
      await on.app.addSource({ name, profile: 'telegram-crm' });
      await on.json('send', '--source', name, '--life', '--seed', '7', ...flags);
      const [head] = await on.rows(
        `SELECT e.after FROM es.event e WHERE e.tenant = $1 AND e.after IS NOT NULL
         ORDER BY e.version DESC LIMIT 1`,
        name,
      );
      if (head !== undefined) heads.push(head);
    }
    expect(heads).toHaveLength(2);
    expect(heads[1]).toEqual(heads[0]);
  });

  test('keeps to a rate', async () => {
    const flags = ['--demo-day', '--tickets', '2', '--rate', '40'];
    const { sent, seconds } = await on.json<Sent>('send', '--source', 'telegram-crm', ...flags);
    expect(seconds).toBeGreaterThanOrEqual((sent - 1) / 40 - 0.1);
  });

  test('tells a demo day with repetitions and late ones, and the same day again as nothing but repetitions', async () => {
    await on.app.addSource({ name: 'day', profile: 'tg-staff' });
    const flags = ['--source', 'day', '--demo-day', '--tickets', '40', '--seed', '11'];
    const first = await on.json<Sent>('send', ...flags);
    const events = await stored('day');
    const fresh = Object.entries(first.answers).filter(([told]) => told.startsWith('200 accepted'));
    expect(fresh.reduce((sum, [, count]) => sum + count, 0)).toBe(events);
    expect(first.sent).toBeGreaterThan(events);
    const again = await on.json<Sent>('send', ...flags);
    expect(again.sent).toBe(first.sent);
    expect(Object.keys(again.answers).filter((told) => !told.startsWith('200 duplicate'))).toEqual([]);
    expect(await stored('day')).toBe(events);
  });

  test('says what is wrong with what it was asked for, and sends nothing', async () => {
    const before = await on.rows('SELECT count(*) AS n FROM es.event');
    const mine = ['send', '--source', 'telegram-crm'];
    expect(await on.refusal('send', '--source', 'nobody')).toBe('casetrail: There is no source nobody.\n');
    expect(await on.refusal(...mine, '--sample', '../secret')).toContain(
      'has no sample ../secret; it has agent.',
    );
    expect(await on.refusal(...mine, '--life', '--demo-day')).toContain('Choose one of');
    expect(await on.refusal(...mine, '--rate', 'fast')).toContain('expected a whole number');
    expect(await on.refusal(...mine, '--duplicates', '101')).toContain('expected a number from 0 to 100');
    expect(await on.refusal('send')).toContain("required option '--source <name>' not specified");
    expect(await on.rows('SELECT count(*) AS n FROM es.event')).toEqual(before);
  });
});
