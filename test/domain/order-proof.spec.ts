import fc from 'fast-check';
import { mayBeCreation } from '../../src/domain/fact';
import { foldTicket } from '../../src/domain/fold-ticket';
import { rejudge } from '../../src/domain/rejudge';
import { afterOf } from '../../src/domain/ticket-head';
import { type Judgement } from '../../src/domain/verdict';
import { arrive, withoutCounts } from './support/arrival';
import { delivery, ticket } from './support/tickets';

const runs = { numRuns: 1500 };

describe('the guard, whatever the order of arrival', () => {
  it('needs no history for events that arrive in the order in which they happened', () => {
    fc.assert(
      fc.property(ticket, (facts) => {
        const fold = foldTicket(facts);
        const { arrivals, head } = arrive(fold.steps.map((step) => step.fact));
        for (const { fact, before, keyKnown, fast, result } of arrivals) {
          // Of two openings at one instant only the history tells which is the creation.
          const rivalsCreation = mayBeCreation(fact) && fact.occurredAt === before?.created_at;
          expect(fast === null).toBe(keyKnown || rivalsCreation);
          expect(judgementIn(result)).toEqual(fold.verdicts.get(fact.ref));
        }
        expect(head).toEqual(fold.head);
      }),
      runs,
    );
  });

  it('ends in the same ticket and the same verdicts as the fold', () => {
    fc.assert(
      fc.property(delivery, (deliveries) => {
        const { arrivals, head, current } = arrive(deliveries);
        const fold = foldTicket(arrivals.map(({ fact }) => fact));
        expect(withoutCounts(head)).toEqual(withoutCounts(fold.head));
        for (const [ref, { verdict, type }] of fold.verdicts) {
          expect({ ref, ...current.get(ref) }).toEqual({ ref, verdict, type });
        }
      }),
      runs,
    );
  });

  it('judges by the head alone only what the history would judge alike', () => {
    fc.assert(
      fc.property(delivery, (deliveries) => {
        for (const { fact, before, history, fast } of arrive(deliveries).arrivals) {
          if (fast !== null) expect({ ...fast, changes: [] }).toEqual(rejudge(before, history, fact));
        }
      }),
      runs,
    );
  });

  it('lets a refused event change nothing but the claim and what the guard keeps for its own use', () => {
    fc.assert(
      fc.property(delivery, (deliveries) => {
        for (const { before, fast } of arrive(deliveries).arrivals) {
          if (before === null || fast?.verdict !== 'rejected') continue;
          const { upstream_status, is_diverged, last_event_at, last_key, status_at, revision } = fast.head;
          const allowed = { upstream_status, is_diverged, last_event_at, last_key, status_at, revision };
          const created_at = before.creation_inferred ? fast.head.created_at : before.created_at;
          expect(fast.head).toEqual({ ...before, ...allowed, created_at });
          expect(revision).toBe(before.revision + 1);
        }
      }),
      runs,
    );
  });

  it('publishes a state that is a function of the head, and heads that survive JSON', () => {
    fc.assert(
      fc.property(delivery, (deliveries) => {
        for (const { result } of arrive(deliveries).arrivals) {
          expect(result.after).toEqual(afterOf(result.head));
          expect(JSON.parse(JSON.stringify(result.head))).toEqual(result.head);
        }
      }),
    );
  });

  it('gives every event but the refused ones, and every announcement, one version', () => {
    fc.assert(
      fc.property(delivery, (deliveries) => {
        let version = 0;
        let revision = 0;
        for (const { result, changes } of arrive(deliveries).arrivals) {
          version += changes.length + (result.verdict === 'rejected' ? 0 : 1);
          revision += changes.length + 1;
          expect([result.head.version, result.head.revision]).toEqual([version, revision]);
        }
      }),
    );
  });
});

function judgementIn({ verdict, reason, type, flags }: Judgement): Judgement {
  return { verdict, reason, type, flags };
}
