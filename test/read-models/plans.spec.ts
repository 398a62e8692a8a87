import { FindTicketHandler, FindTicket } from '../../src/read-models/ticket/find-ticket';
import { ListTickets, ListTicketsHandler } from '../../src/read-models/ticket/list-tickets';
import { ticketQuery } from '../../src/read-models/ticket/ticket-query';
import { TicketTimeline, TicketTimelineHandler } from '../../src/read-models/timeline/ticket-timeline';
import {
  ListAgents,
  ListAgentsHandler,
  ListQueues,
  ListQueuesHandler,
} from '../../src/read-models/workload/workload';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { freshDatabase } from '../support/database';
import { created, event } from '../support/events';
import { startReading } from './support/reading';
import { type Explaining, explaining } from './support/explaining';

const TICKETS = 100_000;
const EVENTS = 100_000;
const AGENTS = 50;
/** What rpt.ticket is made of. */
const ROW = ['ticket', 'ticket_metrics'];
/** Of 100,000: reading more than this for one page is the wrong plan. */
const FEW = 2000;

/** Copies of one real row: one in a hundred is not done, one in a thousand is diverged, and so few are of tenant tiny. */
const FILL_TICKETS = `
  INSERT INTO rm_1.ticket SELECT r.* FROM (SELECT to_jsonb(t) AS row FROM rm_1.ticket t LIMIT 1) one,
    generate_series(1, ${TICKETS}) n,
    jsonb_populate_record(NULL::rm_1.ticket, one.row || jsonb_build_object(
      'ticket_id', 'fill-' || n,
      'tenant_id', CASE WHEN n % 997 = 0 THEN 'tiny' WHEN n % 10 = 3 THEN 'zeta' ELSE 'acme' END,
      'ticket_key', CASE WHEN n % 997 = 0 THEN 'tiny' WHEN n % 10 = 3 THEN 'zeta' ELSE 'acme' END || '/fill-' || n,
      'status', CASE WHEN n % 100 = 1 THEN 'open' ELSE 'closed' END,
      'status_category', CASE WHEN n % 100 = 1 THEN 'active' ELSE 'done' END,
      'is_diverged', n % 1000 = 2,
      'assignee_id', CASE WHEN n % 7 = 0 THEN NULL ELSE 'A' || n / 100 % ${AGENTS} END,
      'created_at', timestamptz '2026-03-02Z' + n * interval '1 minute',
      'last_event_at', timestamptz '2026-03-03Z' + (n * 7919 % ${TICKETS}) * interval '1 minute')) r`;

/** Every ticket has its figures beside it. */
const FILL_METRICS = `
  INSERT INTO rm_1.ticket_metrics SELECT r.* FROM
    (SELECT to_jsonb(m) AS row FROM rm_1.ticket_metrics m LIMIT 1) one, rm_1.ticket t,
    jsonb_populate_record(NULL::rm_1.ticket_metrics, one.row || jsonb_build_object(
      'tenant_id', t.tenant_id, 'ticket_id', t.ticket_id, 'ticket_key', t.ticket_key)) r
  WHERE t.ticket_id LIKE 'fill-%'`;

/** Behind one real event each: a long log of messages, and of agents who come and go. */
const FILL_EVENTS = `
  INSERT INTO es.event SELECT r.* FROM
    (SELECT to_jsonb(e) AS row FROM es.event e WHERE e.ticket_id = 'T-1') one,
    (SELECT to_jsonb(e) AS row FROM es.event e WHERE e.type = 'agent.status_changed') presence,
    generate_series(1, ${EVENTS}) n,
    jsonb_populate_record(NULL::es.event, CASE
      WHEN n % 5 = 0 THEN presence.row || jsonb_build_object(
        'data', jsonb_build_object('agent_id', 'A' || n % ${AGENTS * 5} / 5, 'status', 'online'),
        'occurred_at', timestamptz '2026-03-02Z' + n * interval '1 minute')
      ELSE one.row || jsonb_build_object('ticket_id', 'fill-' || n / 20, 'version', n % 20 + 1)
    END || jsonb_build_object('lane', 0, 'position', 1000 + n, 'dedupe_key', 'fill-' || n)) r`;

describe('on large tables', () => {
  const database = freshDatabase();
  let app: Database;
  let analyst: Explaining;
  let db: Explaining;

  beforeAll(async () => {
    const reading = await startReading(database);
    await reading.projected(created('T-1'), event('agent.status_changed', null, 1));
    await reading.app.close();
    const admin = openDatabase({ url: database.url, poolMax: 1, applicationName: 'test-admin' });
    await admin.query({ text: FILL_TICKETS });
    await admin.query({ text: FILL_METRICS });
    await admin.query({ text: FILL_EVENTS });
    await admin.query({ text: 'ANALYZE rm_1.ticket, rm_1.ticket_metrics, es.event' });
    await admin.close();
    const as = (role: string): Database =>
      openDatabase({ url: database.url, poolMax: 1, applicationName: 'test-plans', role });
    app = as('casetrail_app');
    db = explaining(app);
    analyst = explaining(as('casetrail_analyst'));
  });

  afterAll(async () => {
    await app.close();
    await analyst.close();
  });

  /** By index, and no more rows than the question is worth. */
  function expectFew(from: Explaining, tables: readonly string[], most = FEW): void {
    const accesses = from.accesses();
    expect(new Set(accesses.map(({ table }) => table))).toEqual(new Set(tables));
    expect(accesses.filter(({ by }) => by === 'Seq Scan')).toEqual([]);
    expect(accesses.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThan(most);
  }

  describe.each([['acme'], ['tiny'], [null]])('a page of tickets of tenant %s', (tenant) => {
    test.each([
      {},
      { sort: 'created_at' },
      { sort: '-last_event_at' },
      { sort: 'last_event_at' },
      { status: 'open' },
      { status: ['open', 'pending'], sort: '-last_event_at' },
      { status_category: 'active,waiting_customer' },
      { status_category: 'active', assignee: 'none' },
      { assignee: 'A13' },
      { assignee: 'none' },
      { is_diverged: 'true' },
      { created_from: '2026-04-01T00:00:00Z', created_to: '2026-04-02T00:00:00Z' },
      { updated_from: '2026-04-01T00:00:00Z', sort: 'last_event_at' },
      { assignee: 'A13', status_category: 'active' },
    ])('%j and the next', async (asked) => {
      const handler = new ListTicketsHandler(db);
      const first = await handler.execute(new ListTickets(ticketQuery.parse(asked), tenant));
      expect(first.items.length).toBeGreaterThan(tenant === 'tiny' ? -1 : 0);
      expectFew(db, ROW);
      if (first.next === null) return;
      const rest = await handler.execute(
        new ListTickets(ticketQuery.parse({ ...asked, cursor: first.next }), tenant),
      );
      expect(rest.items.length).toBeGreaterThan(0);
      expectFew(db, ROW);
    });
  });

  test('a page in the middle costs what the first one costs', async () => {
    const handler = new ListTicketsHandler(db);
    let cursor: string | undefined;
    for (let n = 0; n < 5; n += 1) {
      const page = await handler.execute(new ListTickets(ticketQuery.parse({ limit: 200, cursor }), null));
      cursor = page.next ?? undefined;
      expectFew(db, ROW);
    }
  });

  test('one ticket', async () => {
    const handler = new FindTicketHandler(db);
    await handler.execute(new FindTicket({ id: 'fill-11', tenant: null, source: null }));
    await handler.execute(new FindTicket({ id: 'acme/fill-11', tenant: 'acme', source: null }));
    expectFew(db, ROW, 10);
  });

  test('a timeline', async () => {
    const handler = new TicketTimelineHandler(db);
    const address = { id: 'acme/fill-11', tenant: null, source: null };
    const page = await handler.execute(
      new TicketTimeline(address, { view: 'internal', cursor: null, limit: 10 }),
    );
    expect(page.items).toHaveLength(10);
    expectFew(db, [...ROW, 'event', 'content'], 100);
  });

  test("the analysts' timeline of one ticket", async () => {
    const rows = await analyst.query({
      text: `SELECT * FROM rpt.ticket_timeline WHERE ticket_key = 'acme/fill-11' ORDER BY at, position`,
    });
    expect(rows).toHaveLength(16);
    expectFew(analyst, ['ticket', 'event'], 100);
  });

  test('agents and queues', async () => {
    const agents = await new ListAgentsHandler(db).execute(new ListAgents('acme'));
    expect(agents.items.length).toBeGreaterThanOrEqual(AGENTS);
    expectFew(db, [...ROW, 'event'], 3 * FEW);
    const queues = await new ListQueuesHandler(db).execute(new ListQueues(null));
    expect(queues.items.length).toBeGreaterThan(0);
    expectFew(db, ROW, 2 * FEW);
  });

  test('who is there', async () => {
    const rows = await analyst.query({ text: `SELECT * FROM rpt.agent_presence` });
    expect(rows).toHaveLength(AGENTS + 1);
    expectFew(analyst, ['event'], 10 * AGENTS);
  });
});
