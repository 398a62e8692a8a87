-- What runs is added here to what the tables hold: from the anchor to now. Seconds are cut from the sum of the ms.

CREATE OR REPLACE FUNCTION rpt.ms_between(a timestamptz, b timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT greatest(0, floor(extract(epoch FROM b - a) * 1000))::bigint
$$;

-- Null, and not 0, where the hours are not known. Over views: what a function reads, whoever calls it must be allowed to.
CREATE OR REPLACE FUNCTION rpt.business_ms(p_schedule text, a timestamptz, b timestamptz) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN b <= a THEN 0 ELSE (
    SELECT (SELECT coalesce(floor(sum(extract(epoch FROM least(upper(i.open), b) - greatest(lower(i.open), a))) * 1000), 0)
            FROM rpt.schedule_open_interval i
            WHERE i.schedule_id = s.schedule_id AND i.open && tstzrange(a, greatest(a, b)))::bigint
    FROM rpt.schedule s
    WHERE s.schedule_id = p_schedule AND s.laid_out_from <= a AND b <= s.laid_out_to) END
$$;

-- The SLA's own time: always, or while its schedule is open.
CREATE OR REPLACE FUNCTION rpt.own_ms(p_basis text, p_schedule text, a timestamptz, b timestamptz) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE p_basis WHEN 'business' THEN rpt.business_ms(p_schedule, a, b) ELSE rpt.ms_between(a, b) END
$$;
COMMENT ON FUNCTION rpt.ms_between IS 'Whole milliseconds from a to b; 0 when b is before a.';
COMMENT ON FUNCTION rpt.business_ms IS 'Open milliseconds of a schedule from a to b. Null where its hours are not known.';
COMMENT ON FUNCTION rpt.own_ms IS 'Milliseconds from a to b as an SLA clock counts them: business = while the schedule is open, calendar = always.';
GRANT EXECUTE ON FUNCTION rpt.ms_between, rpt.business_ms, rpt.own_ms TO casetrail_app, casetrail_analyst;

CREATE OR REPLACE VIEW rpt.ticket_metrics AS
SELECT m.tenant_id, m.ticket_id, m.ticket_key, m.first_response_applicable, m.first_response_at,
         m.first_response_seconds, m.first_response_business_seconds, m.first_response_agent_id, m.first_response_source,
         m.first_assigned_at, m.first_assignment_seconds,
         (m.unassigned_ms + CASE WHEN m.unassigned_runs THEN live.ms ELSE 0 END) / 1000 AS unassigned_seconds,
         m.first_resolved_at, m.first_resolution_seconds, m.first_resolution_business_seconds, m.last_resolved_at,
         m.full_resolution_seconds, m.full_resolution_business_seconds, m.effective_resolution_seconds,
         s.unresolved AS unresolved_seconds, s.unresolved_business AS unresolved_business_seconds,
         s.unresolved - s.waiting - s.on_hold AS active_seconds,
         s.unresolved_business - s.waiting_business - s.on_hold_business AS active_business_seconds,
         s.waiting AS waiting_on_customer_seconds, s.on_hold AS on_hold_seconds,
         (m.contested_ms + CASE WHEN m.contested_runs THEN live.ms ELSE 0 END) / 1000 AS contested_pause_seconds,
         (m.unanswered_ms + CASE WHEN m.waiting_since IS NOT NULL THEN rpt.ms_between(m.anchor_at, now()) ELSE 0 END)
           / 1000 AS unanswered_seconds,
         m.reopen_count, m.resolution_cycles, m.reassignment_count, m.agents_replied_count, m.public_agent_messages,
         m.customer_messages, m.private_notes, m.agent_turns, m.is_one_touch, m.resolved_without_reply,
         m.resolved_by_agent_id, m.vendor_first_response_delta_seconds, m.vendor_resolution_delta_seconds,
         CASE WHEN m.escalation_counts_from > now() THEN NULL ELSE m.vendor_escalation_lag_seconds END
           AS vendor_escalation_lag_seconds,
         m.schedule_id,
         (SELECT count(*)::int FROM late_revision r WHERE r.ticket_key = m.ticket_key) AS restated_count,
         m.due_out_of_reach, m.config_revision, :generation AS projection_version, m.waiting_since
  FROM ticket_metrics m
  CROSS JOIN LATERAL (
    SELECT CASE WHEN m.running_court IS NULL THEN 0 ELSE rpt.ms_between(m.anchor_at, now()) END AS ms,
           CASE WHEN m.schedule_id IS NULL THEN NULL
                WHEN m.running_court IS NULL THEN 0
                ELSE rpt.business_ms(m.schedule_id, m.anchor_at, now()) END AS business_ms) live
  CROSS JOIN LATERAL (
    SELECT (m.unresolved_ms + live.ms) / 1000 AS unresolved,
           (m.unresolved_business_ms + live.business_ms) / 1000 AS unresolved_business,
           (m.waiting_ms + CASE m.running_court WHEN 'waiting_on_customer' THEN live.ms ELSE 0 END) / 1000 AS waiting,
           (m.waiting_business_ms + CASE m.running_court WHEN 'waiting_on_customer' THEN live.business_ms ELSE 0 END)
             / 1000 AS waiting_business,
           (m.on_hold_ms + CASE m.running_court WHEN 'on_hold' THEN live.ms ELSE 0 END) / 1000 AS on_hold,
           (m.on_hold_business_ms + CASE m.running_court WHEN 'on_hold' THEN live.business_ms ELSE 0 END)
             / 1000 AS on_hold_business) s;

COMMENT ON VIEW rpt.ticket_metrics IS 'One row a ticket: its durations and counts. Seconds; what still runs is measured up to now.';
COMMENT ON COLUMN rpt.ticket_metrics.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.ticket_metrics.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.ticket_metrics.ticket_key IS 'tenant_id/ticket_id.';
COMMENT ON COLUMN rpt.ticket_metrics.first_response_applicable IS 'A human''s first answer is owed: the customer began. False: an agent did. Null: the creation was never seen.';
COMMENT ON COLUMN rpt.ticket_metrics.first_response_at IS 'When a human agent first answered in public.';
COMMENT ON COLUMN rpt.ticket_metrics.first_response_seconds IS 'From the creation by the customer to first_response_at.';
COMMENT ON COLUMN rpt.ticket_metrics.first_response_business_seconds IS 'The same within the opening hours of schedule_id.';
COMMENT ON COLUMN rpt.ticket_metrics.first_response_agent_id IS 'Who sent that answer, whoever was assigned.';
COMMENT ON COLUMN rpt.ticket_metrics.first_response_source IS 'message: the answer itself was seen. vendor_event: only the sender''s own announcement of it.';
COMMENT ON COLUMN rpt.ticket_metrics.first_assigned_at IS 'When an agent first owned the ticket.';
COMMENT ON COLUMN rpt.ticket_metrics.first_assignment_seconds IS 'From the creation to first_assigned_at.';
COMMENT ON COLUMN rpt.ticket_metrics.unassigned_seconds IS 'Unresolved time without an owner.';
COMMENT ON COLUMN rpt.ticket_metrics.first_resolved_at IS 'When the ticket was first done.';
COMMENT ON COLUMN rpt.ticket_metrics.first_resolution_seconds IS 'From the creation to first_resolved_at. Never changes with a reopening.';
COMMENT ON COLUMN rpt.ticket_metrics.first_resolution_business_seconds IS 'The same within opening hours.';
COMMENT ON COLUMN rpt.ticket_metrics.last_resolved_at IS 'When the ticket was last done.';
COMMENT ON COLUMN rpt.ticket_metrics.full_resolution_seconds IS 'From the creation to last_resolved_at; null while it is not done.';
COMMENT ON COLUMN rpt.ticket_metrics.full_resolution_business_seconds IS 'The same within opening hours.';
COMMENT ON COLUMN rpt.ticket_metrics.effective_resolution_seconds IS 'As full_resolution_seconds, but a ticket closed by a rule out of pending counts as solved when the silence began.';
COMMENT ON COLUMN rpt.ticket_metrics.unresolved_seconds IS 'The sum of its cycles: the time between a solution and a reopening is left out.';
COMMENT ON COLUMN rpt.ticket_metrics.unresolved_business_seconds IS 'The same within opening hours.';
COMMENT ON COLUMN rpt.ticket_metrics.active_seconds IS 'The part of unresolved_seconds in which the ball was in our court.';
COMMENT ON COLUMN rpt.ticket_metrics.active_business_seconds IS 'The same within opening hours.';
COMMENT ON COLUMN rpt.ticket_metrics.waiting_on_customer_seconds IS 'The part of unresolved_seconds in which the customer had to answer.';
COMMENT ON COLUMN rpt.ticket_metrics.on_hold_seconds IS 'The part of unresolved_seconds in which a third party had to answer.';
COMMENT ON COLUMN rpt.ticket_metrics.contested_pause_seconds IS 'The part of active_seconds in which the status said pending although the customer had answered.';
COMMENT ON COLUMN rpt.ticket_metrics.unanswered_seconds IS 'The sum of its response turns: how long the customer waited for answers.';
COMMENT ON COLUMN rpt.ticket_metrics.reopen_count IS 'How often it was reopened.';
COMMENT ON COLUMN rpt.ticket_metrics.resolution_cycles IS 'reopen_count + 1.';
COMMENT ON COLUMN rpt.ticket_metrics.reassignment_count IS 'How often it went from one agent to another.';
COMMENT ON COLUMN rpt.ticket_metrics.agents_replied_count IS 'How many agents wrote to the customer.';
COMMENT ON COLUMN rpt.ticket_metrics.public_agent_messages IS 'Messages of human agents that the customer could see.';
COMMENT ON COLUMN rpt.ticket_metrics.customer_messages IS 'Messages of the customer, the opening one not counted.';
COMMENT ON COLUMN rpt.ticket_metrics.private_notes IS 'Messages that the customer could not see.';
COMMENT ON COLUMN rpt.ticket_metrics.agent_turns IS 'Answers: messages of agents in a row are one.';
COMMENT ON COLUMN rpt.ticket_metrics.is_one_touch IS 'Done with one answer and never reopened.';
COMMENT ON COLUMN rpt.ticket_metrics.resolved_without_reply IS 'Done before a human answered.';
COMMENT ON COLUMN rpt.ticket_metrics.resolved_by_agent_id IS 'Who is named as having done it.';
COMMENT ON COLUMN rpt.ticket_metrics.vendor_first_response_delta_seconds IS 'first_response_seconds minus the figure that the sender states.';
COMMENT ON COLUMN rpt.ticket_metrics.vendor_resolution_delta_seconds IS 'first_resolution_seconds minus the figure that the sender states.';
COMMENT ON COLUMN rpt.ticket_metrics.vendor_escalation_lag_seconds IS 'How much later than our breached_at the sender escalated.';
COMMENT ON COLUMN rpt.ticket_metrics.schedule_id IS 'The opening hours of its business figures: rpt.schedule.';
COMMENT ON COLUMN rpt.ticket_metrics.restated_count IS 'How many of its published figures a late fact has changed since: rows of rpt.metric_revision with cause late_event or backfill.';
COMMENT ON COLUMN rpt.ticket_metrics.due_out_of_reach IS 'A deadline lies further ahead than opening hours are known: it is null.';
COMMENT ON COLUMN rpt.ticket_metrics.config_revision IS 'The latest SLA configuration that its figures follow: rpt.sla_policy_version, rpt.schedule_version.';
COMMENT ON COLUMN rpt.ticket_metrics.projection_version IS 'Which version of the projection wrote the row.';
COMMENT ON COLUMN rpt.ticket_metrics.waiting_since IS 'Since when the customer has been waiting for an answer; null = not waiting.';

CREATE OR REPLACE VIEW rpt.status_interval AS
SELECT i.tenant_id, i.ticket_id, i.ticket_key, i.seq, i.status, i.category, i.from_at, i.to_at,
         coalesce(i.seconds, rpt.ms_between(i.from_at, now()) / 1000) AS seconds,
         CASE WHEN i.to_at IS NULL THEN rpt.business_ms(i.schedule_id, i.from_at, now()) / 1000
              ELSE i.business_seconds END AS business_seconds,
         i.cycle_no, i.entered_by, i.event_id, i.is_inferred, :generation AS projection_version
  FROM status_interval i;

COMMENT ON VIEW rpt.status_interval IS 'One row a stay in a status. The stays of a ticket follow each other without holes.';
COMMENT ON COLUMN rpt.status_interval.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.status_interval.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.status_interval.ticket_key IS 'tenant_id/ticket_id.';
COMMENT ON COLUMN rpt.status_interval.seq IS '1, 2, 3 … per ticket.';
COMMENT ON COLUMN rpt.status_interval.status IS 'The status.';
COMMENT ON COLUMN rpt.status_interval.category IS 'active, waiting_customer, waiting_third_party or done.';
COMMENT ON COLUMN rpt.status_interval.from_at IS 'When it was entered.';
COMMENT ON COLUMN rpt.status_interval.to_at IS 'When it was left; null = it is the status now.';
COMMENT ON COLUMN rpt.status_interval.seconds IS 'How long, up to now if it is the status now.';
COMMENT ON COLUMN rpt.status_interval.business_seconds IS 'The same within opening hours.';
COMMENT ON COLUMN rpt.status_interval.cycle_no IS '1, and one more with each reopening.';
COMMENT ON COLUMN rpt.status_interval.entered_by IS 'The agent or the rule that did it, else customer or agent.';
COMMENT ON COLUMN rpt.status_interval.event_id IS 'The event that says so.';
COMMENT ON COLUMN rpt.status_interval.is_inferred IS 'No event says so: it follows from a later one.';
COMMENT ON COLUMN rpt.status_interval.projection_version IS 'Which version of the projection wrote the row.';

CREATE OR REPLACE VIEW rpt.assignment_interval AS
SELECT a.tenant_id, a.ticket_id, a.ticket_key, a.seq, a.agent_id, a.from_at, a.to_at,
         (a.unresolved_ms + live.ms) / 1000 AS seconds,
         (a.active_ms + CASE WHEN a.active_runs THEN live.ms ELSE 0 END) / 1000 AS active_seconds,
         (a.elapsed_ms + CASE WHEN a.elapsed_runs_by IS NULL THEN 0
           -- By the hours of the clock that runs, which need not be those of the ticket.
           ELSE rpt.own_ms(a.elapsed_runs_by,
             (SELECT i.schedule_id FROM sla_instance i
              WHERE i.ticket_key = a.ticket_key AND i.stopped_at IS NULL
                AND i.metric = 'resolution' AND i.stage = 'running'), a.anchor_at, live.until) END) / 1000
           AS resolution_elapsed_seconds,
         (a.elapsed_business_ms + CASE
           WHEN a.elapsed_runs_by IS NULL THEN 0
           WHEN a.schedule_id IS NULL THEN rpt.ms_between(a.anchor_at, live.until)
           ELSE rpt.business_ms(a.schedule_id, a.anchor_at, live.until) END) / 1000
           AS resolution_elapsed_business_seconds,
         :generation AS projection_version
  FROM assignment_interval a
  CROSS JOIN LATERAL (
    SELECT CASE WHEN a.to_at IS NULL THEN rpt.ms_between(a.anchor_at, now()) ELSE 0 END AS ms,
           least(now(), a.elapsed_until) AS until) live;

COMMENT ON VIEW rpt.assignment_interval IS 'One row a time with one owner, or in the queue. What happens after the solution belongs to nobody.';
COMMENT ON COLUMN rpt.assignment_interval.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.assignment_interval.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.assignment_interval.ticket_key IS 'tenant_id/ticket_id.';
COMMENT ON COLUMN rpt.assignment_interval.seq IS '1, 2, 3 … per ticket.';
COMMENT ON COLUMN rpt.assignment_interval.agent_id IS 'The owner; null = the queue.';
COMMENT ON COLUMN rpt.assignment_interval.from_at IS 'Since when.';
COMMENT ON COLUMN rpt.assignment_interval.to_at IS 'Until when: the next owner or the solution; null = still.';
COMMENT ON COLUMN rpt.assignment_interval.seconds IS 'Unresolved time in it.';
COMMENT ON COLUMN rpt.assignment_interval.active_seconds IS 'The part of it in which the ball was in our court.';
COMMENT ON COLUMN rpt.assignment_interval.resolution_elapsed_seconds IS 'What the resolution clocks of the SLA counted in it.';
COMMENT ON COLUMN rpt.assignment_interval.resolution_elapsed_business_seconds IS 'The same within opening hours.';
COMMENT ON COLUMN rpt.assignment_interval.projection_version IS 'Which version of the projection wrote the row.';

CREATE OR REPLACE VIEW rpt.response_turn AS
SELECT r.tenant_id, r.ticket_id, r.ticket_key, r.turn_no, r.kind, r.waiting_since, r.ended_at,
         coalesce(r.seconds, rpt.ms_between(r.waiting_since, now()) / 1000) AS seconds,
         CASE WHEN r.ended_at IS NULL THEN rpt.business_ms(r.schedule_id, r.waiting_since, now()) / 1000
              ELSE r.business_seconds END AS business_seconds,
         r.outcome, r.answered_by_kind, r.agent_id, r.trigger_message_id, r.answer_message_id, r.customer_messages,
         :generation AS projection_version
  FROM response_turn r;

COMMENT ON VIEW rpt.response_turn IS 'One row a time in which the customer waited for an answer.';
COMMENT ON COLUMN rpt.response_turn.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.response_turn.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.response_turn.ticket_key IS 'tenant_id/ticket_id.';
COMMENT ON COLUMN rpt.response_turn.turn_no IS '1, 2, 3 … per ticket.';
COMMENT ON COLUMN rpt.response_turn.kind IS 'first: opened by the creation. next: by a later message.';
COMMENT ON COLUMN rpt.response_turn.waiting_since IS 'The oldest message that nobody had answered.';
COMMENT ON COLUMN rpt.response_turn.ended_at IS 'The answer, or the solution; null = still waiting.';
COMMENT ON COLUMN rpt.response_turn.seconds IS 'How long, up to now if still waiting.';
COMMENT ON COLUMN rpt.response_turn.business_seconds IS 'The same within opening hours.';
COMMENT ON COLUMN rpt.response_turn.outcome IS 'answered, closed_unanswered or waiting.';
COMMENT ON COLUMN rpt.response_turn.answered_by_kind IS 'agent, or bot where the source counts bots.';
COMMENT ON COLUMN rpt.response_turn.agent_id IS 'Who answered.';
COMMENT ON COLUMN rpt.response_turn.trigger_message_id IS 'The message that began it.';
COMMENT ON COLUMN rpt.response_turn.answer_message_id IS 'The message that ended it.';
COMMENT ON COLUMN rpt.response_turn.customer_messages IS 'The customer''s messages in it, the opening of the ticket not counted.';
COMMENT ON COLUMN rpt.response_turn.projection_version IS 'Which version of the projection wrote the row.';

CREATE OR REPLACE VIEW rpt.resolution_cycle AS
SELECT c.tenant_id, c.ticket_id, c.ticket_key, c.cycle_no, c.opened_at, c.done_at,
         CASE WHEN c.done_at IS NULL AND c.is_measured THEN rpt.ms_between(c.opened_at, now()) / 1000
              ELSE c.seconds END AS seconds,
         CASE WHEN c.done_at IS NULL AND c.is_measured THEN rpt.business_ms(c.schedule_id, c.opened_at, now()) / 1000
              ELSE c.business_seconds END AS business_seconds,
         (c.paused_ms + CASE WHEN c.pause_runs THEN rpt.ms_between(c.anchor_at, now()) ELSE 0 END) / 1000
           AS paused_seconds,
         c.reopened_by, c.start_inferred, :generation AS projection_version
  FROM resolution_cycle c;

COMMENT ON VIEW rpt.resolution_cycle IS 'One row from the creation, or a reopening, to the solution.';
COMMENT ON COLUMN rpt.resolution_cycle.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.resolution_cycle.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.resolution_cycle.ticket_key IS 'tenant_id/ticket_id.';
COMMENT ON COLUMN rpt.resolution_cycle.cycle_no IS '1, and one more with each reopening.';
COMMENT ON COLUMN rpt.resolution_cycle.opened_at IS 'The creation or the reopening.';
COMMENT ON COLUMN rpt.resolution_cycle.done_at IS 'The solution; null = not yet.';
COMMENT ON COLUMN rpt.resolution_cycle.seconds IS 'How long, up to now if not done; null where the beginning is not known.';
COMMENT ON COLUMN rpt.resolution_cycle.business_seconds IS 'The same within opening hours.';
COMMENT ON COLUMN rpt.resolution_cycle.paused_seconds IS 'The part of it in which the customer had to answer.';
COMMENT ON COLUMN rpt.resolution_cycle.reopened_by IS 'The agent or rule that reopened it, else customer or agent; null in the first cycle.';
COMMENT ON COLUMN rpt.resolution_cycle.start_inferred IS 'No event says when it began.';
COMMENT ON COLUMN rpt.resolution_cycle.projection_version IS 'Which version of the projection wrote the row.';

CREATE OR REPLACE VIEW rpt.message_fact AS
SELECT tenant_id, ticket_id, ticket_key, message_id, event_id, occurred_at, claimed_at, sender_kind, agent_id,
         is_public, is_opening, content_type, turn_no, is_first_response, :generation AS projection_version,
         floor(extract(epoch FROM claimed_at - occurred_at) * 1000)::bigint AS claimed_skew_ms
  FROM message_fact;

COMMENT ON VIEW rpt.message_fact IS 'One row a message, without its text: who wrote when, and what it did.';
COMMENT ON COLUMN rpt.message_fact.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.message_fact.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.message_fact.ticket_key IS 'tenant_id/ticket_id.';
COMMENT ON COLUMN rpt.message_fact.message_id IS 'The sender''s id of the message.';
COMMENT ON COLUMN rpt.message_fact.event_id IS 'The event that brought it.';
COMMENT ON COLUMN rpt.message_fact.occurred_at IS 'When it counts as sent.';
COMMENT ON COLUMN rpt.message_fact.claimed_at IS 'When the body says it was sent; decides nothing.';
COMMENT ON COLUMN rpt.message_fact.sender_kind IS 'customer, agent, bot or system.';
COMMENT ON COLUMN rpt.message_fact.agent_id IS 'The agent who wrote.';
COMMENT ON COLUMN rpt.message_fact.is_public IS 'The customer could see it.';
COMMENT ON COLUMN rpt.message_fact.is_opening IS 'Came inside the creation or a reopening.';
COMMENT ON COLUMN rpt.message_fact.content_type IS 'text, photo, voice … as sent.';
COMMENT ON COLUMN rpt.message_fact.turn_no IS 'The response turn that it opens, prolongs or answers.';
COMMENT ON COLUMN rpt.message_fact.is_first_response IS 'It is the ticket''s first response.';
COMMENT ON COLUMN rpt.message_fact.projection_version IS 'Which version of the projection wrote the row.';
COMMENT ON COLUMN rpt.message_fact.claimed_skew_ms IS 'claimed_at minus occurred_at; negative = the body names the earlier instant.';

-- Ended and open apart: of what has ended every column is as stored, so that an index finds it.
CREATE OR REPLACE VIEW rpt.sla_instance AS
SELECT i.tenant_id, i.ticket_id, i.ticket_key, i.instance_id, i.metric, i.instance_no, i.policy_id, i.policy_version,
         i.schedule_id, i.basis, i.target_seconds,
         CASE WHEN i.breached THEN coalesce(i.breach_target_seconds, i.target_seconds) END AS breach_target_seconds,
         i.started_at, i.stopped_at, i.due_at, i.original_due_at, i.warn_at, i.warned_at, i.stage, i.outcome, i.breached,
         CASE WHEN i.breached THEN coalesce(i.breached_at, i.due_at) END AS breached_at,
         CASE WHEN i.breached THEN coalesce(i.breach_cause, 'deadline') END AS breach_cause, i.cancel_reason,
         i.elapsed_ms / 1000 AS elapsed_seconds, i.paused_ms / 1000 AS paused_seconds,
         i.overrun_ms / 1000 AS overrun_seconds, i.elapsed_ms AS elapsed_ms_at_anchor, i.anchor_at, i.owner_at_breach,
         i.closed_by_event, i.config_revision, :generation AS projection_version
  FROM sla_instance i
  WHERE i.stopped_at IS NOT NULL
  UNION ALL
SELECT i.tenant_id, i.ticket_id, i.ticket_key, i.instance_id, i.metric, i.instance_no, i.policy_id, i.policy_version,
         i.schedule_id, i.basis, i.target_seconds,
         CASE WHEN n.breached THEN coalesce(i.breach_target_seconds, i.target_seconds) END AS breach_target_seconds,
         i.started_at, CASE WHEN n.removed THEN i.removed_at END AS stopped_at, i.due_at,
         i.original_due_at, i.warn_at, i.warned_at,
         CASE WHEN n.removed THEN CASE WHEN n.breached THEN 'completed' ELSE 'cancelled' END ELSE i.stage END AS stage,
         CASE WHEN n.removed THEN CASE WHEN n.breached THEN 'breached' ELSE 'cancelled' END
              WHEN NOT n.open THEN i.outcome
              WHEN n.breached THEN 'breaching'
              WHEN i.outcome = 'at_risk' OR i.warn_at <= n.until THEN 'at_risk'
              ELSE i.outcome END AS outcome,
         n.breached, CASE WHEN n.breached THEN coalesce(i.breached_at, i.due_at) END AS breached_at,
         CASE WHEN n.breached THEN coalesce(i.breach_cause, 'deadline') END AS breach_cause,
         CASE WHEN n.removed AND NOT n.breached THEN 'policy_removed' ELSE i.cancel_reason END AS cancel_reason,
         n.elapsed_ms / 1000 AS elapsed_seconds,
         (i.paused_ms + CASE i.stage WHEN 'paused' THEN own.ms ELSE 0 END) / 1000 AS paused_seconds,
         CASE WHEN NOT n.open THEN i.overrun_ms
              WHEN n.breached THEN
                greatest(0, n.elapsed_ms - 1000 * coalesce(i.breach_target_seconds, i.target_seconds))
              ELSE 0 END / 1000 AS overrun_seconds,
         i.elapsed_ms AS elapsed_ms_at_anchor, i.anchor_at,
         CASE WHEN n.breached AND NOT i.breached
              THEN (SELECT a.agent_id FROM assignment_interval a
                    WHERE a.ticket_key = i.ticket_key AND a.from_at <= i.due_at ORDER BY a.seq DESC LIMIT 1)
              ELSE i.owner_at_breach END AS owner_at_breach,
         i.closed_by_event, i.config_revision, :generation AS projection_version
  FROM sla_instance i
  CROSS JOIN LATERAL (
    SELECT i.stage IN ('running', 'paused') AS open, least(now(), i.removed_at) AS until) u
  CROSS JOIN LATERAL (
    SELECT CASE WHEN u.open THEN rpt.own_ms(i.basis, i.schedule_id, i.anchor_at, u.until) ELSE 0 END AS ms) own
  CROSS JOIN LATERAL (
    SELECT u.open, u.until, u.open AND coalesce(i.removed_at <= now(), false) AS removed,
           i.breached OR coalesce(u.open AND i.breaks_at <= u.until, false) AS breached,
           i.elapsed_ms + CASE i.stage WHEN 'running' THEN own.ms ELSE 0 END AS elapsed_ms) n
  WHERE i.stopped_at IS NULL;

COMMENT ON VIEW rpt.sla_instance IS 'One row a promise: a ticket''s first response, each later wait for an answer, each resolution.';
COMMENT ON COLUMN rpt.sla_instance.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.sla_instance.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.sla_instance.ticket_key IS 'tenant_id/ticket_id.';
COMMENT ON COLUMN rpt.sla_instance.instance_id IS 'Made from the ticket, the metric and the event that opened it.';
COMMENT ON COLUMN rpt.sla_instance.metric IS 'first_response, next_response or resolution.';
COMMENT ON COLUMN rpt.sla_instance.instance_no IS '1, 2, 3 … of its metric in the ticket.';
COMMENT ON COLUMN rpt.sla_instance.policy_id IS 'The policy in force when it began: rpt.sla_policy_version.';
COMMENT ON COLUMN rpt.sla_instance.policy_version IS 'Its version.';
COMMENT ON COLUMN rpt.sla_instance.schedule_id IS 'The opening hours of its clock: rpt.schedule.';
COMMENT ON COLUMN rpt.sla_instance.basis IS 'business: its clock runs while open. calendar: always.';
COMMENT ON COLUMN rpt.sla_instance.target_seconds IS 'The promise, as of the ticket''s priority now.';
COMMENT ON COLUMN rpt.sla_instance.breach_target_seconds IS 'The promise that was missed.';
COMMENT ON COLUMN rpt.sla_instance.started_at IS 'When its clock started.';
COMMENT ON COLUMN rpt.sla_instance.stopped_at IS 'When it ended; null = not yet.';
COMMENT ON COLUMN rpt.sla_instance.due_at IS 'Until when the promise has to be kept; null while paused.';
COMMENT ON COLUMN rpt.sla_instance.original_due_at IS 'What due_at was at the start.';
COMMENT ON COLUMN rpt.sla_instance.warn_at IS 'When warn_percent of the target is used up.';
COMMENT ON COLUMN rpt.sla_instance.warned_at IS 'When a warning was announced.';
COMMENT ON COLUMN rpt.sla_instance.stage IS 'running, paused, completed or cancelled.';
COMMENT ON COLUMN rpt.sla_instance.outcome IS 'on_track, at_risk, breaching; met, breached, cancelled once it has ended.';
COMMENT ON COLUMN rpt.sla_instance.breached IS 'The promise was missed.';
COMMENT ON COLUMN rpt.sla_instance.breached_at IS 'The deadline that was missed, whoever noticed when.';
COMMENT ON COLUMN rpt.sla_instance.breach_cause IS 'deadline, or retarget: a change of priority after more than the new target had passed.';
COMMENT ON COLUMN rpt.sla_instance.cancel_reason IS 'Why nobody had to keep it any more.';
COMMENT ON COLUMN rpt.sla_instance.elapsed_seconds IS 'What its clock has counted, up to now if it runs.';
COMMENT ON COLUMN rpt.sla_instance.paused_seconds IS 'How long it stood still, in its own time.';
COMMENT ON COLUMN rpt.sla_instance.overrun_seconds IS 'How far beyond the target that was missed.';
COMMENT ON COLUMN rpt.sla_instance.elapsed_ms_at_anchor IS 'What its clock had counted at anchor_at.';
COMMENT ON COLUMN rpt.sla_instance.anchor_at IS 'When its clock last began to run or to pause, or when it ended.';
COMMENT ON COLUMN rpt.sla_instance.owner_at_breach IS 'Who had the ticket when the promise was missed.';
COMMENT ON COLUMN rpt.sla_instance.closed_by_event IS 'The event that ended it.';
COMMENT ON COLUMN rpt.sla_instance.config_revision IS 'The latest SLA configuration that it follows.';
COMMENT ON COLUMN rpt.sla_instance.projection_version IS 'Which version of the projection wrote the row.';

CREATE OR REPLACE VIEW rpt.sla_clock_segment AS
SELECT tenant_id, ticket_id, ticket_key, instance_id, seq, kind, from_at, to_at, counted_ms, cause_event_id, cause,
         schedule_version, :generation AS projection_version
  FROM sla_clock_segment
  UNION ALL
  SELECT i.tenant_id, i.ticket_id, i.ticket_key, i.instance_id,
         1000000 + row_number() OVER (PARTITION BY i.instance_id ORDER BY p.from_at)::int,
         CASE i.stage WHEN 'paused' THEN 'pause' ELSE 'run' END, p.from_at, p.to_at,
         rpt.ms_between(p.from_at, p.to_at), NULL, 'under_way', p.schedule_version, :generation
  FROM sla_instance i
  CROSS JOIN LATERAL (
    SELECT i.anchor_at AS from_at, least(now(), i.removed_at) AS to_at, NULL::int AS schedule_version
    WHERE i.basis = 'calendar'
    UNION ALL
    SELECT greatest(lower(o.open), i.anchor_at), least(upper(o.open), now(), i.removed_at), o.schedule_version
    FROM app.schedule h JOIN app.schedule_open_interval o ON o.schedule_no = h.no
    WHERE i.basis = 'business' AND h.schedule_id = i.schedule_id AND i.anchor_at < least(now(), i.removed_at)
      AND o.open && tstzrange(i.anchor_at, least(now(), i.removed_at))) p
  WHERE i.stage IN ('running', 'paused') AND p.from_at < p.to_at;

COMMENT ON VIEW rpt.sla_clock_segment IS 'How the time of an SLA instance was spent, piece by piece: counted_ms of kind run sums up to the elapsed time.';
COMMENT ON COLUMN rpt.sla_clock_segment.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.sla_clock_segment.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.sla_clock_segment.ticket_key IS 'tenant_id/ticket_id.';
COMMENT ON COLUMN rpt.sla_clock_segment.instance_id IS 'rpt.sla_instance.';
COMMENT ON COLUMN rpt.sla_clock_segment.seq IS 'In the order of time.';
COMMENT ON COLUMN rpt.sla_clock_segment.kind IS 'run, pause or closed_hours.';
COMMENT ON COLUMN rpt.sla_clock_segment.from_at IS 'From …';
COMMENT ON COLUMN rpt.sla_clock_segment.to_at IS '… to; now for the last one of a clock that goes on.';
COMMENT ON COLUMN rpt.sla_clock_segment.counted_ms IS 'In the SLA''s own time: closed hours count nothing.';
COMMENT ON COLUMN rpt.sla_clock_segment.cause_event_id IS 'The event that set the clock going, or stopped it; null in what is under way.';
COMMENT ON COLUMN rpt.sla_clock_segment.cause IS 'Its type; outside_hours while closed.';
COMMENT ON COLUMN rpt.sla_clock_segment.schedule_version IS 'The version of the opening hours that ruled.';
COMMENT ON COLUMN rpt.sla_clock_segment.projection_version IS 'Which version of the projection wrote the row.';

CREATE OR REPLACE VIEW rpt.sla_event AS
SELECT tenant_id, ticket_id, ticket_key, instance_id, seq, type, at, event_id, target_seconds, elapsed_seconds,
         :generation AS projection_version
  FROM sla_event
  WHERE counts_from <= now();

COMMENT ON VIEW rpt.sla_event IS 'What happened to an SLA instance, in order.';
COMMENT ON COLUMN rpt.sla_event.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.sla_event.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.sla_event.ticket_key IS 'tenant_id/ticket_id.';
COMMENT ON COLUMN rpt.sla_event.instance_id IS 'rpt.sla_instance.';
COMMENT ON COLUMN rpt.sla_event.seq IS 'In the order of time.';
COMMENT ON COLUMN rpt.sla_event.type IS 'activate, pause, resume, retarget, warn, breach, fulfil, cancel or breach_withdrawn.';
COMMENT ON COLUMN rpt.sla_event.at IS 'When; a breach at its deadline.';
COMMENT ON COLUMN rpt.sla_event.event_id IS 'The event behind it; null for what time alone brought about.';
COMMENT ON COLUMN rpt.sla_event.target_seconds IS 'The promise at that instant.';
COMMENT ON COLUMN rpt.sla_event.elapsed_seconds IS 'What the clock had counted.';
COMMENT ON COLUMN rpt.sla_event.projection_version IS 'Which version of the projection wrote the row.';

CREATE OR REPLACE VIEW rpt.metric_revision AS
SELECT tenant_id, ticket_id, ticket_key, table_name, column_name, instance_id, old_value, new_value, changed_at,
         cause_event_id, cause, lateness_seconds, reporting_date, :generation AS projection_version
  FROM late_revision
  UNION ALL
  SELECT tenant_id, ticket_id, ticket_key, table_name, column_name, instance_id, old_value, new_value, changed_at,
         NULL, cause, NULL, reporting_date, :generation
  FROM app.restatement;

COMMENT ON VIEW rpt.metric_revision IS 'Every published figure that came to be another, and why.';
COMMENT ON COLUMN rpt.metric_revision.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.metric_revision.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.metric_revision.ticket_key IS 'tenant_id/ticket_id.';
COMMENT ON COLUMN rpt.metric_revision.table_name IS 'Whose column: ticket, ticket_metrics or sla_instance.';
COMMENT ON COLUMN rpt.metric_revision.column_name IS 'The figure.';
COMMENT ON COLUMN rpt.metric_revision.instance_id IS 'The SLA instance, for figures of sla_instance.';
COMMENT ON COLUMN rpt.metric_revision.old_value IS 'What was published; null is a value too.';
COMMENT ON COLUMN rpt.metric_revision.new_value IS 'What is published since.';
COMMENT ON COLUMN rpt.metric_revision.changed_at IS 'When what we published changed.';
COMMENT ON COLUMN rpt.metric_revision.cause_event_id IS 'The late event; null where configuration or newer code is the cause.';
COMMENT ON COLUMN rpt.metric_revision.cause IS 'late_event, backfill (imported), policy_reapply, schedule_reprocess or code_version.';
COMMENT ON COLUMN rpt.metric_revision.lateness_seconds IS 'How late the event arrived.';
COMMENT ON COLUMN rpt.metric_revision.reporting_date IS 'The day (UTC) whose reports hold the figure: of the creation, for resolution figures of the solution.';
COMMENT ON COLUMN rpt.metric_revision.projection_version IS 'Which version of the projection wrote the row.';
