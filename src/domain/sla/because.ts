import { type Fact } from '../fact';
import { type TicketFold } from '../fold-ticket';
import { bindingAt } from './config';
import { type SlaFold } from './fold-sla';
import { courtOf } from './partition';
import { segmentsOf } from './segments';
import { isUnresolved } from './status-course';

export interface EventRef {
  readonly event_id: string;
  readonly type: string;
  readonly at: string;
}

/** `counted_ms` of all segments of a kind is the figure in ms. */
export interface Segment {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly counted_ms: number;
  readonly event_id: string;
}

export interface Reason {
  readonly events: readonly EventRef[];
  readonly segments?: readonly Segment[];
}

export interface Because {
  /** The policy and the schedule the ticket began with. */
  readonly configuration: {
    readonly revision: number;
    readonly schedule_id: string | null;
    readonly policy_id: string | null;
    readonly policy_version: number | null;
    readonly bot_answers: boolean;
  };
  /** By the name of the figure. */
  readonly figures: Readonly<Record<string, Reason>>;
  /** In the order of the figures of these names. */
  readonly turns: readonly Reason[];
  readonly assignments: readonly Reason[];
  readonly sla: readonly Reason[];
}

export function becauseOf(fold: TicketFold, sla: SlaFold): Because {
  const { course, instances, assignments, config } = sla;
  const refer = referrer(fold);
  return {
    configuration: configurationOf(sla),
    figures: reasonsOf(fold, sla, refer),
    turns: course.talk.turns.map(({ openedBy, endedBy }) => refer([openedBy, endedBy])),
    assignments: assignments.map(({ by }) => refer([by])),
    sla: instances.map((instance) => ({
      ...refer(instance.events.map(({ by }) => by)),
      segments: segmentsOf(instance, config).map((one) =>
        segment(one.kind, one.from, one.to, one.counted, one.by),
      ),
    })),
  };
}

function configurationOf({ course, config, scheduleId }: SlaFold): Because['configuration'] {
  const binding = bindingAt(config, course.head.created_at);
  const hasPolicy = binding !== null && binding.body.policy !== null;
  return {
    revision: config.revision,
    schedule_id: scheduleId,
    policy_id: hasPolicy ? binding.body.policyId : null,
    policy_version: hasPolicy ? binding.version : null,
    bot_answers: config.botAnswers,
  };
}

function reasonsOf(fold: TicketFold, sla: SlaFold, refer: Referrer): Because['figures'] {
  const { course, first, now } = sla;
  const { cycles, stretches, spans } = course.status;
  const begun = cycles[0]?.openedBy ?? null;
  const lastDone = cycles.findLast(({ doneBy }) => doneBy !== null);
  const wait = [first.wait?.openedBy ?? begun, first.message?.fact ?? first.wait?.endedBy];
  const open = stretches.filter(isUnresolved);
  const firstOwner = course.owners.find(({ agentId }) => agentId !== null);
  const { vendor } = course;
  const said = refer(course.talk.messages.map(({ fact }) => fact));
  const vendorReply = vendor.firstResponse?.fact;
  return {
    ...each(['status', 'status_category', 'close_reason', 'merged_into'], refer([spans.at(-1)?.by])),
    ...each(['excluded_from_metrics'], refer([lastDone?.doneBy])),
    ...each(['created_at', 'creation_inferred', 'origin'], refer([fold.steps[0]?.fact])),
    ...each(
      ['first_response_applicable', 'first_response_agent_id', 'first_response_source', 'first_response_at'],
      refer(first.source === 'vendor_event' ? [begun, vendorReply] : wait),
    ),
    ...each(
      ['first_response_seconds', 'first_response_business_seconds', 'resolved_without_reply'],
      refer(first.source === 'vendor_event' ? [begun, vendorReply] : wait),
    ),
    ...each(['first_assigned_at', 'first_assignment_seconds'], refer([begun, firstOwner?.by])),
    ...each(
      ['assignee_id', 'unassigned_seconds', 'reassignment_count'],
      refer(course.owners.map(({ by }) => by)),
    ),
    ...each(
      ['first_resolved_at', 'first_resolution_seconds', 'first_resolution_business_seconds'],
      refer([begun, cycles[0]?.doneBy]),
    ),
    ...each(
      [
        'last_resolved_at',
        'full_resolution_seconds',
        'full_resolution_business_seconds',
        'effective_resolution_seconds',
        'resolved_by_agent_id',
      ],
      refer([begun, lastDone?.doneBy]),
    ),
    ...each(
      [
        'unresolved_seconds',
        'unresolved_business_seconds',
        'active_seconds',
        'active_business_seconds',
        'waiting_on_customer_seconds',
        'on_hold_seconds',
        'contested_pause_seconds',
      ],
      {
        ...refer(open.map(({ by }) => by)),
        segments: open.map((one) => {
          const to = one.to ?? now;
          const kind = one.contested && one.status === 'pending' ? 'contested' : COURT_NAMES[courtOf(one)];
          return segment(kind, one.from, to, to - one.from, one.by);
        }),
      },
    ),
    ...each(
      ['unanswered_seconds', 'open_turn_since'],
      refer(course.talk.turns.flatMap(({ openedBy, endedBy }) => [openedBy, endedBy])),
    ),
    ...each(['cycle_no', 'reopen_count', 'resolution_cycles'], refer(cycles.map(({ openedBy }) => openedBy))),
    ...each(['public_agent_messages', 'customer_messages', 'private_notes', 'agents_replied_count'], said),
    ...each(['agent_turns', 'is_one_touch'], said),
    ...each(['vendor_first_response_delta_seconds'], refer([first.message?.fact, vendorReply])),
    ...each(['vendor_resolution_delta_seconds'], refer([cycles[0]?.doneBy, vendor.resolution])),
    ...each(['vendor_escalation_lag_seconds'], refer([vendor.escalation?.fact])),
    ...each(['priority'], refer(course.priorities.map(({ by }) => by))),
    ...each(['flags'], refer(flagged(fold))),
    ...each(['duplicates_by_natural_key'], refer(repeated(fold))),
  };
}

const COURT_NAMES = { active: 'active', waiting: 'waiting_on_customer', onHold: 'on_hold' } as const;

function flagged({ steps }: TicketFold): Fact[] {
  return steps
    .filter(({ fact, judgement }) => judgement.flags.length > 0 || fact.flags.includes('future_clock'))
    .map(({ fact }) => fact);
}

function repeated({ steps }: TicketFold): Fact[] {
  return steps.filter(({ judgement }) => judgement.reason === 'natural_duplicate').map(({ fact }) => fact);
}

type Referrer = (facts: readonly (Fact | null | undefined)[]) => Reason;

/** Each event once, in the order in which things happened, at the instant at which it counts. */
function referrer({ steps }: TicketFold): Referrer {
  const places = new Map(steps.map((step, index) => [step.fact, { step, index }]));
  return (facts) => ({
    events: [...new Set(facts)]
      .flatMap((fact) => (fact ? [places.get(fact)] : []))
      .filter((place) => place !== undefined)
      .sort((a, b) => a.index - b.index)
      .map(({ step }) => ({
        event_id: step.fact.eventId,
        type: step.judgement.type,
        at: new Date(step.at).toISOString(),
      })),
  });
}

function each(names: readonly string[], reason: Reason): Record<string, Reason> {
  return Object.fromEntries(names.map((name) => [name, reason]));
}

function segment(kind: string, from: number, to: number, counted: number, by: Fact): Segment {
  return {
    kind,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    counted_ms: counted,
    event_id: by.eventId,
  };
}
