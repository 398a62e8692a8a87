import { type TicketFold } from './fold-ticket';
import {
  categoryOf,
  type CloseReason,
  isExcludedFromMetrics,
  type Status,
  type StatusCategory,
} from './lifecycle';
import { type Step } from './step';
import { type Origin } from './ticket-head';
import { openTurnAfter, speakerAfter, type Speaker } from './turn';

/** The columns of rpt.ticket that are about the ticket; instants are ms UTC. */
export interface TicketRow {
  readonly source: string;
  readonly channel_type: string | null;
  readonly customer_id: string | null;
  readonly origin: Origin;
  readonly status: Status;
  readonly status_category: StatusCategory;
  readonly upstream_status: string | null;
  readonly is_diverged: boolean;
  readonly close_reason: CloseReason | null;
  readonly merged_into: string | null;
  readonly priority: string | null;
  readonly assignee_id: string | null;
  readonly team_id: string | null;
  readonly created_at: number;
  readonly creation_inferred: boolean;
  readonly last_event_at: number;
  readonly last_customer_message_at: number | null;
  readonly last_agent_message_at: number | null;
  readonly open_turn_since: number | null;
  readonly cycle_no: number;
  readonly excluded_from_metrics: boolean;
  readonly quality_flags: readonly string[];
  readonly is_complete: boolean;
}

export function ticketRow(fold: TicketFold): TicketRow {
  let told: Told = NOTHING_TOLD;
  for (const step of fold.steps) told = toldAfter(told, step);
  const last = fold.steps.at(-1);
  if (last === undefined) throw new Error('a ticket has at least one event');
  return rowOf(told, last);
}

/** What the head does not know: it comes from the course of the events, not from the state they led to. */
type Told = Pick<
  TicketRow,
  'last_customer_message_at' | 'last_agent_message_at' | 'open_turn_since' | 'quality_flags'
> & { readonly source: string | null; readonly lastSpeaker: Speaker | null };

const NOTHING_TOLD: Told = {
  source: null,
  last_customer_message_at: null,
  last_agent_message_at: null,
  open_turn_since: null,
  quality_flags: [],
  lastSpeaker: null,
};

function toldAfter(told: Told, step: Step): Told {
  const spoken = step.message?.isPublic === true ? step.message.sender : null;
  const lastSpeaker = speakerAfter(told.lastSpeaker, step);
  return {
    source: told.source ?? step.fact.source,
    last_customer_message_at: spoken === 'customer' ? step.at : told.last_customer_message_at,
    last_agent_message_at: spoken === 'agent' ? step.at : told.last_agent_message_at,
    open_turn_since: openTurnAfter(told.open_turn_since, step, lastSpeaker),
    quality_flags: qualityFlags(told.quality_flags, step),
    lastSpeaker,
  };
}

function qualityFlags(before: readonly string[], { fact, judgement }: Step): readonly string[] {
  const found = fact.flags.includes('future_clock') ? [...judgement.flags, 'future_clock'] : judgement.flags;
  const fresh = found.filter((flag) => !before.includes(flag));
  return fresh.length === 0 ? before : [...before, ...fresh].sort();
}

/** One literal: put together from parts, it would cost a rebuild more than all else about a row. */
function rowOf(told: Told, { head, fact }: Step): TicketRow {
  return {
    source: told.source ?? fact.source,
    channel_type: head.channel_type,
    customer_id: head.customer_id,
    origin: head.origin,
    status: head.status,
    status_category: categoryOf[head.status],
    upstream_status: head.upstream_status,
    is_diverged: head.is_diverged,
    close_reason: head.close_reason,
    merged_into: head.merged_into,
    priority: head.priority,
    assignee_id: head.assignee_id,
    team_id: head.team_id,
    created_at: head.created_at,
    creation_inferred: head.creation_inferred,
    last_event_at: head.last_event_at,
    last_customer_message_at: told.last_customer_message_at,
    last_agent_message_at: told.last_agent_message_at,
    open_turn_since: told.open_turn_since,
    cycle_no: head.cycle_no,
    excluded_from_metrics: isExcludedFromMetrics(head.close_reason),
    quality_flags: told.quality_flags,
    // Nothing had to be guessed and the sender agrees: the creation was seen, no step is missing, no claim refused.
    is_complete:
      !head.creation_inferred && !head.is_diverged && !told.quality_flags.includes('transition_gap'),
  };
}
