import { type Projection } from '../../src/followers/projections/projection';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { ticketProjection } from '../../src/read-models/ticket/ticket-projection';
import { freshDatabase } from '../support/database';
import { openLedger, type TestLedger } from '../support/ledger';
import {
  appendTickets,
  expectPureFold,
  generations,
  type ProjectingNode,
  projectionsOn,
  rebuildNow,
  startProjecting,
  storageSchemas,
} from './support/rebuilding';

const TICKETS = 40;

jest.setTimeout(120_000);

describe('a rebuild', () => {
  const database = freshDatabase();
  let db: Database;
  let ledger: TestLedger;
  let node: ProjectingNode;

  beforeAll(async () => {
    db = openDatabase({ url: database.url, poolMax: 4, applicationName: 'test' });
    ledger = openLedger(database);
    node = startProjecting(database.url);
    await appendTickets(ledger, 'first', TICKETS);
    await expectPureFold(db);
  });
  afterAll(async () => {
    await node.stop();
    await ledger.close();
    await db.close();
  });

  async function run(text: string): Promise<Record<string, unknown>[]> {
    return db.query({ text });
  }

  it('puts equal tables in the place of the old ones, and a running node goes on in them', async () => {
    const report = await rebuildNow(database.url, projectionsOn(db));
    expect(report).toMatchObject({ generation: 2, isSwapped: true, isResumed: false, events: TICKETS * 5 });
    expect(report.differences).toEqual([]);
    expect(await generations(db)).toEqual({ ticket: 2, sla: 2 });
    expect(await storageSchemas(db)).toEqual(['rm_2']);
    await appendTickets(ledger, 'second', TICKETS);
    await expectPureFold(db);
    const [shown] = await run(
      'SELECT count(*)::int AS tickets, min(projection_version) AS version FROM rpt.ticket',
    );
    expect(shown).toEqual({ tickets: 2 * TICKETS, version: 2 });
  });

  it('leaves a checksum of its rows that another rebuild of the same log finds again', async () => {
    const text = `SELECT projection, lane, checksum FROM rpt.projection_state ORDER BY 1, 2`;
    await rebuildNow(database.url, projectionsOn(db));
    const before = await run(text);
    await rebuildNow(database.url, projectionsOn(db));
    expect(before.filter(({ checksum }) => checksum !== null).length).toBeGreaterThan(8);
    expect(await run(text)).toEqual(before);
  });

  it('of one projection leaves the other one where it is', async () => {
    const before = await generations(db);
    await rebuildNow(database.url, [ticketProjection]);
    const after = await generations(db);
    expect(after).toEqual({ sla: before['sla'], ticket: (before['ticket'] ?? 0) + 1 });
    expect(await storageSchemas(db)).toEqual([`rm_${after['sla']}`, `rm_${after['ticket']}`]);
    await expectPureFold(db);
  });

  it('shows exactly the rows and columns that would change, and as a dry run changes nothing', async () => {
    const { ticket: generation = 0 } = await generations(db);
    const storage = `rm_${generation}.ticket`;
    await run(`UPDATE ${storage} SET status = 'open', team_id = 'planted' WHERE ticket_key = 'acme/first-1'`);
    await run(`DELETE FROM ${storage} WHERE ticket_key = 'acme/first-2'`);
    await run(`UPDATE ${storage} SET ticket_key = 'acme/nobody' WHERE ticket_key = 'acme/first-3'`);
    const schemas = await storageSchemas(db);

    const dry = await rebuildNow(database.url, [ticketProjection], { isDryRun: true });
    const row = { table: 'ticket', key: {}, columns: {} };
    expect(dry.differences).toEqual([
      {
        ...row,
        ticketKey: 'acme/first-1',
        change: 'changed',
        columns: { status: { old: 'open', new: 'resolved' }, team_id: { old: 'planted', new: null } },
      },
      { ...row, ticketKey: 'acme/first-2', change: 'added' },
      { ...row, ticketKey: 'acme/first-3', change: 'added' },
      { ...row, ticketKey: 'acme/nobody', change: 'missing' },
    ]);
    expect(dry).toMatchObject({ isSwapped: false, diff: { changed: 1, added: 2, missing: 1, leftOut: 0 } });
    expect(await generations(db)).toMatchObject({ ticket: generation });
    expect(await storageSchemas(db)).toEqual(schemas);
    expect(await run('SELECT FROM app.rebuild')).toEqual([]);
    expect(await run(`SELECT FROM rpt.ticket WHERE team_id = 'planted'`)).toHaveLength(1);

    await rebuildNow(database.url, [ticketProjection]);
    await expectPureFold(db);
  });

  it('tells by the rest of its key which of a ticket’s rows would change', async () => {
    const { sla: generation = 0 } = await generations(db);
    await run(
      `UPDATE rm_${generation}.status_interval SET status = 'pending' WHERE ticket_key = 'acme/first-5' AND seq = 2`,
    );
    const { differences } = await rebuildNow(database.url, projectionsOn(db));
    expect(differences).toEqual([
      {
        table: 'status_interval',
        ticketKey: 'acme/first-5',
        key: { seq: 2 },
        change: 'changed',
        columns: { status: { old: 'pending', new: 'in_progress' } },
      },
    ]);
    await expectPureFold(db);
  });

  it('keeps grants on the views and what others have built on them', async () => {
    await run('CREATE ROLE rebuild_test_reader');
    await run('GRANT SELECT ON rpt.ticket TO rebuild_test_reader');
    await run('CREATE VIEW public.mine AS SELECT ticket_key, projection_version FROM rpt.ticket');
    const { generation } = await rebuildNow(database.url, projectionsOn(db));
    const [seen] = await run(`
      SELECT count(*)::int AS tickets, min(projection_version) AS version,
             has_table_privilege('rebuild_test_reader', 'rpt.ticket', 'SELECT') AS granted
      FROM public.mine`);
    expect(seen).toEqual({ tickets: 2 * TICKETS, version: generation, granted: true });
    await run('DROP VIEW public.mine; REVOKE ALL ON rpt.ticket FROM rebuild_test_reader');
    await run('DROP ROLE rebuild_test_reader');
  });

  it('names what is built on a view that gets other columns, and goes on once that is gone', async () => {
    await run('DROP VIEW rpt.verdict_change');
    await run('CREATE VIEW rpt.verdict_change AS SELECT 1 AS other');
    await run('CREATE VIEW public.theirs AS SELECT other FROM rpt.verdict_change');
    const before = await generations(db);
    await expect(rebuildNow(database.url, projectionsOn(db))).rejects.toThrow(/view public\.theirs/);
    expect(await generations(db)).toEqual(before);
    await run('DROP VIEW public.theirs');
    expect(await rebuildNow(database.url, projectionsOn(db))).toMatchObject({
      isResumed: true,
      isSwapped: true,
    });
    expect(await run('SELECT verdict_now FROM rpt.verdict_change')).toHaveLength(2 * TICKETS);
    await expectPureFold(db);
  });

  it('by other code lets a projection carry over what the log does not tell, in the transaction of the swap', async () => {
    const seen: string[] = [];
    const carrying: Projection = {
      ...ticketProjection,
      codeVersion: ticketProjection.codeVersion + 1,
      carryOver: async (tx, oldSchema, newSchema) => {
        seen.push(oldSchema, newSchema);
        await tx.query({
          text: `UPDATE ${newSchema}.ticket SET team_id = 'kept' WHERE ticket_key = 'acme/first-1'`,
        });
      },
    };
    const { ticket: generation = 0 } = await generations(db);
    const report = await rebuildNow(database.url, [carrying]);
    expect(seen).toEqual([`rm_${generation}`, `rm_${report.generation}`]);
    expect(await run(`SELECT FROM rpt.ticket WHERE team_id = 'kept'`)).toHaveLength(1);

    await rebuildNow(database.url, [carrying]);
    expect(seen).toHaveLength(2);
    expect(await run(`SELECT FROM rpt.ticket WHERE team_id = 'kept'`)).toEqual([]);
    await rebuildNow(database.url, [ticketProjection]);
  });
});
