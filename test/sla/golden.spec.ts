import { revisionsBy } from '../../src/domain/sla/revisions';
import { factOfGolden, receivedAt } from '../domain/support/golden';
import { configOf, disturbed, explained, listed, momentsOf, scenarios } from './support/golden';

const named = scenarios.map((scenario) => [`${scenario.id} ${scenario.title}`, scenario] as const);

describe('the golden scenarios through the fold of all figures', () => {
  it.each(named)('%s', (_name, scenario) => {
    for (const moment of momentsOf(scenario)) {
      const { figures } = explained(scenario, scenario.events, moment.as_of);
      expect(listed(figures, moment.expect)).toEqual(moment.expect);
    }
  });

  it.each(named)('%s: the same bytes in any order of arrival', (_name, scenario) => {
    for (const { as_of: asOf } of momentsOf(scenario)) {
      const inOrder = explained(scenario, scenario.events, asOf);
      for (let seed = 1; seed <= 20; seed += 1) {
        const deliveries = disturbed(scenario, asOf, seed);
        const { figures, because } = explained(scenario, deliveries, asOf);
        const repeated = { ...figures, duplicates_by_event_id: inOrder.figures.duplicates_by_event_id };
        expect(JSON.stringify({ figures: repeated, because })).toBe(JSON.stringify(inOrder));
      }
    }
  });

  const revised = named.filter(([, { revisions }]) => revisions !== undefined);
  it.each(revised)('%s: what its late events revise', (_name, scenario) => {
    const arrived = scenario.events.toSorted((a, b) => receivedAt(a) - receivedAt(b));
    const found = arrived.flatMap((event, index) => {
      const history = arrived.slice(0, index).map(factOfGolden);
      return revisionsBy(history, factOfGolden(event), receivedAt(event), configOf(scenario));
    });
    const metrics = found.filter(({ table }) => table === 'ticket_metrics');
    const fields = metrics.map(({ column: field, from, to }) => ({ field, from, to }));
    expect(fields).toEqual(expect.arrayContaining([...(scenario.revisions ?? [])]));
  });
});
