import { type TicketFold } from '../fold-ticket';
import { ticketRow } from '../ticket-row';
import { type Because, becauseOf } from './because';
import { type SlaFold } from './fold-sla';
import { type Figures, instantsAsText, iso, omit } from './output';
import { assignmentIntervalRows, responseTurnRows, slaInstanceRow } from './sla-rows';
import { ticketMetricsRow } from './ticket-metrics-row';

export interface Explanation {
  readonly figures: Figures;
  readonly because: Because;
}

export interface OutsideFacts {
  /** Counted where duplicates are turned away; none of them reaches a fold. */
  readonly duplicatesByEventId: number;
  readonly restatedCount: number;
}

export function explain(fold: TicketFold, sla: SlaFold, outside: OutsideFacts): Explanation {
  return { figures: figuresOf(fold, sla, outside), because: becauseOf(fold, sla) };
}

/** Every figure by its public name, null included; instants as text. */
export function figuresOf(fold: TicketFold, sla: SlaFold, outside: OutsideFacts): Figures {
  const { quality_flags: flags, ...ticket } = omit(ticketRow(fold), ['open_turn_since']);
  return {
    ...instantsAsText(ticket),
    // With a bot that may answer, the open turn is not the one that the messages of humans leave open.
    open_turn_since: iso(sla.course.talk.open?.since ?? null),
    ...instantsAsText(ticketMetricsRow(sla)),
    restated_count: outside.restatedCount,
    duplicates_by_event_id: outside.duplicatesByEventId,
    duplicates_by_natural_key: sla.course.naturalDuplicates,
    flags: qualityFlags(flags, sla),
    turns: responseTurnRows(sla).map(({ agent_id, answered_by_kind: kind, ...turn }) => ({
      ...instantsAsText(turn),
      answered_by: agent_id ?? kind,
    })),
    assignments: assignmentIntervalRows(sla).map(({ agent_id: agent, from_at, to_at, ...one }) => ({
      agent,
      from: iso(from_at),
      to: iso(to_at),
      ...omit(one, ['seq']),
    })),
    sla: sla.instances.map((instance) => instantsAsText(slaInstanceRow(sla, instance))),
    verdicts: fold.steps.flatMap(({ fact, judgement: { verdict, reason } }) =>
      verdict === 'accepted' ? [] : [{ event_id: fact.eventId, verdict, reason }],
    ),
  };
}

/** What rpt.ticket.quality_flags holds: those of the ticket itself, and a deadline that lies out of reach. */
export function qualityFlags(ofTicket: readonly string[], { instances }: SlaFold): readonly string[] {
  return instances.some(({ dueOutOfReach }) => dueOutOfReach)
    ? [...ofTicket, 'due_out_of_reach'].sort()
    : ofTicket;
}
