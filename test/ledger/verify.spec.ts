import { type FaultKind } from '../../src/ledger/verify/fault';
import { type Database, openDatabase, type Queryable } from '../../src/platform/postgres/database';
import { freshDatabase } from '../support/database';
import { created, message } from '../support/events';
import { openLedger, type TestLedger } from '../support/ledger';
import { TEST_LANES } from '../support/template';
import { afterTampering, forgeChain, verified } from './support/tampering';
import { type VariedLog, writeVariedLog } from './support/varied-log';

type Place = (log: VariedLog) => { readonly lane: number; readonly position: number };

/** Statements see the place as $1 (lane) and $2 (position). */
interface Tampering {
  readonly what: string;
  readonly at: Place;
  readonly sql: string;
  readonly kind: FaultKind;
  /** Where the fault shows, if elsewhere. */
  readonly shownAt?: Place;
}

const middle: Place = (log) => log.middle;
const last: Place = (log) => log.last;
const rejected: Place = (log) => log.rejected;
const noPlace: Place = () => ({ lane: 2, position: 0 });
const updateEvent = (set: string): string => `UPDATE es.event SET ${set} WHERE lane = $1 AND position = $2`;
const updateContent = (set: string): string =>
  `UPDATE es.content SET ${set} WHERE lane = $1 AND position = $2`;
const updateAppend = (set: string): string =>
  `UPDATE es.append SET ${set} WHERE lane = $1 AND last_position = $2`;
const ofItsTicket =
  '(tenant, ticket_id) = (SELECT e.tenant, e.ticket_id FROM es.event e WHERE e.lane = $1 AND e.position = $2)';

/** One change each, whatever it may drag along. */
const TAMPERINGS: readonly Tampering[] = [
  {
    what: 'an event is gone',
    at: middle,
    sql: 'DELETE FROM es.event WHERE lane = $1 AND position = $2',
    kind: 'position',
  },
  {
    what: 'the last event is gone',
    at: last,
    sql: 'DELETE FROM es.event WHERE lane = $1 AND position = $2',
    kind: 'position',
  },
  {
    what: 'an append row is gone',
    at: middle,
    sql: 'DELETE FROM es.append WHERE lane = $1 AND last_position = $2',
    kind: 'append_rows',
    shownAt: ({ rejected: before }) => before,
  },
  {
    what: 'the last append row is gone',
    at: last,
    sql: 'DELETE FROM es.append WHERE lane = $1 AND last_position = $2',
    kind: 'append_rows',
  },
  {
    what: 'an append row reaches too far',
    at: middle,
    sql: updateAppend('last_position = last_position + 1'),
    kind: 'append_rows',
  },
  {
    what: 'an event moved to another ticket',
    at: middle,
    sql: updateEvent("ticket_id = 'V-1-moved'"),
    kind: 'lane',
  },
  {
    what: 'an event stands in a lane that does not exist',
    at: () => ({ lane: TEST_LANES, position: 1 }),
    sql: `INSERT INTO es.event SELECT (jsonb_populate_record(e, jsonb_build_object(
            'lane', $1::int, 'position', $2::int, 'dedupe_key', 'x', 'version', 1, 'ticket_id', 'X'))).*
          FROM es.event e WHERE e.version = 1 LIMIT 1`,
    kind: 'lane',
  },
  {
    what: 'a lane has no lock row',
    at: noPlace,
    sql: 'DELETE FROM es.lane WHERE lane = $1 AND $2::int = 0',
    kind: 'lane',
  },
  {
    what: 'the instant of an event',
    at: middle,
    sql: updateEvent("recorded_at = recorded_at + interval '1 microsecond'"),
    kind: 'recorded_at',
  },
  {
    what: 'the instant of an append',
    at: middle,
    sql: updateAppend("recorded_at = recorded_at - interval '1 hour'"),
    kind: 'recorded_at',
  },
  { what: 'a version', at: middle, sql: updateEvent('version = 99'), kind: 'version' },
  {
    what: 'a link on the topic',
    at: last,
    sql: updateEvent('topic_prev = topic_prev - 1'),
    kind: 'topic_prev',
  },
  {
    what: 'a missing link on the topic',
    at: rejected,
    sql: updateEvent('topic_prev = 1 + coalesce(topic_prev, 0)'),
    kind: 'topic_prev',
  },
  {
    what: 'lost content',
    at: middle,
    sql: 'DELETE FROM es.content WHERE lane = $1 AND position = $2',
    kind: 'content_missing',
  },
  {
    what: 'other personal fields',
    at: last,
    sql: updateContent(`personal = '{"content": {"text": "never said"}}'`),
    kind: 'content',
  },
  { what: 'other raw bytes', at: last, sql: updateContent("raw = raw || ' '::bytea"), kind: 'content' },
  { what: 'another salt', at: last, sql: updateContent('salt = sha256(salt)'), kind: 'content' },
  {
    what: 'content erased by halves',
    at: last,
    sql: updateContent("salt = '', personal = '{}'"),
    kind: 'content',
  },
  {
    what: 'a lost head',
    at: last,
    sql: `DELETE FROM es.ticket_head WHERE ${ofItsTicket}`,
    kind: 'head_missing',
    shownAt: ({ rejected: { lane, position } }) => ({ lane, position: position - 2 }),
  },
  {
    what: 'a head of no event',
    at: noPlace,
    sql: `INSERT INTO es.ticket_head SELECT 'acme', 'nobody', $1, 1, head FROM es.ticket_head WHERE $2::int = 0 LIMIT 1`,
    kind: 'head_without_events',
  },
  {
    what: 'a status in a head',
    at: last,
    sql: `UPDATE es.ticket_head SET head = head || '{"status": "closed"}' WHERE ${ofItsTicket}`,
    kind: 'head',
  },
  {
    what: 'a field too many in a head',
    at: last,
    sql: `UPDATE es.ticket_head SET head = head || '{"vip": true}' WHERE ${ofItsTicket}`,
    kind: 'head',
  },
  {
    what: 'the revision of a head',
    at: last,
    sql: `UPDATE es.ticket_head SET revision = revision + 1 WHERE ${ofItsTicket}`,
    kind: 'head',
  },
  {
    what: 'the lane of a head',
    at: last,
    sql: `UPDATE es.ticket_head SET lane = (lane + 1) % 8 WHERE ${ofItsTicket}`,
    kind: 'head',
  },
  {
    what: 'the last place on a topic',
    at: middle,
    sql: updateAppend('last_on_events = 1'),
    kind: 'append_topics',
  },
  {
    what: 'the last rejection',
    at: middle,
    sql: updateAppend('last_on_rejections = NULL'),
    kind: 'append_topics',
  },
  { what: 'a digest', at: middle, sql: updateAppend('digest = sha256(digest)'), kind: 'append_digest' },
  {
    what: 'a follower that knows the future',
    at: ({ last: { lane, position } }) => ({ lane, position: position + 1 }),
    sql: `INSERT INTO es.follower (name, lane, position) VALUES ('tickets', $1, $2)`,
    kind: 'follower',
  },
];

const HASHED: Readonly<Record<string, string>> = {
  event_id: 'gen_random_uuid()',
  source: "'other'",
  source_event_id: 'NULL',
  source_type: "'other'",
  dedupe_key: "'other'",
  fingerprint: "''",
  natural_key: "'other'",
  type: "'other'",
  schema_version: '2',
  verdict: "'noop'",
  verdict_reason: "'other'",
  occurred_at: "occurred_at + interval '1 microsecond'",
  claimed_at: 'now()',
  received_at: "received_at + interval '1 microsecond'",
  flags: "'{late}'",
  data: `data || '{"x": 1}'`,
  after: `after || '{"cycle_no": 7}'`,
  correlation_id: 'NULL',
  causation_id: "'other'",
  traceparent: "'other'",
  key_id: "'k_2'",
  body_bytes: '0',
  hash: 'sha256(hash)',
};

describe('verify', () => {
  const database = freshDatabase();
  let node: TestLedger;
  let admin: Database;
  let log: VariedLog;

  beforeAll(async () => {
    node = openLedger(database);
    admin = openDatabase({ url: database.url, poolMax: 2, applicationName: 'test-admin' });
    log = await writeVariedLog(node);
  });

  afterAll(async () => {
    await node.close();
    await admin.close();
  });

  async function counted(): Promise<number> {
    const [row] = await admin.query<{ n: number }>({ text: 'SELECT count(*) AS n FROM es.event' });
    return row?.n ?? 0;
  }

  test('finds a log of every kind of event clean, with the rights of the app', async () => {
    const events = await counted();
    expect(events).toBeGreaterThan(170);
    expect(await verified(node.db)).toMatchObject({ ok: true, events, lanes: TEST_LANES, fault: null });
  });

  test.each(TAMPERINGS)('$what: $kind', async ({ at, sql, kind, shownAt }) => {
    const { lane, position } = at(log);
    const result = await afterTampering(admin, (tx) => tx.query({ text: sql, values: [lane, position] }));
    const shown = (shownAt ?? at)(log);
    expect(result).toMatchObject({ ok: false, fault: { kind, lane: shown.lane, position: shown.position } });
  });

  test.each(Object.entries(HASHED))('a changed %s does not fit the hash', async (column, value) => {
    const { lane, position } = log.middle;
    const text = updateEvent(`${column} = ${value}`);
    const result = await afterTampering(admin, (tx) => tx.query({ text, values: [lane, position] }));
    expect(result.fault).toMatchObject({ lane, position, kind: 'event_hash' });
  });

  test('a forged hash breaks the chain of its append', async () => {
    const { lane, position } = log.middle;
    const forge = async (tx: Queryable): Promise<void> => {
      const digest = `SELECT digest FROM es.append WHERE lane = $1 AND last_position = $2`;
      const [before] = await tx.query<{ digest: Buffer }>({ text: digest, values: [lane, position] });
      await tx.query({ text: updateEvent("correlation_id = 'forged'"), values: [lane, position] });
      await forgeChain(tx, lane);
      await tx.query({ text: updateAppend('digest = $3'), values: [lane, position, before?.digest] });
    };
    const result = await afterTampering(admin, forge);
    expect(result.fault).toMatchObject({ lane, position, kind: 'append_digest' });
  });

  test('erased content is no fault', async () => {
    const { lane, position } = log.middle;
    const text = updateContent("salt = '', personal = '{}', raw = ''");
    const result = await afterTampering(admin, (tx) => tx.query({ text, values: [lane, position] }));
    expect(result.ok).toBe(true);
  });

  test('of several faults the lowest is named, and what says most at that place', async () => {
    const { lane, position } = log.middle;
    const result = await afterTampering(admin, async (tx) => {
      await tx.query({ text: updateEvent("verdict_reason = 'x'"), values: [lane, position + 1] });
      await tx.query({ text: updateEvent("verdict_reason = 'x', version = 99"), values: [lane, position] });
    });
    expect(result.fault).toMatchObject({ lane, position, kind: 'version' });
  });

  test('sees one consistent log while others append', async () => {
    let open = true;
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let i = 0; open; i += 1) {
        await node.stored(created(`W-${writer}-${i}`));
        await Promise.all([1, 2, 3].map((n) => node.stored(message('V-1', 10 + i, `w-${writer}-${i}-${n}`))));
      }
    });
    const results = [];
    for (let round = 0; round < 8; round += 1) results.push(await verified(node.db));
    open = false;
    await Promise.all(writers);
    expect(results.map(({ fault }) => fault)).toEqual(results.map(() => null));
    expect(results.at(-1)?.events).toBeGreaterThan(results[0]?.events ?? 0);
  });
});
