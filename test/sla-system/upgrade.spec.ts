import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { migrate } from '../../src/platform/postgres/migrate';
import { projectionsOn, rebuildNow } from '../followers/support/rebuilding';
import { freshDatabase } from '../support/database';
import { event } from '../support/events';
import { TEST_LANES } from '../support/template';
import { apply, opening, past, policy, says } from './support/past';
import { SteppedNode } from './support/stepped-node';

describe('an installation whose tables were made before escalations counted by themselves', () => {
  const database = freshDatabase();
  let db: Database;
  let node: SteppedNode;

  beforeAll(async () => {
    db = openDatabase({ url: database.url, poolMax: 2, applicationName: 'test' });
    await apply(db, { policy, tenant: 'acme' });
    const before = await SteppedNode.open(database);
    for (const id of ['busy', 'quiet']) {
      await before.stored(opening(id), says(id, 10, 'agent', `${id}-1`));
      await before.stored(past(event('escalation.fired', id, 100, { body: { metric: 'resolution' } })));
    }
    await before.project();
    await before.close();
    // As the version before left it.
    await db.query({ text: 'ALTER TABLE rm_1.ticket_metrics DROP COLUMN escalation_counts_from CASCADE' });
    await db.query({ text: 'UPDATE rm_1.ticket_metrics SET vendor_escalation_lag_seconds = NULL' });
    await db.query({ text: 'DELETE FROM app.views' });
    await db.query({ text: `DELETE FROM casetrail_migration WHERE name LIKE '0012%'` });
    await migrate({ url: database.url, lanes: TEST_LANES });
    node = await SteppedNode.open(database);
  });
  afterAll(() => Promise.all([node.close(), db.close()]));

  const lags = (): Promise<unknown[]> =>
    db.query({
      text: `SELECT ticket_id AS id, vendor_escalation_lag_seconds AS lag FROM rpt.ticket_metrics ORDER BY 1`,
    });

  it('shows what was computed before', async () => {
    expect(await lags()).toEqual([
      { id: 'busy', lag: null },
      { id: 'quiet', lag: null },
    ]);
  });

  it('computes anew where something happens', async () => {
    await node.stored(says('busy', 110, 'customer', 'busy-2'));
    await node.project();
    expect(await lags()).toEqual([
      { id: 'busy', lag: -1200 },
      { id: 'quiet', lag: null },
    ]);
  });

  it('computes all of it anew in a rebuild', async () => {
    await rebuildNow(database.url, projectionsOn(db));
    expect(await lags()).toEqual([
      { id: 'busy', lag: -1200 },
      { id: 'quiet', lag: -1200 },
    ]);
  });
});
