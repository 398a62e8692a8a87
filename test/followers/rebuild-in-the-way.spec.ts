import { Client } from 'pg';
import { type Projection } from '../../src/followers/projections/projection';
import { type Database, openDatabase } from '../../src/platform/postgres/database';
import { type Row } from '../../src/followers/projections/table';
import { ticketProjection } from '../../src/read-models/ticket/ticket-projection';
import { freshDatabase } from '../support/database';
import { openLedger, type TestLedger } from '../support/ledger';
import {
  appendTickets,
  expectPureFold,
  type ProjectingNode,
  projectionsOn,
  rebuildNow,
  startProjecting,
} from './support/rebuilding';

const TICKETS = 40;
const POISONED = 'acme/first-7';

jest.setTimeout(120_000);

/** As code that meets something it was not written for. */
const throwing: Projection = {
  ...ticketProjection,
  rows: (history) => {
    if (history.key === POISONED) throw new Error('no idea what this is');
    return ticketProjection.rows(history);
  },
};

/** As code that puts into a column what does not belong there. */
function withCell(cell: Row): Projection {
  return {
    ...ticketProjection,
    rows: (history) => {
      const [state = [], verdicts = []] = ticketProjection.rows(history);
      return [state.map((row) => (history.key === POISONED ? { ...row, ...cell } : row)), verdicts];
    },
  };
}

/** As code that gives two rows one place. */
const doubling: Projection = {
  ...ticketProjection,
  rows: (history) => {
    const [state = [], verdicts = []] = ticketProjection.rows(history);
    return [history.key === POISONED ? [...state, ...state] : state, verdicts];
  },
};

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

  async function connected(): Promise<Client> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    return client;
  }

  it.each([
    ['throws at', throwing, 'no idea what this is'],
    ['gives half an int for', withCell({ cycle_no: 0.5 }), 'ticket.cycle_no: 0.5 is not an int'],
    ['gives no number for', withCell({ cycle_no: '7' }), 'ticket.cycle_no: "7" is not a number'],
    ['gives no boolean for', withCell({ is_complete: 'yes' }), 'ticket.is_complete: "yes" is not a boolean'],
    ['gives no list for', withCell({ quality_flags: 'late' }), 'ticket.quality_flags: "late" is not a list'],
    ['makes rows of that PostgreSQL refuses', withCell({ team_id: 'a\0b' }), 'invalid byte sequence'],
    ['makes two rows with one key of', doubling, 'the same key'],
  ])('parks the ticket that its projection %s, and all others are there', async (_, broken, error) => {
    expect(await rebuildNow(database.url, [broken])).toMatchObject({ isSwapped: true, parkedTickets: 1 });
    const parked = await db.query({ text: 'SELECT ticket_key, error FROM rpt.parked_ticket' });
    expect(parked).toEqual([{ ticket_key: POISONED, error: expect.stringContaining(error) as string }]);
    expect(await db.query({ text: 'SELECT FROM rpt.ticket' })).toHaveLength(TICKETS - 1);

    expect(await rebuildNow(database.url, [ticketProjection])).toMatchObject({ parkedTickets: 0 });
    expect(await db.query({ text: 'SELECT FROM rpt.parked_ticket' })).toEqual([]);
    await expectPureFold(db);
  });

  it('waits for a transaction with an older snapshot, which misses no row, and lets nobody else rebuild', async () => {
    const reader = await connected();
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await reader.query('SELECT FROM es.lane');
    let onWait: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (onWait = resolve));
    const rebuilding = rebuildNow(database.url, projectionsOn(db), { onWait });
    await waiting;
    await expect(rebuildNow(database.url, [ticketProjection])).rejects.toThrow('Another rebuild');
    expect((await reader.query('SELECT FROM rpt.ticket')).rowCount).toBe(TICKETS);
    await reader.query('COMMIT');
    await reader.end();
    const { isSwapped, waits } = await rebuilding;
    expect(isSwapped).toBe(true);
    expect(waits[0]).toMatch(/session \d+ .* transaction/);
  });

  it('waits for a reader that holds a view, while nodes and other readers go on', async () => {
    const reader = await connected();
    await reader.query('BEGIN');
    await reader.query('SELECT FROM rpt.ticket');
    let onWait: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (onWait = resolve));
    const rebuilding = rebuildNow(database.url, projectionsOn(db), { onWait });
    await waiting;
    await appendTickets(ledger, 'meanwhile', TICKETS);
    await expectPureFold(db);
    expect(await db.query({ text: 'SELECT FROM rpt.ticket' })).toHaveLength(2 * TICKETS);
    await reader.query('COMMIT');
    await reader.end();
    const { isSwapped, waits } = await rebuilding;
    expect(isSwapped).toBe(true);
    expect(waits).toContainEqual('somebody reads a view for long');
    await expectPureFold(db);
  });
});
