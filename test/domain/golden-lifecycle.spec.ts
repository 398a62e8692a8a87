import { foldTicket } from '../../src/domain/fold-ticket';
import { ticketRow } from '../../src/domain/ticket-row';
import { arrive, withoutCounts } from './support/arrival';
import { factOfGolden, type GoldenEvent, lifecycleFigures, receivedAt, scenarios } from './support/golden';

const named = scenarios.map((scenario) => [`${scenario.id} ${scenario.title}`, scenario] as const);

describe('the golden scenarios', () => {
  it.each(named)('%s', (_name, { events, as_of, expect: expected, checkpoints = [] }) => {
    for (const moment of [...checkpoints, { as_of, expect: expected }]) {
      const known = events.filter((event) => receivedAt(event) <= Date.parse(moment.as_of));
      for (const order of [known, ...shuffles(known, 20)]) {
        const { arrivals, head, current } = arrive(order.map(factOfGolden));
        const fold = foldTicket(arrivals.map(({ fact }) => fact));
        const figures = lifecycleFigures(fold);
        const shared = Object.keys(moment.expect).filter((name) => name in figures);
        for (const name of shared) expect({ [name]: figures[name] }).toEqual({ [name]: moment.expect[name] });
        expect(withoutCounts(head)).toEqual(withoutCounts(fold.head));
        for (const [ref, { verdict }] of fold.verdicts) expect(current.get(ref)?.verdict).toBe(verdict);
      }
    }
  });

  it('leave no turn open but where a customer still waits', () => {
    const waiting = scenarios.filter(
      ({ events }) => ticketRow(foldTicket(once(events).map(factOfGolden))).open_turn_since !== null,
    );
    expect(waiting.map(({ id }) => id)).toEqual([]);
  });
});

function once(events: readonly GoldenEvent[]): GoldenEvent[] {
  return [...new Map(events.map((event) => [event.event_id, event])).values()];
}

/** Always the same shuffles: a failure must fail again. */
function shuffles<T>(items: readonly T[], count: number): T[][] {
  let state = 42;
  const next = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % below;
  };
  return Array.from({ length: count }, () => {
    const rest = [...items];
    return items.map(() => rest.splice(next(rest.length), 1)).flat();
  });
}
