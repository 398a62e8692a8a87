import { FollowerRunner } from '../../src/followers/follower-runner';
import { LaneWakeups } from '../../src/followers/lane-wakeups';
import { type Projection } from '../../src/followers/projections/projection';
import { Projections } from '../../src/followers/projections/projections';
import { ticketProjection } from '../../src/read-models/ticket/ticket-projection';
import { freshDatabase } from '../support/database';
import { created, message, status } from '../support/events';
import { eventually } from '../support/eventually';
import { openLedger, type TestLedger } from '../support/ledger';

const POISONED = 'acme/P';

/** As code that meets something it was not written for. */
const throwing: Projection = {
  ...ticketProjection,
  rows: (history) => {
    if (history.key === POISONED) throw new Error('no idea what this is');
    return ticketProjection.rows(history);
  },
};

/** As code whose rows PostgreSQL refuses. */
const refused: Projection = {
  ...ticketProjection,
  rows: (history) => {
    const [state = [], verdicts = []] = ticketProjection.rows(history);
    return [state.map((row) => (history.key === POISONED ? { ...row, cycle_no: 'many' } : row)), verdicts];
  },
};

describe.each([
  ['that a projection throws at', throwing, 'no idea what this is'],
  ['whose rows PostgreSQL refuses', refused, 'invalid input syntax'],
])('a ticket %s', (_, broken, error) => {
  const database = freshDatabase();
  let ledger: TestLedger;

  beforeAll(() => {
    ledger = openLedger(database);
  });
  afterAll(() => ledger.close());

  async function following(projection: Projection, until: () => Promise<void>): Promise<void> {
    const follower = new Projections(ledger.db, [projection]);
    const options = { db: ledger.db, wakeups: new LaneWakeups(), log: () => undefined };
    const runner = new FollowerRunner(follower, options);
    runner.start();
    try {
      await eventually(until);
    } finally {
      await runner.stop();
    }
  }

  const tickets = async (): Promise<Record<string, string>> => {
    const rows = await ledger.db.query<{ id: string; status: string }>({
      text: 'SELECT ticket_id AS id, status FROM rpt.ticket ORDER BY ticket_id',
    });
    return Object.fromEntries(rows.map(({ id, status: is }) => [id, is]));
  };
  const parked = (): Promise<object[]> =>
    ledger.db.query({ text: 'SELECT projection, ticket_key, error FROM rpt.parked_ticket' });

  it('is parked alone, with the error, while all others go on', async () => {
    // P and Q share nothing but the batch they come in.
    await Promise.all([created('P'), created('Q'), created('R')].map((event) => ledger.stored(event)));
    await following(broken, async () => {
      expect(await tickets()).toEqual({ Q: 'open', R: 'open' });
    });
    expect(await parked()).toEqual([
      { projection: 'ticket', ticket_key: POISONED, error: expect.stringContaining(error) as string },
    ]);
  });

  it('holds back its later events, and nobody else’s', async () => {
    await ledger.stored(status('P', 5, 'open', 'in_progress'));
    await ledger.stored(status('Q', 5, 'open', 'pending'));
    await following(broken, async () => {
      expect(await tickets()).toEqual({ Q: 'pending', R: 'open' });
      const [lag] = await ledger.db.query<{ n: number }>({
        text: `SELECT sum(lane_head - position)::int AS n FROM rpt.projection_state`,
      });
      expect(lag?.n).toBe(0);
    });
    expect(await parked()).toHaveLength(1);
  });

  it('is tried again by newer code, with all that has happened meanwhile', async () => {
    const stillBroken = { ...broken, codeVersion: ticketProjection.codeVersion + 1 };
    await following(stillBroken, async () => {
      const [row] = await ledger.db.query<{ code_version: number }>({
        text: 'SELECT code_version FROM app.parked_ticket',
      });
      expect(row?.code_version).toBe(stillBroken.codeVersion);
    });
    const mended = { ...ticketProjection, codeVersion: ticketProjection.codeVersion + 2 };
    await following(mended, async () => {
      expect(await tickets()).toEqual({ P: 'in_progress', Q: 'pending', R: 'open' });
      expect(await parked()).toEqual([]);
    });
    await ledger.stored(message('P', 7, 'm7'));
    await following(mended, async () => {
      const [row] = await ledger.db.query<{ at: Date | null }>({
        text: `SELECT last_customer_message_at AS at FROM rpt.ticket WHERE ticket_id = 'P'`,
      });
      expect(row?.at).not.toBeNull();
    });
  });
});
