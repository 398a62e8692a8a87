import { omit } from '../../src/domain/sla/output';
import { disturbed, listed, momentsOf, scenarios, type SlaScenario } from '../sla/support/golden';
import { freshDatabase } from '../support/database';
import { GoldenDesk, tenantOf } from './support/golden-desk';
import { linesOf } from './support/golden-lines';
import { publishedFigures } from './support/published';

const ORDERS = 20;
const named = scenarios.map((scenario) => [`${scenario.id} ${scenario.title}`, scenario] as const);
const revised = named.filter(([, { revisions }]) => revisions !== undefined);
const TICKET = 'TKT-golden';
const NO_COLUMNS = ['verdicts', 'duplicates_by_event_id', 'duplicates_by_natural_key'];

function sourceOf(scenario: SlaScenario, order: number): string {
  return `${tenantOf(scenario)}-${order}`;
}

/** The order 0 is the given one. */
function ticketOf(order: number): string {
  return order === 0 ? TICKET : `${TICKET}-${order}`;
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

describe('the golden scenarios through import, store, projection and explain', () => {
  const database = freshDatabase();
  let desk: GoldenDesk;

  beforeAll(async () => {
    desk = await GoldenDesk.open(database);
    const orders = Array.from({ length: ORDERS + 1 }, (_, order) => order);
    for (const scenario of scenarios) {
      await desk.prepare(
        scenario,
        orders.map((order) => sourceOf(scenario, order)),
      );
    }
    await Promise.all(
      orders.map(async (order) => {
        for (const scenario of scenarios) {
          const events = order === 0 ? scenario.events : disturbed(scenario, scenario.as_of, order);
          await desk.import(sourceOf(scenario, order), linesOf(events, ticketOf(order)));
        }
      }),
    );
    await desk.projected();
  }, 180_000);

  afterAll(() => desk.close());

  it.each(named)('%s', async (_name, scenario) => {
    for (const moment of momentsOf(scenario)) {
      const { figures } = await desk.explained(tenantOf(scenario), TICKET, moment.as_of);
      expect(listed(figures, moment.expect)).toEqual(moment.expect);
    }
  });

  it.each(named)('%s: explained in the same bytes in any order of arrival', async (_name, scenario) => {
    const inOrder = await desk.explained(tenantOf(scenario), TICKET, scenario.as_of);
    const { source, duplicates_by_event_id, restated_count } = inOrder.figures;
    const factsOfArrival = { source, duplicates_by_event_id, restated_count };
    for (let order = 1; order <= ORDERS; order += 1) {
      const found = await desk.explained(tenantOf(scenario), ticketOf(order), scenario.as_of);
      const figures = { ...found.figures, ...factsOfArrival };
      expect(pretty({ ...found, figures, ticket: inOrder.ticket })).toBe(pretty(inOrder));
    }
  });

  it.each(named)('%s: in the tables once it is done, whatever the order', async (_name, scenario) => {
    const { expect: wanted } = scenario;
    const explained = await desk.explained(tenantOf(scenario), TICKET, scenario.as_of);
    if (explained.figures['status_category'] !== 'done') return;
    for (let order = 0; order <= ORDERS; order += 1) {
      const { figures } = await publishedFigures(desk.db, `${tenantOf(scenario)}/${ticketOf(order)}`);
      const columns = Object.fromEntries(Object.entries(wanted).filter(([name]) => name in figures));
      expect(listed(figures, columns)).toEqual(columns);
    }
  });

  it.each(named)('%s: the tables say what explain says, at any moment', async (_name, scenario) => {
    for (let order = 0; order <= ORDERS; order += 1) {
      const key = `${tenantOf(scenario)}/${ticketOf(order)}`;
      const { at, figures } = await publishedFigures(desk.db, key);
      const explained = await desk.explained(tenantOf(scenario), ticketOf(order), at);
      const columns = omit(explained.figures, NO_COLUMNS);
      expect(listed(figures, columns)).toEqual(columns);
    }
  });

  it.each(revised)('%s: its revisions are published', async (_name, scenario) => {
    const rows = await desk.db.query<Record<string, unknown>>({
      text: `SELECT column_name AS field, old_value AS "from", new_value AS "to"
             FROM rpt.metric_revision WHERE ticket_key = $1 AND table_name = 'ticket_metrics'`,
      values: [`${tenantOf(scenario)}/${TICKET}`],
    });
    const text = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
    const wanted = (scenario.revisions ?? []).map(({ field, from, to }) => {
      return { field, from: text(from), to: text(to) };
    });
    expect(rows).toEqual(expect.arrayContaining(wanted));
  });
});
