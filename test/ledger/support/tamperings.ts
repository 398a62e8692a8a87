import { type FaultKind } from '../../../src/ledger/verify/fault';
import { TEST_LANES } from '../../support/template';
import { type VariedLog } from './varied-log';

type Place = (log: VariedLog) => { readonly lane: number; readonly position: number };

/** Statements see the place as $1 (lane) and $2 (position). */
export interface Tampering {
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
export const updateEvent = (set: string): string =>
  `UPDATE es.event SET ${set} WHERE lane = $1 AND position = $2`;
export const updateContent = (set: string): string =>
  `UPDATE es.content SET ${set} WHERE lane = $1 AND position = $2`;
export const updateAppend = (set: string): string =>
  `UPDATE es.append SET ${set} WHERE lane = $1 AND last_position = $2`;
const ofItsTicket =
  '(tenant, ticket_id) = (SELECT e.tenant, e.ticket_id FROM es.event e WHERE e.lane = $1 AND e.position = $2)';

/** One change each, whatever it may drag along. */
export const TAMPERINGS: readonly Tampering[] = [
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
    sql: `UPDATE es.ticket_head SET head = (head::jsonb || '{"status": "closed"}')::json WHERE ${ofItsTicket}`,
    kind: 'head',
  },
  {
    what: 'a field too many in a head',
    at: last,
    sql: `UPDATE es.ticket_head SET head = (head::jsonb || '{"vip": true}')::json WHERE ${ofItsTicket}`,
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

/** Columns that the hash alone protects, with another value. */
export const HASHED: Readonly<Record<string, string>> = {
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
