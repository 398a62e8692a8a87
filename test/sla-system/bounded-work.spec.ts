import type * as foldingTickets from '../../src/domain/fold-ticket';
import type * as foldingFigures from '../../src/domain/sla/fold-sla';
import { TicketHistory } from '../../src/followers/projections/ticket-history';
import { SlaProjection } from '../../src/sla/projection/sla-projection';
import { SlaConfigStore } from '../../src/sla/sla-config-store';
import { created, says } from '../domain/support/story';
import { freshDatabase } from '../support/database';
import { openLedger, type TestLedger } from '../support/ledger';
import { apply, policy } from './support/past';
import { stored } from './support/stored-facts';

const EVENTS = 2000;
const SLICE = 100;
/** Of an event that is late: the truth with it, and the figures before and after it. */
const EACH = 4;
/** Of all together, however many: the truth, the rows, the news. */
const BESIDE = 8;

/** How often something went through a whole ticket. */
const mockFolds = { count: 0 };

function mockCounted<A extends unknown[], R>(fold: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    mockFolds.count += 1;
    return fold(...args);
  };
}

jest.mock('../../src/domain/fold-ticket', () => {
  const actual = jest.requireActual<typeof foldingTickets>('../../src/domain/fold-ticket');
  return { foldTicket: mockCounted(actual.foldTicket), extendFold: mockCounted(actual.extendFold) };
});
jest.mock('../../src/domain/sla/fold-sla', () => {
  const actual = jest.requireActual<typeof foldingFigures>('../../src/domain/sla/fold-sla');
  return { foldSla: mockCounted(actual.foldSla) };
});

/** Since it was asked for last. */
function folds(): number {
  const { count } = mockFolds;
  mockFolds.count = 0;
  return count;
}

describe('the rows of a ticket of 2,000 events', () => {
  const database = freshDatabase();
  let own: TestLedger;

  beforeAll(async () => {
    own = openLedger(database);
    await apply(own.db, { policy, tenant: 'acme' });
  });
  afterAll(() => own.close());

  async function projection(): Promise<SlaProjection> {
    const made = new SlaProjection(new SlaConfigStore(own.db, () => 0), null);
    await made.prepare();
    folds();
    return made;
  }

  /** A message each `every` minutes. */
  function talk(every: number) {
    return Array.from({ length: EVENTS - 1 }, (_, index) =>
      says((index + 1) * every, index % 2 === 0 ? 'agent' : 'customer', `m${index}`),
    );
  }

  it('are made with so many folds for each event that is late, and none for those that were late before', async () => {
    const live = await projection();
    const events = stored([created(0), ...talk(1)].reverse());
    let history = new TicketHistory(events.slice(0, SLICE));
    live.rows(history);
    for (let known = SLICE; known < EVENTS; known += SLICE) {
      expect(folds()).toBeLessThanOrEqual(SLICE * EACH + BESIDE);
      history = history.with(events.slice(known, known + SLICE));
      live.rows(history);
    }
    folds();
    // As a node reads it that has forgotten the ticket.
    const rows = live.rows(new TicketHistory(events));
    expect(folds()).toBeLessThanOrEqual(BESIDE);
    const other = await projection();
    expect(other.rows(new TicketHistory(events))).toEqual(rows);
    expect(folds()).toBeLessThanOrEqual(EVENTS * EACH + BESIDE);
  }, 120_000);

  it('are made with a few, however many promises its first policy finds broken', async () => {
    const late = await projection();
    const rows = late.rows(new TicketHistory(stored([created(0), ...talk(120)])));
    expect(rows[late.tables.findIndex(({ name }) => name === 'sla_instance')]?.length).toBeGreaterThan(
      EVENTS / 3,
    );
    expect(folds()).toBeLessThanOrEqual(BESIDE);
  }, 120_000);
});
