import fc from 'fast-check';
import { type Fact, factOf, type FactFields } from '../../../src/domain/fact';
import { type JsonObject } from '../../../src/domain/personal';

/**
 * Nasty on purpose: few instants, few ids and few message ids, so that almost everything collides with
 * something. Two sources use the same event ids.
 */
const statusNames = [
  'open',
  'waiting',
  'Assigned',
  'In Progress',
  'pending',
  'on-hold',
  'resolved',
  'closed',
];
const anyStatus = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...statusNames) },
  fc.constant('archived'),
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary);
const agent = fc.constantFrom('A1', 'A2', 'A3');
const messageId = fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5');

type Drawn = Pick<FactFields, 'type' | 'namedReopened'> & { readonly data: JsonObject };

const drawn = (type: FactFields['type'], data: fc.Arbitrary<JsonObject>): fc.Arbitrary<Drawn> =>
  fc.record({ type: fc.constant(type), namedReopened: fc.constant(false), data });

const openingData = fc.record({
  origin: maybe(fc.constantFrom('customer', 'agent')),
  status: fc.option(anyStatus, { freq: 2 }),
  priority: maybe(fc.constantFrom('normal', 'high')),
  agent_id: maybe(agent),
  customer_id: maybe(fc.constantFrom('C1', 'C2')),
  channel: maybe(fc.record({ type: fc.constantFrom('bot_form', 'topic_group') })),
  initial_message: maybe(fc.record({ message_id: maybe(messageId) })),
});

const opening: fc.Arbitrary<Drawn> = fc
  .record({ stored: fc.boolean(), namedReopened: fc.boolean(), data: openingData })
  .map(({ stored, namedReopened, data }) => ({
    type: stored || namedReopened ? 'ticket.reopened' : 'ticket.created',
    namedReopened,
    data,
  }));

const happening = fc.oneof(
  { weight: 5, arbitrary: opening },
  {
    weight: 8,
    arbitrary: drawn(
      'status.changed',
      fc.record({
        previous_status: maybe(anyStatus),
        new_status: anyStatus,
        agent_id: maybe(agent),
        close_reason: maybe(fc.constantFrom('resolved', 'merged', 'spam', 'Auto', 'unheard of')),
        merged_into: maybe(fc.constantFrom('T2')),
      }),
    ),
  },
  { weight: 2, arbitrary: drawn('ticket.resolved', fc.record({ resolution_time: fc.constant(60) })) },
  {
    weight: 5,
    arbitrary: drawn(
      'message.received',
      fc.record({
        message_id: messageId,
        sender: fc.record({
          type: fc.constantFrom('customer', 'agent', 'bot', 'system'),
          agent_id: maybe(agent),
        }),
        is_private: maybe(fc.boolean()),
      }),
    ),
  },
  {
    weight: 3,
    arbitrary: drawn(
      'agent.assigned',
      fc.record({ agent_id: maybe(agent), group_id: maybe(fc.constantFrom('G1', 'G2')) }),
    ),
  },
  {
    weight: 2,
    arbitrary: drawn('priority.changed', fc.record({ priority: fc.constantFrom('low', 'high') })),
  },
  { weight: 1, arbitrary: drawn('escalation.fired', fc.constant({ metric: 'resolution' })) },
  { weight: 1, arbitrary: drawn('first_response.sent', fc.constant({ response_time: 5 })) },
  {
    weight: 1,
    arbitrary: drawn(
      'message.edited',
      fc.record({ message_id: messageId, sender: fc.constant({ type: 'agent' }) }),
    ),
  },
);

const fact = fc.record({
  happening,
  source: fc.constantFrom('acme', 'bravo'),
  eventId: fc.integer({ min: 0, max: 9 }).map((n) => `00000000-0000-4000-8000-00000000000${n}`),
  minute: fc.integer({ min: 0, max: 6 }),
  futureClock: fc.boolean(),
});

const START = Date.parse('2026-03-02T10:00:00.000Z');

export const ticket: fc.Arbitrary<Fact[]> = fc
  .array(fact, { minLength: 1, maxLength: 14 })
  .map((drawnFacts) =>
    drawnFacts.map(
      ({ happening: { type, namedReopened, data }, source, eventId, minute, futureClock }, index) =>
        factOf({
          ref: `${source}/k${index}`,
          eventId,
          source,
          type,
          namedReopened,
          occurredAt: START + minute * 60_000,
          flags: futureClock ? ['future_clock'] : [],
          data,
        }),
    ),
  );

/** A ticket and an order in which its events arrive, some of them several times. */
export const delivery: fc.Arbitrary<Fact[]> = ticket.chain((facts) =>
  fc
    .tuple(
      fc.shuffledSubarray(facts, { minLength: facts.length, maxLength: facts.length }),
      fc.array(fc.constantFrom(...facts), { maxLength: 4 }),
    )
    .map(([once, again]) => [...once, ...again]),
);
