import fc from 'fast-check';
import { revisionsBy } from '../../src/domain/sla/revisions';
import { TicketHistory } from '../../src/followers/projections/ticket-history';
import { lateFacts } from '../../src/sla/projection/late-facts';
import { LateMemory } from '../../src/sla/projection/late-memory';
import { cases } from '../sla/support/tickets';
import { stored } from './support/stored-facts';

describe('what late events revised', () => {
  it('is the same whether a ticket is led on, read anew or asked event by event', () => {
    const arrivals = cases.chain(({ facts, config }) =>
      fc.record({
        order: fc.shuffledSubarray([...facts], { minLength: facts.length }),
        config: fc.constant(config),
        portion: fc.integer({ min: 1, max: 4 }),
        isReadAnew: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(arrivals, ({ order, config, portion, isReadAnew }) => {
        const events = stored(order);
        const memory = new LateMemory(1);
        let history: TicketHistory | undefined;
        for (let known = 0; known < events.length; known += portion) {
          const more = events.slice(known, known + portion);
          if (history === undefined || isReadAnew)
            history = new TicketHistory([...events.slice(0, known), ...more]);
          else history = history.with(more);
          const { facts } = history;
          const expected = facts.flatMap((fact, index) =>
            revisionsBy(facts.slice(0, index), fact, events[index]?.receivedAt ?? 0, config),
          );
          const led = memory.lateFacts(history, config).flatMap(({ revisions }) => revisions);
          expect(led).toEqual(expected);
          const anew = lateFacts(new TicketHistory(history.events), config);
          expect(anew.flatMap(({ revisions }) => revisions)).toEqual(expected);
        }
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});
