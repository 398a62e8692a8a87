import fc from 'fast-check';
import { type Fact, factOf, type FactFields } from '../../../src/domain/fact';
import { type SlaConfig, slaConfig } from '../../../src/domain/sla/config';
import { policySchema } from '../../../src/domain/sla/policy';
import { START } from '../../domain/support/story';
import { ticket } from '../../domain/support/tickets';
import { type Place, place } from './calendars';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export interface Case {
  readonly facts: readonly Fact[];
  readonly asOf: number;
  readonly config: SlaConfig;
  readonly place: Place;
}

const seconds = fc.option(fc.integer({ min: 1, max: 400_000 }), { nil: undefined });
const targets = fc.record({ first_response: seconds, next_response: seconds, resolution: seconds });
const policy = fc
  .record({
    basis: fc.constantFrom('calendar', 'business'),
    targets: fc.record({ default: targets, high: targets, low: targets }, { requiredKeys: ['default'] }),
    pause_statuses: fc.subarray(['pending', 'on_hold']),
    warn_percent: fc.integer({ min: 1, max: 99 }),
  })
  .map((rules) => policySchema.parse(rules));

type Happening = Pick<FactFields, 'type' | 'data'>;

const happens = (type: FactFields['type'], data: fc.Arbitrary<FactFields['data']>): fc.Arbitrary<Happening> =>
  fc.record({ type: fc.constant(type), data });

const speaks = fc.record({
  message_id: fc.integer({ min: 0, max: 99 }).map((n) => `m${n}`),
  sender: fc.record({
    type: fc.constantFrom('customer', 'customer', 'agent', 'agent', 'agent', 'bot', 'system'),
    agent_id: fc.constantFrom('A1', 'A2', null),
  }),
  is_private: fc.constantFrom(false, false, false, true),
});
const moves = fc.record({
  previous_status: fc.constantFrom('open', 'in_progress', 'resolved', null),
  new_status: fc.constantFrom('open', 'in_progress', 'pending', 'pending', 'on_hold', 'resolved', 'closed'),
  close_reason: fc.constantFrom('resolved', 'resolved', 'resolved', 'auto', 'auto', 'merged', 'spam'),
});
const assigns = fc.record({ agent_id: fc.constantFrom('A1', 'A2', 'A3', null) });
const priority = fc.constantFrom('high', 'low', 'other');

/** A ticket of a customer who was seen from the beginning, and who is talked to. */
const lively: fc.Arbitrary<Fact[]> = fc
  .tuple(
    fc.record({
      priority: fc.option(priority),
      status: fc.constantFrom('open', 'open', 'pending', 'assigned'),
    }),
    fc.array(
      fc.tuple(
        fc.integer({ min: 0, max: 12 }),
        fc.oneof(
          { weight: 8, arbitrary: happens('message.received', speaks) },
          { weight: 6, arbitrary: happens('status.changed', moves) },
          { weight: 2, arbitrary: happens('agent.assigned', assigns) },
          { weight: 2, arbitrary: happens('priority.changed', fc.record({ priority })) },
          { weight: 1, arbitrary: happens('escalation.fired', fc.constant({ metric: 'first_response' })) },
          { weight: 1, arbitrary: happens('first_response.sent', fc.constant({ response_time: 60 })) },
        ),
      ),
      { minLength: 2, maxLength: 14 },
    ),
  )
  .map(([opening, rest]) =>
    [[0, { type: 'ticket.created', data: opening }] as const, ...rest].map(
      ([minute, { type, data }], index) =>
        factOf({
          ref: `acme/k${index}`,
          eventId: `00000000-0000-4000-8000-0000000000${String(index).padStart(2, '0')}`,
          source: 'acme',
          type,
          namedReopened: false,
          occurredAt: START + minute * MINUTE,
          flags: [],
          data,
        }),
    ),
  );

/** How long a ticket's few instants lie apart: seconds, hours or days, to the odd ms. */
const unit = fc.oneof(
  fc.integer({ min: 1, max: 90_000 }),
  fc.integer({ min: MINUTE, max: 10 * HOUR }),
  fc.integer({ min: HOUR, max: 60 * HOUR }),
);

/** A nasty ticket about the hours when clocks change, under rules that may be edited or taken away meanwhile. */
export const cases: fc.Arbitrary<Case> = fc
  .record({
    facts: fc.oneof({ weight: 4, arbitrary: lively }, { weight: 1, arbitrary: ticket }),
    place,
    policies: fc.array(fc.option(policy, { freq: 6 }), { minLength: 1, maxLength: 3 }),
    edits: fc.array(fc.integer({ min: -4, max: 8 }), { minLength: 3, maxLength: 3 }),
    unit,
    lead: fc.integer({ min: -30 * HOUR, max: 30 * HOUR }),
    ask: fc.integer({ min: 0, max: 20 }),
    botAnswers: fc.boolean(),
  })
  .map(({ facts, place: at, policies, edits, unit: step, lead, ask, botAnswers }) => {
    const begin = at.around + lead;
    const later = edits.toSorted((a, b) => a - b);
    const config = slaConfig({
      revision: 7,
      botAnswers,
      schedules: { S: [{ version: 1, validFrom: null, body: at.schedule }] },
      bindings: policies.map((rules, index) => ({
        version: index + 1,
        validFrom: index === 0 ? null : begin + (later[index] ?? 0) * step,
        body: { policyId: rules === null ? null : 'P', policy: rules, scheduleId: 'S' },
      })),
    });
    const moved = facts.map((fact) => ({
      ...fact,
      occurredAt: begin + ((fact.occurredAt - START) / MINUTE) * step,
    }));
    return { facts: moved, asOf: begin + ask * step, config, place: at };
  });
