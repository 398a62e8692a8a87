import fc from 'fast-check';
import { type Fact, isOpening } from '../../src/domain/fact';
import { extendFold, foldTicket, type TicketFold } from '../../src/domain/fold-ticket';
import { arrive } from './support/arrival';
import { delivery, ticket } from './support/tickets';

describe('a fold that is led on', () => {
  it('is the same as one made anew, in any order of arrival and in any portions', () => {
    fc.assert(
      fc.property(delivery, fc.integer({ min: 1, max: 3 }), (deliveries, portion) => {
        const facts = arrive(deliveries).arrivals.map(({ fact }) => fact);
        let fold: TicketFold | null = null;
        for (let known = 0; known < facts.length; known += portion) {
          const anew = foldTicket(facts.slice(0, known + portion));
          const led: TicketFold | null =
            fold === null ? null : extendFold(fold, facts.slice(known, known + portion));
          if (led !== null) expect(led).toEqual(anew);
          fold = anew;
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves the fold it started from as it was', () => {
    fc.assert(
      fc.property(ticket, (facts) => {
        const [first, ...rest] = foldTicket(facts).steps.map(({ fact }) => fact);
        const fold = foldTicket([first as Fact]);
        extendFold(fold, rest);
        expect(fold).toEqual(foldTicket([first as Fact]));
      }),
    );
  });

  it('goes through the ticket again for a late event only', () => {
    fc.assert(
      fc.property(ticket, (facts) => {
        const [first, ...rest] = foldTicket(facts).steps.map(({ fact }) => fact);
        // Of two openings at one instant either may be the creation.
        fc.pre(rest.every((fact) => !isOpening(fact)));
        expect(extendFold(foldTicket([first as Fact]), rest)).not.toBeNull();
        if (rest.length > 0) expect(extendFold(foldTicket(rest), [first as Fact])).toBeNull();
      }),
    );
  });
});
