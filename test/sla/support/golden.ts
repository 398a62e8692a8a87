import { type Fact } from '../../../src/domain/fact';
import { foldTicket } from '../../../src/domain/fold-ticket';
import { type SlaConfig, slaConfig } from '../../../src/domain/sla/config';
import { explain, type Explanation } from '../../../src/domain/sla/explain';
import { foldSla } from '../../../src/domain/sla/fold-sla';
import { policySchema } from '../../../src/domain/sla/policy';
import { type Schedule, scheduleSchema } from '../../../src/domain/sla/schedule';
import { factOfGolden, type GoldenEvent, receivedAt } from '../../domain/support/golden';
import golden from '../../golden/sla-golden.json';
import { shuffled } from './random';

export type Expected = Readonly<Record<string, unknown>>;

export interface SlaScenario {
  readonly id: string;
  readonly title: string;
  readonly schedule: string;
  readonly policy: unknown;
  readonly bot_answers?: boolean;
  readonly events: readonly GoldenEvent[];
  readonly as_of: string;
  readonly expect: Expected;
  readonly checkpoints?: readonly { readonly as_of: string; readonly expect: Expected }[];
  readonly revisions?: readonly { readonly field: string; readonly from: unknown; readonly to: unknown }[];
}

export const scenarios = golden.scenarios as unknown as readonly SlaScenario[];

export function scheduleNamed(name: string): Schedule {
  return scheduleSchema.parse((golden.schedules as Readonly<Record<string, unknown>>)[name]);
}

export function configOf({ schedule, policy, bot_answers }: SlaScenario): SlaConfig {
  return slaConfig({
    revision: 1,
    botAnswers: bot_answers ?? false,
    schedules: { [schedule]: [{ version: 1, validFrom: null, body: scheduleNamed(schedule) }] },
    bindings: [
      {
        version: 1,
        validFrom: null,
        body: {
          policyId: policy === null ? null : 'golden',
          policy: policy === null ? null : policySchema.parse(policy),
          scheduleId: schedule,
        },
      },
    ],
  });
}

/** What is known by an instant, each delivery of an event id counted once and the others as duplicates. */
export function explained(
  scenario: SlaScenario,
  deliveries: readonly GoldenEvent[],
  asOf: string,
): Explanation {
  const known = deliveries.filter((event) => receivedAt(event) <= Date.parse(asOf));
  const facts = new Map<string, Fact>();
  for (const event of known) if (!facts.has(event.event_id)) facts.set(event.event_id, factOfGolden(event));
  const fold = foldTicket([...facts.values()]);
  const sla = foldSla(fold, configOf(scenario), Date.parse(asOf));
  return explain(fold, sla, { duplicatesByEventId: known.length - facts.size, restatedCount: 0 });
}

/** The checkpoints, and the end. */
export function momentsOf({ as_of, expect: expected, checkpoints = [] }: SlaScenario) {
  return [...checkpoints, { as_of, expect: expected }];
}

/** What is known by `asOf`, in another order, later and partly twice. An arrival that clamps a clock is a fact. */
export function disturbed({ events }: SlaScenario, asOf: string, seed: number): GoldenEvent[] {
  const known = events.filter((event) => receivedAt(event) <= Date.parse(asOf));
  const [order, next] = shuffled(known, seed);
  return order.flatMap((event) => {
    const isClamped = Date.parse(event.ts) > receivedAt(event) + 120_000;
    const slack = Date.parse(asOf) - receivedAt(event);
    const received = new Date(receivedAt(event) + next(slack + 1)).toISOString();
    const delayed = isClamped ? event : { ...event, received };
    return next(3) === 0 ? [delayed, delayed] : [delayed];
  });
}

/** Only what is listed is expected, in lists of equal length. */
export function listed(actual: unknown, expected: unknown): unknown {
  if (Array.isArray(expected) && Array.isArray(actual) && actual.length === expected.length) {
    return expected.map((item, index) => listed(actual[index], item));
  }
  if (!isRecord(expected) || !isRecord(actual)) return actual;
  return Object.fromEntries(
    Object.keys(expected).map((name) => [name, listed(actual[name], expected[name])]),
  );
}

function isRecord(value: unknown): value is Expected {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
