import { randomBytes, randomUUID } from 'node:crypto';
import { freshDatabase } from '../support/database';
import { created, event, message, status } from '../support/events';
import { openLedger, type TestLedger } from '../support/ledger';
import { TEST_LANES } from '../support/template';

describe('the append', () => {
  const database = freshDatabase();
  let node: TestLedger;

  beforeAll(() => {
    node = openLedger(database);
  });

  afterAll(async () => {
    await node.close();
  });

  async function positions(): Promise<{ lane: number; position: number }[]> {
    return node.db.query({ text: 'SELECT lane, position FROM es.event ORDER BY lane, position' });
  }

  test('numbers each lane from 1 without gaps, whatever arrives together', async () => {
    await Promise.all(Array.from({ length: 300 }, (_, i) => node.append(created(`G-${i}`))));
    const rows = await positions();
    for (let lane = 0; lane < TEST_LANES; lane += 1) {
      const found = rows.filter((row) => row.lane === lane).map(({ position }) => position);
      expect(found).toEqual(found.map((_, index) => index + 1));
    }
    expect(rows).toHaveLength(300);
  });

  test('judges the events of one ticket in one batch one behind the other', async () => {
    const outcomes = await Promise.all([
      node.stored(created('B-1')),
      node.stored(status('B-1', 1, 'open', 'in_progress')),
      node.stored(message('B-1', 2, 'm1')),
      node.stored(status('B-1', 3, 'in_progress', 'resolved')),
      node.stored(status('B-1', 4, 'resolved', 'pending')),
    ]);
    expect(outcomes.map(({ verdict }) => verdict)).toEqual([
      'accepted',
      'accepted',
      'accepted',
      'accepted',
      'rejected',
    ]);
    expect(outcomes.map(({ version }) => version)).toEqual([1, 2, 3, 4, null]);
    expect(outcomes[3].after).toEqual({
      status: 'resolved',
      close_reason: null,
      assignee: null,
      cycle_no: 1,
    });
  });

  test('answers the same event again with the first answer, in the same batch and later', async () => {
    const first = created('D-1');
    const [a, b] = await Promise.all([node.append(first), node.append({ ...first })]);
    const c = await node.append({ ...first });
    expect(a.kind).toBe('stored');
    expect(b).toMatchObject({ kind: 'duplicate', sameContent: true, currentVerdict: 'accepted' });
    expect(c).toMatchObject({ kind: 'duplicate', first: a.kind === 'stored' ? a.receipt : null });
  });

  test('stores one of 500 copies that arrive at once, and answers all of them in one append', async () => {
    const one = created('D-500');
    const outcomes = await Promise.all(Array.from({ length: 500 }, () => node.append({ ...one })));
    expect(outcomes.filter(({ kind }) => kind === 'stored')).toHaveLength(1);
    const duplicates = outcomes.filter((outcome) => outcome.kind === 'duplicate' && outcome.sameContent);
    expect(duplicates).toHaveLength(499);
  });

  test('tells a repetition with other content from one with the same', async () => {
    const first = created('D-2');
    await node.stored(first);
    const other = { ...first, fingerprint: '01'.repeat(32) };
    expect(await node.append(other)).toMatchObject({ kind: 'duplicate', sameContent: false });
    const together = [{ ...other }, { ...first }, { ...other }].map((copy) => node.append(copy));
    expect(
      (await Promise.all(together)).map((outcome) => outcome.kind === 'duplicate' && outcome.sameContent),
    ).toEqual([false, true, false]);
  });

  test('takes a reopening delivered again together with the next status: one duplicate, one accepted', async () => {
    await node.stored(created('R-1'));
    await node.stored(status('R-1', 1, 'open', 'closed'));
    const reopened = created('R-1', 2);
    expect((await node.stored(reopened)).type).toBe('ticket.reopened');
    const [again, next] = await Promise.all([
      node.append({ ...reopened }),
      node.append(status('R-1', 3, 'open', 'in_progress')),
    ]);
    expect(again.kind).toBe('duplicate');
    expect(next).toMatchObject({ kind: 'stored', receipt: { verdict: 'accepted', version: 4 } });
  });

  test('stores the same message under another id as a natural duplicate that counts nothing', async () => {
    await node.stored(created('N-1'));
    await node.stored(message('N-1', 1, 'm7', { eventId: '00000000-0000-4000-8000-000000000000' }));
    const again = await node.stored(message('N-1', 1, 'm7'));
    expect(again).toMatchObject({ verdict: 'noop', reason: 'natural_duplicate' });
    const twins = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
    const [one, two] = await Promise.all(
      twins.map((eventId) => node.stored(message('N-1', 2, 'm8', { eventId }))),
    );
    expect([one?.verdict, two?.verdict]).toEqual(['accepted', 'noop']);
  });

  test('an event that comes late changes earlier verdicts and says so in the log', async () => {
    await node.stored(created('L-1'));
    await node.stored(status('L-1', 2, 'open', 'resolved'));
    const refused = status('L-1', 10, 'pending', 'on_hold');
    expect((await node.stored(refused)).verdict).toBe('rejected');
    const late = await node.stored(status('L-1', 5, 'resolved', 'in_progress'));
    expect(late).toMatchObject({
      verdict: 'accepted',
      version: 3,
      after: { status: 'on_hold', cycle_no: 2 },
    });
    const own = await node.db.query<{ type: string; data: Record<string, unknown>; version: number }>({
      text: `SELECT type, data, version FROM es.event WHERE ticket_id = 'L-1' AND source = 'casetrail'`,
    });
    expect(own).toEqual([
      expect.objectContaining({
        type: 'transition.reinstated',
        version: 4,
        data: expect.objectContaining({
          of_event_id: refused.eventId,
          from: 'rejected',
          to: 'accepted',
        }) as unknown,
      }),
    ]);
    expect(await node.append({ ...refused })).toMatchObject({
      kind: 'duplicate',
      first: { verdict: 'rejected' },
      currentVerdict: 'accepted',
    });
  });

  test('an event of no ticket has a place in the log and neither version nor verdict', async () => {
    const receipt = await node.stored(event('agent.status_changed', null, 0));
    expect(receipt).toMatchObject({ version: null, verdict: null, after: null });
  });

  test('two nodes that write the same ticket at once keep versions contiguous and verdicts right', async () => {
    const other = openLedger(database);
    try {
      await node.stored(created('T-1'));
      const moves = ['in_progress', 'pending', 'open', 'assigned'];
      const outcomes = await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          (i % 2 === 0 ? node : other).stored(status('T-1', i + 1, 'open', moves[i % 4] ?? 'open')),
        ),
      );
      const versions = await node.db.query<{ version: number }>({
        text: `SELECT version FROM es.event WHERE ticket_id = 'T-1' AND version IS NOT NULL ORDER BY version`,
      });
      expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => index + 1));
      expect(outcomes.every(({ verdict }) => verdict !== 'rejected')).toBe(true);
    } finally {
      await other.close();
    }
  });

  test('the same event on two nodes at once is stored once', async () => {
    const other = openLedger(database);
    try {
      for (let round = 0; round < 10; round += 1) {
        const one = created(`S-${round}`);
        const outcomes = await Promise.all([node.append(one), other.append({ ...one })]);
        expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['duplicate', 'stored']);
      }
    } finally {
      await other.close();
    }
  });

  test('the same id for two tickets on two nodes at once is stored once, in one of the lanes', async () => {
    const other = openLedger(database);
    try {
      for (let round = 0; round < 20; round += 1) {
        const eventId = randomUUID();
        const outcomes = await Promise.all([
          node.append(created(`X-${round}`, 0, { eventId })),
          other.append(created(`Y-${round}`, 0, { eventId })),
        ]);
        expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['duplicate', 'stored']);
      }
    } finally {
      await other.close();
    }
  });

  test.each([
    ['can not hold', created('P-poison', 0, { sourceType: 'a\u0000b' })],
    ['can not index', status('P-long', 0, randomBytes(6000).toString('base64'), 'open')],
  ])('one event that PostgreSQL %s is refused alone among 256', async (_, poisonous) => {
    const good = Array.from({ length: 255 }, () => node.append(created(`P-${randomUUID()}`)));
    const poison = node.append(poisonous);
    await expect(poison).rejects.toMatchObject({ code: 'append_refused' });
    const outcomes = await Promise.all(good);
    expect(outcomes.every(({ kind }) => kind === 'stored')).toBe(true);
  });
});
