import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { type Access, type Explaining, explaining } from '../read-models/support/explaining';
import { freshDatabase } from '../support/database';
import { type AnalystsDesk, openAnalystsDesk } from './support/desk';

const ROWS = 50_000;
const DAYS = 500;
/** More than this for one day, or one instant, is the wrong plan. A block range of the log is read as a whole. */
const FEW = 8000;
const FROM = `timestamptz '2020-01-01Z'`;
const DAY_400 = `${FROM} + interval '400 days'`;

/** Copies of one row that is of the kind; n tells them apart. */
function copies(table: string, of: string, changes: string): string {
  return `
    INSERT INTO ${table} SELECT made.* FROM (SELECT to_jsonb(t) AS row FROM ${table} t WHERE ${of} LIMIT 1) one,
      generate_series(1, ${ROWS}) n,
      jsonb_populate_record(NULL::${table}, one.row || jsonb_build_object(${changes})) made`;
}

/** 100 a day. */
const AT = `${FROM} + n * interval '${DAYS} days' / ${ROWS}`;
const TICKET = `'ticket_id', 'fill-' || n, 'ticket_key', 'acme/fill-' || n`;

const FILL = [
  copies(
    'rm_1.ticket',
    `status = 'closed'`,
    `${TICKET}, 'created_at', ${AT}, 'creation_inferred', n % 1000 = 0`,
  ),
  copies(
    'rm_1.ticket_metrics',
    'settled_at IS NOT NULL',
    `${TICKET}, 'created_at', ${AT}, 'last_resolved_at', ${AT}`,
  ),
  copies(
    'rm_1.sla_instance',
    `outcome = 'met'`,
    `${TICKET}, 'instance_id', gen_random_uuid(), 'stopped_at', ${AT}`,
  ),
  copies('rm_1.message_fact', 'true', `${TICKET}, 'occurred_at', ${AT}`),
  copies('rm_1.response_turn', `outcome = 'answered'`, `${TICKET}, 'ended_at', ${AT}`),
  copies(
    'rm_1.status_interval',
    'to_at IS NOT NULL',
    `${TICKET}, 'from_at', ${AT}, 'to_at', ${AT} + interval '1 day'`,
  ),
  copies(
    'es.event',
    `type = 'message.received'`,
    `'position', 1000000 + n, 'dedupe_key', 'fill-' || n, 'ticket_id', 'fill-' || n, 'version', 1,
     'received_at', ${AT}, 'occurred_at', ${AT}`,
  ),
  'VACUUM ANALYZE',
];

const QUESTIONS: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'figures of what was solved in a day',
    `SELECT count(*) AS n, percentile_disc(0.9) WITHIN GROUP (ORDER BY full_resolution_seconds) AS p90
     FROM rpt.ticket_metrics WHERE last_resolved_at >= ${DAY_400} AND last_resolved_at < ${DAY_400} + interval '1 day'`,
    ['ticket_metrics'],
  ],
  [
    'promises that ended in a day',
    `SELECT count(*) AS n FROM rpt.sla_instance
     WHERE stopped_at >= ${DAY_400} AND stopped_at < ${DAY_400} + interval '1 day'`,
    ['sla_instance'],
  ],
  [
    'messages of a day',
    `SELECT count(*) AS n FROM rpt.message_fact
     WHERE occurred_at >= ${DAY_400} AND occurred_at < ${DAY_400} + interval '1 day'`,
    ['message_fact'],
  ],
  [
    'messages of a day in Berlin',
    `SELECT count(*) AS n FROM rpt.message_fact
     WHERE occurred_at >= '2021-02-04'::timestamp AT TIME ZONE 'Europe/Berlin'
       AND occurred_at < '2021-02-05'::timestamp AT TIME ZONE 'Europe/Berlin'`,
    ['message_fact'],
  ],
  [
    'waits that ended in a day',
    `SELECT count(*) AS n FROM rpt.response_turn
     WHERE ended_at >= ${DAY_400} AND ended_at < ${DAY_400} + interval '1 day'`,
    ['response_turn'],
  ],
  [
    'what was in the backlog at an instant',
    `SELECT count(*) AS n FROM rpt.status_interval WHERE tstzrange(from_at, to_at) @> ${DAY_400}`,
    ['status_interval'],
  ],
  [
    'tickets of a day',
    `SELECT count(*) AS n FROM rpt.ticket
     WHERE tenant_id = 'acme' AND created_at >= ${DAY_400} AND created_at < ${DAY_400} + interval '1 day'`,
    ['ticket'],
  ],
  [
    'how the sources delivered on a day',
    `SELECT sum(events) AS n FROM rpt.delivery_quality_daily WHERE day = '2021-02-04'`,
    ['event', 'ticket'],
  ],
  [
    'how the sources delivered in a week',
    `SELECT sum(events) AS n FROM rpt.delivery_quality_daily WHERE day >= '2021-02-01' AND day < '2021-02-08'`,
    ['event', 'ticket'],
  ],
];

jest.setTimeout(240_000);

describe('on large tables, an analyst is answered from an index', () => {
  const database = freshDatabase();
  let desk: AnalystsDesk;
  let pool: Database;
  let analyst: Explaining;

  beforeAll(async () => {
    desk = await openAnalystsDesk(database);
    for (const text of FILL) await desk.superuser.query({ text });
    pool = openDatabase({
      url: database.url,
      poolMax: 1,
      applicationName: 'test-analyst',
      role: 'casetrail_analyst',
    });
    analyst = explaining(pool);
  });
  afterAll(async () => {
    await pool.close();
    await desk.close();
  });

  function ofLarge(accesses: readonly Access[]): readonly Access[] {
    return accesses.filter(({ table }) => table !== 'duplicate_count');
  }

  it.each(QUESTIONS)('%s', async (_, text, tables) => {
    const [answer] = await analyst.query<{ n: number }>({ text });
    expect(Number(answer?.n)).toBeGreaterThan(ROWS / DAYS / 2);
    const accesses = ofLarge(analyst.accesses());
    expect(new Set(accesses.map(({ table }) => table))).toEqual(new Set(tables));
    expect(accesses.filter(({ by }) => by === 'Seq Scan')).toEqual([]);
    expect(accesses.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThan(FEW);
  });
});
