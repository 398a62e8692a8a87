import { type Projection } from '../../src/followers/projections/projection';
import { type Row } from '../../src/followers/projections/table';
import { type TicketHistory } from '../../src/followers/projections/ticket-history';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { SlaConfigStore } from '../../src/sla/sla-config-store';
import { SlaProjection } from '../../src/sla/projection/sla-projection';
import { rebuildNow } from '../followers/support/rebuilding';
import { freshDatabase } from '../support/database';
import { apply, at, moves, opening, policy, says } from './support/past';
import { SteppedNode } from './support/stepped-node';

/** What newer code makes of a row: null = it makes none. */
type Change = (table: string, row: Row, history: TicketHistory) => Row | null;

describe('figures that newer code makes otherwise', () => {
  const database = freshDatabase();
  let node: SteppedNode;
  let db: Database;
  let codeVersion: number;

  beforeAll(async () => {
    node = await SteppedNode.open(database);
    // As its owner: the tables of yesterday are altered below.
    db = openDatabase({ url: database.url, poolMax: 2, applicationName: 'test' });
    ({ codeVersion } = new SlaProjection(new SlaConfigStore(db, () => 0), null));
    await apply(db, { policy, tenant: 'acme' });
    for (const id of ['done', 'same']) {
      await node.stored(opening(id), says(id, 10, 'agent', `${id}-1`), moves(id, 200, 'open', 'resolved'));
    }
    await node.stored(opening('open'), says('open', 10, 'agent', 'open-1'));
    await node.stored(opening('paused'), moves('paused', 20, 'open', 'pending'));
    await node.stored(opening('waiting'));
    await node.project();
    const [live] = await rows(`SELECT code_version FROM app.projection WHERE name = 'sla'`);
    codeVersion = Number(live?.['code_version']);
  });
  afterAll(() => Promise.all([node.close(), db.close()]));

  const rows = (text: string, ...values: unknown[]): Promise<Record<string, unknown>[]> =>
    db.query({ text, values });
  const restated = (since = '-infinity'): Promise<Record<string, unknown>[]> =>
    rows(
      `
      SELECT r.ticket_id AS ticket, concat_ws('.', r.table_name, i.metric, r.column_name) AS figure,
             r.old_value AS old, r.new_value AS new
      FROM rpt.metric_revision r LEFT JOIN rpt.sla_instance i USING (ticket_key, instance_id)
      WHERE r.cause = 'code_version' AND r.changed_at > $1::timestamptz ORDER BY 1, 2`,
      since,
    );

  /** As the next release would make the rows; or, of the same version, as this one does. */
  function projection(change: Change, version: number): Projection {
    const sla = new SlaProjection(new SlaConfigStore(db, () => 0), null);
    return {
      name: sla.name,
      tables: sla.tables,
      codeVersion: version,
      prepare: () => sla.prepare(),
      rows: (history) =>
        sla.rows(history).map((own, n) =>
          own.flatMap((row) => {
            const made = change(sla.tables[n]?.name ?? '', row, history);
            return made === null ? [] : [made];
          }),
        ),
      outdated: (...wanted) => sla.outdated(...wanted),
      replacing: (...replaced) => sla.replacing(...replaced),
      carryOver: (...schemas) => sla.carryOver(...schemas),
    };
  }

  async function rebuilt(change: Change, version: number): Promise<void> {
    await rebuildNow(database.url, [projection(change, version)]);
    codeVersion = version;
  }

  /** The rows that a change leads to, and none any more once it is taken back by the code of then. */
  async function restatedBy(change: Change): Promise<Record<string, unknown>[]> {
    const [{ since } = {}] = await rows('SELECT clock_timestamp()::text AS since');
    await rebuilt(change, codeVersion + 1);
    const found = await restated(String(since));
    await rebuilt((_table, row) => row, codeVersion);
    return found;
  }

  const only =
    (ticket: string, table: string, changed: Row): Change =>
    (name, row) =>
      name === table && row['ticket_id'] === ticket ? { ...row, ...changed } : row;

  it('are kept as they were published, with the day whose reports hold them', async () => {
    const found = await restatedBy(
      only('done', 'ticket_metrics', {
        first_response_seconds: 601,
        first_resolved_at: Date.parse(at(199)),
        is_one_touch: false,
        unresolved_ms: 11_940_999,
      }),
    );
    const figure = (column: string, old: string, fresh: string): object => ({
      ticket: 'done',
      figure: `ticket_metrics.${column}`,
      old,
      new: fresh,
    });
    expect(found).toEqual([
      figure('active_seconds', '12000', '11940'),
      figure('first_resolved_at', at(200), at(199)),
      figure('first_response_seconds', '600', '601'),
      figure('is_one_touch', 'true', 'false'),
      figure('unresolved_seconds', '12000', '11940'),
    ]);
    const dates = await rows(
      `SELECT column_name, reporting_date::text AS day, cause_event_id, lateness_seconds FROM rpt.metric_revision
       WHERE cause = 'code_version' AND column_name LIKE 'first\\_res%' ORDER BY 1`,
    );
    const unknown = { cause_event_id: null, lateness_seconds: null };
    expect(dates).toEqual([
      { column_name: 'first_resolved_at', day: at(200).slice(0, 10), ...unknown },
      { column_name: 'first_response_seconds', day: at(0).slice(0, 10), ...unknown },
    ]);
  });

  it('are none where it is not newer, whatever the rows are', async () => {
    const before = await restated();
    await rebuilt(only('done', 'ticket_metrics', { first_response_seconds: 601 }), codeVersion);
    expect(await restated()).toEqual(before);
    await rebuilt((_table, row) => row, codeVersion);
  });

  it('are none where newer code makes the same', async () => {
    expect(await restatedBy((_table, row) => row)).toEqual([]);
  });

  it('are none of those that grow by themselves', async () => {
    const longer = (row: Row, ...columns: string[]): Row => ({
      ...row,
      ...Object.fromEntries(columns.map((column) => [column, Number(row[column]) + 5000])),
    });
    const found = await restatedBy((table, row) => {
      const isOpen = row['ticket_id'] === 'open' || row['ticket_id'] === 'waiting';
      if (isOpen && table === 'ticket_metrics') {
        const more = row['ticket_id'] === 'waiting' ? ['unanswered_ms'] : [];
        return longer(row, 'unresolved_ms', 'unassigned_ms', 'unresolved_business_ms', ...more);
      }
      if (row['ticket_id'] === 'paused' && table === 'ticket_metrics') return longer(row, 'waiting_ms');
      if (table !== 'sla_instance') return row;
      if (row['stage'] === 'running') return longer(row, 'elapsed_ms');
      return row['stage'] === 'paused' ? longer(row, 'paused_ms') : row;
    });
    // What is left of the unresolved time is our own, and that stands still while the customer is waited for.
    expect(found).toEqual([
      { ticket: 'paused', figure: 'ticket_metrics.active_seconds', old: '1200', new: '1195' },
    ]);
  });

  it('are what an instance of an SLA was, and what time alone has made of it', async () => {
    const found = await restatedBy((table, row) => {
      const isWanted = table === 'sla_instance' && row['metric'] === 'resolution';
      if (!isWanted || row['ticket_id'] !== 'open') return row;
      return { ...row, due_at: Date.now() + 3_600_000, breaks_at: Date.now() + 3_600_001 };
    });
    expect(found.map(({ figure, old, new: fresh }) => [figure, old, fresh])).toEqual([
      ['sla_instance.resolution.breach_cause', 'deadline', null],
      ['sla_instance.resolution.breach_target_seconds', '7200', null],
      ['sla_instance.resolution.breached', 'true', 'false'],
      ['sla_instance.resolution.breached_at', at(120), null],
      ['sla_instance.resolution.due_at', at(120), expect.stringMatching(/^2\d{3}-.*Z$/) as string],
      ['sla_instance.resolution.outcome', 'breaching', 'at_risk'],
    ]);
  });

  it('are whose ticket it was when time alone broke the promise, though the instance itself stays as it is', async () => {
    expect(await restatedBy(only('open', 'assignment_interval', { agent_id: 'A7' }))).toEqual([
      { ticket: 'open', figure: 'sla_instance.resolution.owner_at_breach', old: null, new: 'A7' },
    ]);
  });

  it('are all of an instance that newer code no longer knows, null since', async () => {
    const found = await restatedBy((table, row) =>
      table === 'sla_instance' && row['ticket_id'] === 'done' && row['metric'] === 'resolution' ? null : row,
    );
    expect(found.every(({ new: fresh }) => fresh === null)).toBe(true);
    const values = found.map(({ figure, old }) => `${String(figure)} ${String(old)}`);
    const expected = [
      'metric resolution',
      'outcome breached',
      'elapsed_seconds 12000',
      `started_at ${at(0)}`,
      `stopped_at ${at(200)}`,
    ];
    // Its own metric is gone with it.
    expect(values).toEqual(expect.arrayContaining(expected.map((one) => `sla_instance.${one}`)));
    expect(values.join()).not.toContain('config_revision');
  });

  it('are told of what old tables can tell, where they have another shape', async () => {
    const [{ generation } = {}] = await rows(`SELECT generation FROM app.projection WHERE name = 'sla'`);
    const table = `rm_${String(generation)}.ticket_metrics`;
    await rows(`ALTER TABLE ${table} ADD COLUMN of_yesterday text`);
    const found = await restatedBy(only('done', 'ticket_metrics', { private_notes: 1 }));
    expect(found).toEqual([{ ticket: 'done', figure: 'ticket_metrics.private_notes', old: '0', new: '1' }]);
  });

  it('are not written down by a dry run', async () => {
    const before = await restated();
    const change = only('done', 'ticket_metrics', { first_response_seconds: 601 });
    await rebuildNow(database.url, [projection(change, codeVersion + 1)], { isDryRun: true });
    expect(await restated()).toEqual(before);
  });
});
