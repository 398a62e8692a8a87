import { randomUUID } from 'node:crypto';
import { type Checkpoint, FenceLost } from '../../src/followers/checkpoint';
import { claimFreeLanes, enrol, renewLease } from '../../src/followers/lease';
import { PROJECTIONS, Projections } from '../../src/followers/projections/projections';
import { ticketProjection } from '../../src/read-models/ticket/ticket-projection';
import { freshDatabase } from '../support/database';
import { created, status } from '../support/events';
import { openLedger, type TestLedger } from '../support/ledger';
import { TEST_LANES } from '../support/template';

const TICKETS = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];

describe('lanes that are woken together', () => {
  const database = freshDatabase();
  let ledger: TestLedger;
  let follower: Projections;
  let lanes: Checkpoint[];

  beforeAll(async () => {
    ledger = openLedger(database);
    follower = new Projections(ledger.db, [ticketProjection]);
    const node = randomUUID();
    await enrol(ledger.db, PROJECTIONS);
    await renewLease(ledger.db, PROJECTIONS, node);
    const claimed = await claimFreeLanes(ledger.db, PROJECTIONS, node, { most: TEST_LANES, except: [] });
    lanes = [...claimed];
  });
  afterAll(() => ledger.close());

  /** Of each lane the new position, or what kept it where it was. */
  async function advanceAll(): Promise<(number | Error)[]> {
    const settled = await Promise.allSettled(lanes.map((lane) => follower.advance(lane)));
    return settled.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error)));
  }

  const transactionsOf = async (is: string): Promise<number> => {
    const [row] = await ledger.db.query<{ n: number }>({
      text: `SELECT count(DISTINCT xmin::text)::int AS n FROM rm_1.ticket WHERE status = $1`,
      values: [is],
    });
    return row?.n ?? 0;
  };

  it('are committed together', async () => {
    await Promise.all(TICKETS.map((id) => ledger.stored(created(id))));
    for (const lane of lanes) await follower.opened(lane);
    const positions = await advanceAll();
    lanes = lanes.map((lane, n) => ({ ...lane, position: Number(positions[n]) }));
    expect(lanes.filter(({ position }) => position > 0).length).toBeGreaterThan(1);
    expect(await transactionsOf('open')).toBe(1);
  });

  it('go on without the one that another node has taken', async () => {
    await Promise.all(TICKETS.map((id) => ledger.stored(status(id, 5, 'open', 'pending'))));
    const lost = lanes.find(({ position }) => position > 0);
    await ledger.db.query({
      text: 'UPDATE es.follower SET epoch = epoch + 1 WHERE name = $1 AND lane = $2',
      values: [PROJECTIONS, lost?.lane],
    });
    const outcomes = await advanceAll();
    for (const [n, lane] of lanes.entries()) {
      if (lane === lost) expect(outcomes[n]).toBeInstanceOf(FenceLost);
      else expect(outcomes[n]).toBe(lane.position * 2);
    }
    const open = await ledger.db.query<{ lane: number }>({
      text: `SELECT DISTINCT lane FROM rpt.ticket WHERE status = 'open'`,
    });
    expect(open).toEqual([{ lane: lost?.lane }]);
  });
});
