import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MadeSource } from '../../src/ingress/sources/source-service';
import { type Json, webhook } from '../support/app';
import { desk } from './support/desk';

describe('casetrail quarantine', () => {
  const on = desk();
  let staging: MadeSource;
  let strict: MadeSource;

  beforeAll(async () => {
    strict = await on.app.addSource({ name: 'strict', profile: 'telegram-crm' });
    const settings = { environment: 'staging' };
    staging = await on.app.addSource({ name: 'staging', profile: 'telegram-crm', settings });
  });

  async function post(source: MadeSource, body: Json): Promise<number> {
    const { status } = await fetch(`${on.app.url}/v1/ingress/${source.key}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return status;
  }

  function opened(source: MadeSource, ticketId: string): Json {
    return webhook(source, 'ticket.created', { ticket_id: ticketId });
  }

  /** The id of the entry that such a delivery makes. */
  async function quarantined(source: MadeSource, body: Json): Promise<string> {
    expect([403, 422]).toContain(await post(source, body));
    const [row] = await on.rows('SELECT id FROM app.quarantine ORDER BY received_at DESC, id LIMIT 1');
    return String(row?.['id']);
  }

  async function statusOf(id: string): Promise<unknown> {
    return (await on.rows('SELECT status FROM app.quarantine WHERE id = $1', id))[0]?.['status'];
  }

  test('lists what is open, the oldest first, and shows one with its bytes', async () => {
    const body = webhook(strict, 'ticket.created', { ticket_id: '' });
    const id = await quarantined(strict, body);
    const later = await quarantined(strict, webhook(strict, 'status.changed', { ticket_id: 'X' }));
    const listed = await on.json<Json[]>('quarantine', 'list', '--source', 'strict');
    expect(listed.map((entry) => entry['id'])).toEqual([id, later]);
    expect(listed[0]).toMatchObject({
      source: 'strict',
      status: 'open',
      code: 'schema_violation',
      deliveries: 1,
      body_bytes: Buffer.byteLength(JSON.stringify(body)),
    });
    expect(JSON.stringify(listed)).not.toContain(String(body['signature']));
    const shown = await on.json('quarantine', 'show', id);
    expect(Buffer.from(String(shown['body_base64']), 'base64').toString()).toBe(JSON.stringify(body));
    const plain = await on.casetrail('quarantine', 'show', id);
    expect(plain.stdout).toContain(JSON.stringify(body));
    const lines = await on.casetrail('quarantine', 'list', '--code', 'schema_violation', '--limit', '1');
    expect(lines.stdout).toContain(id);
    expect(lines.stdout).not.toContain(later);
    expect((await on.casetrail('quarantine', 'list', '--status', 'accepted')).stdout).toBe(
      'Nothing is in quarantine.\n',
    );
  });

  test('retries one, or all of a source, once what was wrong is mended', async () => {
    const first = await quarantined(staging, opened(staging, 'S-1'));
    const others = [
      await quarantined(staging, opened(staging, 'S-2')),
      await quarantined(staging, opened(staging, 'S-3')),
    ];
    const still = await on.casetrail('quarantine', 'retry', first);
    expect(still.code).toBe(0);
    expect(still.stdout).toMatch(/open {2}environment_mismatch .*\n0 appended, 1 still open\.\n$/);
    expect((await on.casetrail('source', 'set', 'staging', '{"environment":"production"}')).code).toBe(0);
    const one = await on.json<Json[]>('quarantine', 'retry', first);
    expect(one).toMatchObject([{ id: first, status: 'retried', answer: { status: 'accepted' } }]);
    const rest = await on.json<Json[]>('quarantine', 'retry', '--source', 'staging');
    expect(rest.map((entry) => [entry['id'], entry['status']])).toEqual(others.map((id) => [id, 'retried']));
    const [times] = await on.rows(
      `SELECT bool_and(e.received_at = q.received_at) AS same, count(*)::int AS n
       FROM app.quarantine q JOIN es.event e ON e.source = q.source AND e.event_id::text = q.event_id::text
       WHERE q.source = 'staging'`,
    );
    expect(times).toEqual({ same: true, n: 3 });
    expect(await on.refusal('quarantine', 'retry', first)).toContain('is retried already');
  });

  test('accepts a conflict beside the first event, and never retries one', async () => {
    const body = opened(strict, 'C-1');
    expect(await post(strict, body)).toBe(200);
    const id = await quarantined(strict, { ...body, data: { ticket_id: 'C-1', priority: 'high' } });
    expect(await on.refusal('quarantine', 'retry', id)).toContain('accept it beside the first event');
    const bulk = await on.json<Json[]>('quarantine', 'retry', '--code', 'idempotency_conflict');
    expect(bulk).toEqual([]);
    const accepted = await on.json<Json[]>('quarantine', 'accept', id);
    expect(accepted).toMatchObject([{ id, status: 'accepted', answer: { status: 'accepted' } }]);
    expect(
      await on.rows(
        `SELECT causation_id FROM es.event WHERE dedupe_key = $1`,
        `${String(body['event_id'])}#2`,
      ),
    ).toEqual([{ causation_id: body['event_id'] }]);
    expect(await on.refusal('quarantine', 'accept', id)).toContain('is accepted already');
  });

  test("a sender's own id that looks like such a key is another event", async () => {
    const named = (eventId: string, more: Json = {}): Json =>
      webhook(strict, 'ticket.created', { ticket_id: `H-${eventId}`, ...more }, { event_id: eventId });
    expect(await post(strict, named('order'))).toBe(200);
    const like = named('order#2');
    expect(await post(strict, like)).toBe(200);
    expect(await post(strict, like)).toBe(200);
    const id = await quarantined(strict, named('order', { priority: 'low' }));
    const [accepted] = await on.json<Json[]>('quarantine', 'accept', id);
    expect(accepted).toMatchObject({
      status: 'accepted',
      answer: { status: 'accepted', duplicate_of: null },
    });
    const keys = await on.rows(
      `SELECT source_event_id AS id, dedupe_key AS key FROM es.event WHERE source_event_id LIKE 'order%' ORDER BY 2`,
    );
    expect(keys).toEqual([
      { id: 'order', key: 'order' },
      { id: 'order#2', key: 'order##2' },
      { id: 'order', key: 'order#2' },
    ]);
  });

  test('dismisses one for good', async () => {
    const id = await quarantined(strict, webhook(strict, 'message.received', { ticket_id: 'D' }));
    expect((await on.casetrail('quarantine', 'dismiss', id)).stdout).toBe(`${id} is dismissed.\n`);
    expect(await on.refusal('quarantine', 'retry', id)).toContain('is dismissed already');
    expect(await statusOf(id)).toBe('dismissed');
  });

  test('appends stored events of an unmapped type once a mapping knows it', async () => {
    expect(await post(strict, webhook(strict, 'case.born_100%\\', { ticket_id: 'B' }))).toBe(200);
    const retry = ['quarantine', 'retry', '--unmapped', 'case.born_100%\\'];
    expect((await on.casetrail(...retry)).stdout).toBe('1 events: 0 appended, 1 unchanged, 0 refused.\n');
    const settings = JSON.stringify({ event_types: { 'case.born_100%\\': 'ticket.created' } });
    expect((await on.casetrail('source', 'set', 'strict', settings)).code).toBe(0);
    expect(await on.json(...retry)).toEqual({ found: 1, appended: 1, unchanged: 0, refused: 0 });
    expect(await on.json(...retry)).toEqual({ found: 1, appended: 0, unchanged: 1, refused: 0 });
  });

  test('lets history be history: what an import brought stays imported, whatever leads it into the log', async () => {
    const archive = await on.app.addSource({ name: 'archive', profile: 'telegram-crm' });
    const mapped = async (types: Json): Promise<void> => {
      const settings = JSON.stringify({ event_types: types });
      expect((await on.casetrail('source', 'set', 'archive', settings)).code).toBe(0);
    };
    await mapped({ 'case.born': 'message.received' });
    const line = (type: string, ticketId: string, eventId = randomUUID()): Json =>
      webhook(archive, type, { ticket_id: ticketId }, { event_id: eventId });
    const taken = randomUUID();
    const lines = [
      line('case.born', 'I-1'),
      line('ticket.created', 'I-2', taken),
      line('ticket.created', 'I-3', taken),
      line('case.moved', 'I-4'),
    ];
    const file = join(on.directory, 'archive.ndjson');
    writeFileSync(file, lines.map((body) => `${JSON.stringify({ body })}\n`).join(''));
    const imported = await on.json('import', '--source', 'archive', '--file', file);
    expect(imported).toMatchObject({ outcomes: { accepted: 1, quarantined: 2, unmapped: 1 } });

    await mapped({ 'case.born': 'ticket.created', 'case.moved': 'ticket.created' });
    const [retried] = await on.json<Json[]>('quarantine', 'retry', '--source', 'archive');
    expect(retried).toMatchObject({ status: 'retried' });
    const [conflict] = await on.json<Json[]>('quarantine', 'list', '--source', 'archive');
    await on.json('quarantine', 'accept', String(conflict?.['id']));
    const remapped = await on.json('quarantine', 'retry', '--unmapped', 'case.moved');
    expect(remapped).toMatchObject({ appended: 1 });
    // A live delivery beside them stays news.
    expect(await post(archive, line('ticket.created', 'I-5'))).toBe(200);
    const events = await on.rows(
      `SELECT ticket_id AS ticket, 'imported' = ANY (flags) AS imported FROM es.event
       WHERE source = 'archive' AND type = 'ticket.created' ORDER BY 1`,
    );
    const history = ['I-1', 'I-2', 'I-3', 'I-4'].map((ticket) => ({ ticket, imported: true }));
    expect(events).toEqual([...history, { ticket: 'I-5', imported: false }]);
  });

  test('says what is wrong with what it was asked for, and changes nothing', async () => {
    const id = await quarantined(
      strict,
      webhook(strict, 'priority.changed', { ticket_id: 'W', priority: 3 }),
    );
    const unknown = randomUUID();
    expect(await on.refusal('quarantine', 'show', 'seven')).toContain(
      'There is no quarantined delivery seven.',
    );
    expect(await on.refusal('quarantine', 'retry', unknown)).toContain(`no quarantined delivery ${unknown}`);
    expect(await on.refusal('quarantine', 'retry')).toContain('Name one delivery, or --source');
    expect(await on.refusal('quarantine', 'retry', '--source', 'nobody')).toContain(
      'There is no source nobody.',
    );
    expect(await on.refusal('quarantine', 'accept', id)).toContain('is no conflict of ids');
    expect(await on.refusal('quarantine', 'dismiss', 'x')).toContain('There is no quarantined delivery x.');
    expect(await on.refusal('quarantine', 'list', '--status', 'closed')).toContain('--status is one of open');
    expect(await statusOf(id)).toBe('open');
  });
});
