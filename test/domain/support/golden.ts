import { type Fact, factOf } from '../../../src/domain/fact';
import { type TicketFold } from '../../../src/domain/fold-ticket';
import { endsCycle } from '../../../src/domain/step';
import { ticketRow } from '../../../src/domain/ticket-row';
import { type TicketEventType } from '../../../src/domain/event-types';
import golden from '../../golden/sla-golden.json';

/** A scenario's event: the envelope, and the fields of the body flattened beside it. */
export interface GoldenEvent {
  readonly type: string;
  readonly ts: string;
  readonly received?: string;
  readonly event_id: string;
  readonly agent?: string;
  readonly [field: string]: unknown;
}

export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly events: readonly GoldenEvent[];
  readonly as_of: string;
  readonly expect: Readonly<Record<string, unknown>>;
  readonly checkpoints?: readonly {
    readonly as_of: string;
    readonly expect: Readonly<Record<string, unknown>>;
  }[];
}

export const scenarios = golden.scenarios as unknown as readonly Scenario[];

const FUTURE_TOLERANCE_MS = 120_000;

export function receivedAt(event: GoldenEvent): number {
  return event.received === undefined ? Date.parse(event.ts) + 1000 : Date.parse(event.received);
}

export function factOfGolden(event: GoldenEvent): Fact {
  const claimed = Date.parse(event.ts);
  const future = claimed > receivedAt(event) + FUTURE_TOLERANCE_MS;
  return factOf({
    ref: `golden/${event.event_id}`,
    eventId: event.event_id,
    source: 'golden',
    type: event.type
      .replace('conversation.status_', 'status.')
      .replace('conversation.', 'ticket.') as TicketEventType,
    namedReopened: event.type === 'ticket.reopened',
    occurredAt: future ? receivedAt(event) : claimed,
    flags: future ? ['future_clock'] : [],
    data: bodyOfGolden(event),
  });
}

function bodyOfGolden({
  type,
  message_id,
  sender,
  agent,
  private: isPrivate,
  customer,
  ...rest
}: GoldenEvent) {
  if (type === 'message.received')
    return { message_id, sender: { type: sender, agent_id: agent }, is_private: isPrivate };
  const opening =
    type.endsWith('.created') && message_id !== undefined ? { initial_message: { message_id } } : {};
  return { ...rest, ...opening, agent_id: agent, customer_id: customer };
}

/** The figures of the golden file that follow from the lifecycle alone. */
export function lifecycleFigures(fold: TicketFold): Readonly<Record<string, unknown>> {
  const row = ticketRow(fold);
  const ends = fold.steps.filter((step) => step.moves.some(endsCycle)).map((step) => step.at);
  const owners = fold.steps.flatMap((step) => (step.owner === null ? [] : [{ at: step.at, ...step.owner }]));
  const firstOwnedAt = owners[0]?.at;
  const duplicates = fold.steps.filter((step) => step.judgement.reason === 'natural_duplicate');
  return {
    status: row.status,
    upstream_status: row.upstream_status,
    is_diverged: row.is_diverged,
    created_at: iso(row.created_at),
    creation_inferred: row.creation_inferred,
    excluded_from_metrics: row.excluded_from_metrics,
    flags: row.quality_flags,
    reopen_count: row.cycle_no - 1,
    resolution_cycles: row.cycle_no,
    first_resolved_at: iso(ends[0]),
    last_resolved_at: iso(ends.at(-1)),
    first_assignment_seconds: firstOwnedAt === undefined ? null : (firstOwnedAt - row.created_at) / 1000,
    reassignment_count: owners.filter(({ from, to }) => from !== null && to !== null).length,
    duplicates_by_natural_key: duplicates.length,
    verdicts: fold.steps.flatMap(({ fact, judgement: { verdict, reason } }) =>
      verdict === 'accepted' ? [] : [{ event_id: fact.eventId, verdict, ...(reason !== null && { reason }) }],
    ),
  };
}

function iso(instant: number | undefined): string | null {
  return instant === undefined ? null : new Date(instant).toISOString();
}
