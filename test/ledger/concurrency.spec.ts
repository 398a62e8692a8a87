import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { foldTicket } from '../../src/domain/fold-ticket';
import { type Incoming } from '../../src/ledger/incoming';
import { type Outcome } from '../../src/ledger/outcome';
import { factOfStored, isOwn, readHeads } from '../../src/ledger/reading';
import { withoutCounts } from '../domain/support/arrival';
import { delivery, ticket } from '../domain/support/tickets';
import { freshDatabase } from '../support/database';
import { openLedger, type TestLedger } from '../support/ledger';
import { type AppendingProcess, startAppending } from './support/appending-process';
import { decidedOf, incomingOf, sequential, storedTicket } from './support/reference';
import { verified } from './support/tampering';

jest.setTimeout(120_000);

/** Where and when a copy of an event is sent. */
interface Sending {
  readonly process: number;
  readonly afterMs: number;
}

const sending: fc.Arbitrary<Sending> = fc.record({
  process: fc.nat({ max: 1 }),
  afterMs: fc.nat({ max: 12 }),
});

describe('two processes that append at once', () => {
  const database = freshDatabase();
  let reader: TestLedger;
  let processes: readonly AppendingProcess[];

  beforeAll(() => {
    reader = openLedger(database);
    processes = [startAppending(database.url), startAppending(database.url)];
  });

  afterAll(async () => {
    await Promise.all(processes.map((one) => one.stop()));
    await reader.close();
  });

  function send(incoming: Incoming, how: Sending): Promise<Outcome> {
    const target = processes[how.process];
    if (target === undefined) throw new Error('there are two processes');
    return target.append(incoming, how.afterMs);
  }

  test('store what one node would have stored that got the events one at a time', async () => {
    const story = fc.tuple(ticket, fc.array(sending, { minLength: 28, maxLength: 28 }));
    await fc.assert(
      fc.asyncProperty(fc.array(story, { minLength: 1, maxLength: 3 }), async (stories) => {
        const run = randomUUID();
        const sent = stories.flatMap(([facts, sendings], index) =>
          // Each event comes twice, perhaps on both nodes.
          [...facts, ...facts].map((fact, at) => ({
            incoming: incomingOf(fact, `${run}-${index}`),
            how: sendings[at] ?? { process: 0, afterMs: 0 },
          })),
        );
        const outcomes = await Promise.all(sent.map(({ incoming, how }) => send(incoming, how)));
        for (const [index, [facts]] of stories.entries()) {
          const stored = await storedTicket(reader.db, `${run}-${index}`);
          expect(stored.filter((event) => !isOwn(event))).toHaveLength(facts.length);
          expect(stored.map(decidedOf)).toEqual(sequential(stored));
        }
        // Of two copies exactly one is told that it was stored, and both hear of the same place.
        const kinds = new Map<string, string[]>();
        const places = new Map<string, Set<string>>();
        outcomes.forEach((outcome, index) => {
          const key = sent[index]?.incoming.dedupeKey ?? '';
          const { lane, position } = outcome.kind === 'stored' ? outcome.receipt : outcome.first;
          kinds.set(key, [...(kinds.get(key) ?? []), outcome.kind].sort());
          places.set(key, (places.get(key) ?? new Set()).add(`${lane}:${position}`));
        });
        expect(new Set([...kinds.values()].map(String))).toEqual(new Set(['duplicate,stored']));
        expect([...places.values()].every(({ size }) => size === 1)).toBe(true);
        // Gapless positions, contiguous versions, chains, heads.
        expect((await verified(reader.db)).fault).toBeNull();
      }),
      { numRuns: 25 },
    );
  });

  test('end in the same head, whatever the order of arrival, the delays and the repetitions', async () => {
    const arrival = delivery.chain((deliveries) =>
      fc.tuple(
        fc.constant(deliveries),
        fc.array(sending, { minLength: deliveries.length, maxLength: deliveries.length }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(arrival, async ([deliveries, sendings]) => {
        const id = randomUUID();
        const orderly = [...new Map(deliveries.map((fact) => [fact.ref, fact])).values()].sort((a, b) =>
          a.ref < b.ref ? -1 : 1,
        );
        for (const fact of orderly) await send(incomingOf(fact, `${id}-a`), { process: 0, afterMs: 0 });
        await Promise.all(
          deliveries.map((fact, at) =>
            send(incomingOf(fact, `${id}-b`), sendings[at] ?? { process: 1, afterMs: 0 }),
          ),
        );
        const tickets = [`${id}-a`, `${id}-b`].map((ticketId) => ({ tenant: 'acme', ticketId }));
        const heads = await readHeads(reader.db, tickets);
        const [a, b] = [0, 1].map((index) => withoutCounts(heads.get(index) ?? null));
        const asA = (head: unknown): unknown =>
          JSON.parse(JSON.stringify(head).replaceAll(`${id}-b`, `${id}-a`));
        expect(a).not.toBeNull();
        expect(asA(b)).toEqual(a);
        const facts = (await storedTicket(reader.db, `${id}-b`))
          .filter((event) => !isOwn(event))
          .map(factOfStored);
        expect(withoutCounts(foldTicket(facts).head)).toEqual(b);
      }),
      { numRuns: 40 },
    );
  });
});
