import { type SlaFold } from './fold-sla';
import { type Measured, type TicketMetrics } from './metrics';
import { seconds } from './seconds';

/** The columns of rpt.ticket_metrics that follow from the ticket; instants are ms UTC. Evaluated at `fold.now`. */
export type TicketMetricsRow = ReturnType<typeof ticketMetricsRow>;

export function ticketMetricsRow({ metrics, first, scheduleId, config }: SlaFold) {
  const { talk } = metrics;
  return {
    first_response_applicable: first.applicable,
    first_response_at: first.at,
    first_response_seconds: seconds(metrics.firstResponse.calendar),
    first_response_business_seconds: seconds(metrics.firstResponse.business),
    first_response_agent_id: first.agentId,
    first_response_source: first.source,
    first_assigned_at: metrics.firstAssignedAt,
    first_assignment_seconds: seconds(metrics.firstAssignment),
    unassigned_seconds: seconds(metrics.unassigned),
    first_resolved_at: metrics.firstResolvedAt,
    first_resolution_seconds: seconds(metrics.firstResolution.calendar),
    first_resolution_business_seconds: seconds(metrics.firstResolution.business),
    last_resolved_at: metrics.lastResolvedAt,
    full_resolution_seconds: seconds(metrics.fullResolution.calendar),
    full_resolution_business_seconds: seconds(metrics.fullResolution.business),
    effective_resolution_seconds: seconds(metrics.effectiveResolution),
    unresolved_seconds: seconds(metrics.unresolved.calendar),
    unresolved_business_seconds: seconds(metrics.unresolved.business),
    active_seconds: activeSeconds(metrics, 'calendar'),
    active_business_seconds: activeSeconds(metrics, 'business'),
    waiting_on_customer_seconds: seconds(metrics.waiting.calendar),
    on_hold_seconds: seconds(metrics.onHold.calendar),
    contested_pause_seconds: seconds(metrics.contested),
    unanswered_seconds: seconds(metrics.unanswered),
    reopen_count: metrics.reopens,
    resolution_cycles: metrics.cycles,
    reassignment_count: metrics.reassignments,
    agents_replied_count: talk.agentsReplied,
    public_agent_messages: talk.publicAgentMessages,
    customer_messages: talk.customerMessages,
    private_notes: talk.privateNotes,
    agent_turns: talk.agentTurns,
    is_one_touch: metrics.isOneTouch,
    resolved_without_reply: metrics.resolvedWithoutReply,
    resolved_by_agent_id: metrics.resolvedByAgentId,
    vendor_first_response_delta_seconds: seconds(metrics.vendorFirstResponseDelta),
    vendor_resolution_delta_seconds: seconds(metrics.vendorResolutionDelta),
    vendor_escalation_lag_seconds: seconds(metrics.vendorEscalationLag),
    schedule_id: scheduleId,
    config_revision: config.revision,
  };
}

/** The rest of the shown parts, so that what is printed adds up to the second. */
function activeSeconds({ unresolved, waiting, onHold }: TicketMetrics, kind: keyof Measured): number | null {
  const [whole, ...others] = [unresolved[kind], waiting[kind], onHold[kind]].map((ms) => seconds(ms));
  if (whole === null || whole === undefined) return null;
  return others.reduce<number>((rest, part) => rest - (part ?? 0), whole);
}
