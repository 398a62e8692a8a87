import { type Incoming } from '../../src/ledger/incoming';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { freshDatabase } from '../support/database';
import { created, event, message, MINUTE, status, T0 } from '../support/events';
import { type Reading, startReading } from './support/reading';

const DAY = 24 * 60 * MINUTE;
const VIEWS = [
  'agent',
  'agent_presence',
  'channel',
  'queue',
  'referrer',
  'ticket_referrer',
  'ticket_timeline',
];

function from(id: string, minute: number, source: string | null, campaign: string | null): Incoming {
  return created(id, minute, { body: { acquisition: { source, campaign }, channel: { type: 'bot' } } });
}

function closed(id: string, minute: number, reason: string): Incoming {
  const body = { previous_status: 'open', new_status: 'closed', close_reason: reason };
  return event('status.changed', id, minute, { body });
}

describe('what analysts read', () => {
  const database = freshDatabase();
  let reading: Reading;
  let analyst: Database;

  beforeAll(async () => {
    reading = await startReading(database);
    analyst = openDatabase({
      url: database.url,
      poolMax: 1,
      applicationName: 'test-analyst',
      role: 'casetrail_analyst',
    });
    await reading.projected(
      from('R-1', 0, 'facebook_ads', 'spring'),
      status('R-1', 1, 'open', 'resolved'),
      // Comes back through another advertisement: the first one brought the customer.
      event('ticket.reopened', 'R-1', 2, {
        namedReopened: true,
        body: { acquisition: { source: 'telegram_ads', campaign: null } },
      }),
      from('R-2', 3, 'facebook_ads', 'spring'),
      closed('R-2', 4, 'spam'),
      from('R-3', 5, 'facebook_ads', 'spring'),
      closed('R-3', 6, 'abandoned'),
      from('R-4', 7, 'newsletter', null),
      status('R-4', 8, 'open', 'resolved'),
      created('R-5', 9, { body: { channel: { type: 'bot' } } }),
      message('R-5', 10, 'm1', {
        body: { message_id: 'm1', sender: { type: 'agent', agent_id: 'A7' }, is_private: true },
      }),
    );
  });

  afterAll(async () => {
    await analyst.close();
    await reading.app.close();
  });

  test('which advertisement brought how many conversations, and how they ended', async () => {
    const rows = await analyst.query<Record<string, unknown>>({
      text: `SELECT referrer_source, campaign, tickets, conversations, open_tickets, solved, abandoned, excluded
             FROM rpt.referrer ORDER BY tickets DESC`,
    });
    expect(rows.map((row) => Object.values(row))).toEqual([
      ['facebook_ads', 'spring', 3, 4, 1, 0, 1, 1],
      ['newsletter', null, 1, 1, 0, 1, 0, 0],
    ]);
  });

  test('which channel brought how many', async () => {
    const rows = await analyst.query<Record<string, unknown>>({
      text: `SELECT channel_type, tickets, conversations, open_tickets, solved, abandoned, excluded FROM rpt.channel`,
    });
    expect(rows.map((row) => Object.values(row))).toEqual([['bot', 5, 6, 2, 1, 1, 1]]);
  });

  test("a ticket's timeline, without a word of what was said", async () => {
    const rows = await analyst.query<Record<string, unknown>>({
      text: `SELECT type, actor_kind, agent_id, is_public, message_id, status_after
             FROM rpt.ticket_timeline WHERE ticket_key = 'acme/R-5' ORDER BY at, position`,
    });
    expect(rows.map((row) => Object.values(row))).toEqual([
      ['ticket.created', 'customer', null, null, null, 'open'],
      ['message.received', 'agent', 'A7', false, 'm1', 'open'],
    ]);
    const whole = await analyst.query<Record<string, unknown>>({
      text: `SELECT to_jsonb(t) AS row FROM rpt.ticket_timeline t`,
    });
    expect(whole.length).toBeGreaterThan(10);
    expect(JSON.stringify(whole)).not.toMatch(/maria|text of/);
  });

  test('how well a source delivers, also on days on which nothing new arrives', async () => {
    const receivedAt = T0 + 2 * DAY;
    const late = message('Q-1', 0, 'm1', { source: 'lossy', receivedAt });
    const again = { ...late, receivedAt: T0 + 3 * DAY };
    await reading.projected(late);
    expect(await reading.app.services.ledger.append(again, Date.now() + MINUTE)).toMatchObject({
      kind: 'duplicate',
    });
    const rows = await analyst.query<Record<string, unknown>>({
      text: `SELECT day::text, events, duplicates, late_over_60s, rejected, creation_inferred, max_lag_seconds
             FROM rpt.delivery_quality_daily WHERE source = 'lossy' ORDER BY day`,
    });
    expect(rows.map((row) => Object.values(row))).toEqual([
      ['2026-03-02', 0, 0, 0, 0, 1, null],
      ['2026-03-04', 1, 0, 0, 0, 0, 172_800],
      ['2026-03-05', 0, 1, 0, 0, 0, null],
    ]);
  });

  test('how far the time in a body is from that of its envelope', async () => {
    const claimed = { type: 'ticket.resolved', claimedAt: T0 + 20 * MINUTE - 90_250 } as const;
    const said = message('R-5', 21, 'm2', { claimedAt: T0 + 21 * MINUTE + 1 });
    await reading.projected(said, event(claimed.type, 'R-5', 20, claimed));
    const skews = await analyst.query<Record<string, unknown>>({
      text: `SELECT type, claimed_skew_ms AS skew FROM rpt.ticket_timeline WHERE ticket_key = 'acme/R-5' ORDER BY at`,
    });
    expect(skews).toEqual([
      { type: 'ticket.created', skew: null },
      { type: 'message.received', skew: null },
      { type: 'ticket.resolved', skew: -90_250 },
      { type: 'message.received', skew: 1 },
    ]);
    const messages = await analyst.query<Record<string, unknown>>({
      text: `SELECT message_id AS id, claimed_skew_ms AS skew FROM rpt.message_fact WHERE ticket_key = 'acme/R-5'
             ORDER BY occurred_at`,
    });
    expect(messages).toEqual([
      { id: 'm1', skew: null },
      { id: 'm2', skew: 1 },
    ]);
  });

  test('every view and column says what it is', async () => {
    const silent = await analyst.query<Record<string, unknown>>({
      text: `
        SELECT c.relname, a.attname FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum >= 0 AND NOT a.attisdropped
        WHERE c.relnamespace = 'rpt'::regnamespace AND c.relname = ANY($1)
          AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid, 'pg_class') IS NULL)`,
      values: [VIEWS],
    });
    expect(silent).toEqual([]);
    for (const view of VIEWS)
      await analyst.query<Record<string, unknown>>({ text: `SELECT * FROM rpt.${view} LIMIT 1` });
  });
});

describe('what an agent did on a day', () => {
  const database = freshDatabase();
  let reading: Reading;

  beforeAll(async () => {
    reading = await startReading(database);
    const answered = (id: string, minute: number): Incoming[] => [
      created(id, 0, { body: { origin: 'customer', initial_message: {} } }),
      event('message.received', id, minute, {
        body: { message_id: `${id}-1`, sender: { type: 'agent', agent_id: 'A7' } },
      }),
    ];
    await reading.projected(...answered('D-1', 1), ...answered('D-2', 60), closed('D-2', 90, 'merged'));
  });
  afterAll(() => reading.app.close());

  test('holds nothing of tickets that are counted nowhere', async () => {
    const rows = await reading.app.services.db.query<Record<string, unknown>>({
      text: `SELECT agent_id, public_messages, tickets_replied, turns_answered, p90_turn_seconds, first_responses,
                    p90_first_response_seconds, tickets_solved FROM rpt.agent_daily`,
    });
    expect(rows.map((row) => Object.values(row))).toEqual([['A7', 1, 1, 1, 60, 1, 60, 0]]);
  });
});
