import { once } from 'node:events';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Json } from '../support/app';
import { eventually } from '../support/eventually';
import { desk } from './support/desk';

interface Summary {
  readonly lines: number;
  readonly resumed_at: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly refused: readonly { readonly line: number; readonly code: string; readonly detail: string }[];
  readonly failed: readonly { readonly line: number; readonly code: string; readonly detail: string }[];
}

const LINES = 10_000;

function envelope(id: string, type: string, data: Json, at = '2025-05-05T10:00:00.000Z'): Json {
  return { event_id: id, event_type: type, timestamp: at, version: '1.2', data };
}

function opening(ticket: string): Json {
  return envelope(`open-${ticket}`, 'ticket.created', { ticket_id: ticket });
}

describe('casetrail import', () => {
  const on = desk();
  const file = (name: string, lines: readonly (Json | string)[]): string => {
    const path = join(on.directory, name);
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
    writeFileSync(path, `${text.join('\n')}\n`);
    return path;
  };
  const stored = async (source: string): Promise<unknown> =>
    (await on.rows('SELECT count(*)::int AS n FROM es.event WHERE source = $1', source))[0]?.['n'];

  beforeAll(async () => {
    for (const name of ['acme', 'bytes', 'killed', 'mended', 'moved', 'paused'])
      await on.app.addSource({ name, profile: 'telegram-crm' });
  });

  test('gives each line its outcome and names those the sender would not have liked', async () => {
    const moved = (id: string, from: string, to: string, at: string): Json =>
      envelope(id, 'status.changed', { ticket_id: 'A', previous_status: from, new_status: to }, at);
    const path = file('history.ndjson', [
      { received_at: '2025-05-05T10:00:01+00:00', body: opening('A') },
      { body: opening('A') },
      '',
      { body: moved('m-1', 'open', 'resolved', '2025-05-05T11:00:00Z') },
      { body: moved('m-2', 'resolved', 'pending', '2025-05-05T12:00:00Z') },
      { body: { ...opening('A'), version: '1.2', subject: 'said otherwise' } },
      { body: envelope('ping-1', 'ping', {}) },
      { body: envelope('new-1', 'survey.answered', { ticket_id: 'A' }) },
      { body: envelope('bad-1', 'ticket.created', { ticket_id: '' }) },
      { body: ['no', 'object'] },
    ]);
    const summary = await on.json<Summary>('import', '--source', 'acme', '--file', path);
    expect(summary).toMatchObject({ lines: 10, resumed_at: 0, failed: [] });
    expect(summary.outcomes).toEqual({
      accepted: 2,
      duplicate: 1,
      rejected: 1,
      quarantined: 3,
      ping: 1,
      unmapped: 1,
    });
    expect(summary.refused.map(({ line, code }) => [line, code])).toEqual(
      expect.arrayContaining([
        [5, 'invalid_transition'],
        [6, 'idempotency_conflict'],
        [9, 'schema_violation'],
        [10, 'malformed_json'],
      ]),
    );
    const events = await on.rows(
      `SELECT source_event_id AS id, verdict, received_at FROM es.event WHERE source = 'acme' AND ticket_id = 'A'
       ORDER BY position`,
    );
    expect(events.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['open-A', 'accepted'],
      ['m-1', 'accepted'],
      ['m-2', 'rejected'],
    ]);
    expect(events[0]?.['received_at']).toEqual(new Date('2025-05-05T10:00:01Z'));
    expect(existsSync(`${path}.progress`)).toBe(false);
  });

  test('keeps the bytes of each body as they stand in its line', async () => {
    const body =
      '{ "event_id": "b-1", "event_type":"ticket.created","timestamp":"2025-05-05T10:00:00Z" ,' +
      ' "data":{"ticket_id":"B", "big":9007199254740993, "note":"a\u2028b \\u00e9 { \\" ] 1.0e2", "sum": 1.50}}';
    const path = file('bytes.ndjson', [`{"body" :  ${body} , "received_at":"2025-05-05T10:00:00Z"}\r`]);
    expect((await on.json<Summary>('import', '--source', 'bytes', '--file', path)).outcomes).toEqual({
      accepted: 1,
    });
    const [kept] = await on.rows(
      `SELECT convert_from(c.raw, 'UTF8') AS raw FROM es.content c JOIN es.event e USING (lane, position)
       WHERE e.source = 'bytes'`,
    );
    expect(kept?.['raw']).toBe(body);
  });

  test('names each line that has no outcome, imports the others, and ends with exit code 1', async () => {
    const future = new Date(Date.now() + 86_400_000).toISOString();
    const wrong = [
      '{"body": ',
      { received_at: '2025-05-05T10:00:00Z' },
      { received_at: 'yesterday', body: opening('X') },
      { received_at: future, body: opening('X') },
      { body: opening('X'), source: 'acme' },
    ];
    const path = file('wrong.ndjson', [{ body: opening('M-1') }, ...wrong, { body: opening('M-2') }]);
    const ended = await on.casetrail('import', '--source', 'mended', '--file', path, '--json');
    expect(ended.code).toBe(1);
    const summary = JSON.parse(ended.stdout) as Summary;
    expect(summary.outcomes).toEqual({ accepted: 2 });
    expect(summary.failed.map(({ line, code }) => [line, code])).toEqual(
      [2, 3, 4, 5, 6].map((line) => [line, 'invalid_line']),
    );
    const plain = await on.casetrail('import', '--source', 'mended', '--file', path);
    expect(plain.code).toBe(1);
    expect(plain.stdout).toMatch(/^line 2: invalid_line: no JSON: .*\nline 3: /);
    expect(plain.stdout).toContain('7 lines: 2 duplicate, 5 without outcome');
    expect(await stored('mended')).toBe(2);
  });

  test('appends to the log of a paused source', async () => {
    expect((await on.casetrail('source', 'pause', 'paused')).code).toBe(0);
    const path = file('paused.ndjson', [{ body: opening('P') }]);
    expect((await on.json<Summary>('import', '--source', 'paused', '--file', path)).outcomes).toEqual({
      accepted: 1,
    });
  });

  test('goes on where kill -9 stopped it: nothing is lost and nothing is stored twice', async () => {
    const path = file(
      'long.ndjson',
      Array.from({ length: LINES }, (_, n) => ({ body: opening(`K-${n}`) })),
    );
    const flags = ['--source', 'killed', '--file', path];
    const child = on.start('import', ...flags);
    await eventually(() => {
      if (!existsSync(`${path}.progress`)) throw new Error('it has not begun');
    }, 25_000);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(await stored('killed')).not.toBe(LINES);
    const rest = await on.json<Summary>('import', ...flags);
    expect(rest.resumed_at).toBeGreaterThan(0);
    expect(rest).toMatchObject({ lines: LINES, refused: [], failed: [] });
    const { accepted = 0, duplicate = 0 } = rest.outcomes;
    expect(accepted + duplicate).toBe(LINES - rest.resumed_at);
    expect(await stored('killed')).toBe(LINES);
    // The first line again, whatever was remembered.
    const again = file('long.ndjson', [{ body: opening('K-0') }, { body: opening('K-new') }]);
    writeFileSync(`${again}.progress`, '{"source":"killed","version":"1/1","lines":2}');
    expect((await on.json<Summary>('import', ...flags)).outcomes).toEqual({ accepted: 1, duplicate: 1 });
    rmSync(path);
  }, 120_000);

  test('begins anew where the same file goes into another log', async () => {
    const path = file('moved.ndjson', [{ body: opening('V-1') }, { body: opening('V-2') }]);
    const { size, mtimeMs } = statSync(path);
    const [log] = await on.rows('SELECT log_id AS id FROM es.log');
    const remember = (id: unknown): void =>
      writeFileSync(
        `${path}.progress`,
        JSON.stringify({ log: id, source: 'moved', version: `${size}/${mtimeMs}`, lines: 1 }),
      );
    remember('00000000-0000-4000-8000-000000000000');
    const flags = ['import', '--source', 'moved', '--file', path];
    expect(await on.json<Summary>(...flags)).toMatchObject({ resumed_at: 0, outcomes: { accepted: 2 } });
    remember(log?.['id']);
    expect(await on.json<Summary>(...flags)).toMatchObject({ resumed_at: 1, outcomes: { duplicate: 1 } });
  });

  test('says what is wrong with what it was asked for', async () => {
    const path = file('one.ndjson', [{ body: opening('N') }]);
    expect(await on.refusal('import', '--source', 'nobody', '--file', path)).toBe(
      'casetrail: There is no source nobody.\n',
    );
    expect(await on.refusal('import', '--source', 'acme', '--file', `${path}.gone`)).toContain(
      'There is no file',
    );
    expect(await on.refusal('import', '--source', 'acme', '--file', on.directory)).toContain(
      'There is no file',
    );
    expect(await on.refusal('import', '--source', 'acme')).toContain("required option '--file <file>'");
  });
});
