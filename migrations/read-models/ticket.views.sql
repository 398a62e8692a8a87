CREATE OR REPLACE VIEW rpt.ticket AS
  SELECT t.tenant_id, t.ticket_id, t.ticket_key, t.source, t.channel_type, t.customer_id, t.origin, t.status,
         t.status_category, t.upstream_status, t.is_diverged, t.close_reason, t.merged_into, t.priority, t.assignee_id,
         t.team_id, t.created_at, t.creation_inferred, t.last_event_at, t.last_customer_message_at,
         t.last_agent_message_at,
         -- Whether a bot answers, only the figures know.
         CASE WHEN m.ticket_key IS NULL THEN t.open_turn_since ELSE m.waiting_since END AS open_turn_since,
         t.cycle_no, t.excluded_from_metrics,
         CASE WHEN m.due_out_of_reach
              THEN ARRAY(SELECT f FROM unnest(t.quality_flags || 'due_out_of_reach'::text) f ORDER BY f COLLATE "C")
              ELSE t.quality_flags END AS quality_flags,
         t.is_complete, t.version, t.lane, t.position, :generation AS projection_version
  FROM ticket t
  LEFT JOIN rpt.ticket_metrics m ON m.ticket_key = t.ticket_key;

COMMENT ON VIEW rpt.ticket IS 'One row a ticket: its state as of its last event.';
COMMENT ON COLUMN rpt.ticket.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.ticket.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.ticket.ticket_key IS 'tenant_id/ticket_id: the key of the ticket everywhere, on Kafka too.';
COMMENT ON COLUMN rpt.ticket.source IS 'The source that sent the ticket''s earliest event.';
COMMENT ON COLUMN rpt.ticket.channel_type IS 'Where the customer wrote: topic_group, direct_message, bot_form … as sent.';
COMMENT ON COLUMN rpt.ticket.customer_id IS 'The sender''s id of the customer.';
COMMENT ON COLUMN rpt.ticket.origin IS 'Who opened it: customer, agent, or unknown while the creation is missing.';
COMMENT ON COLUMN rpt.ticket.status IS 'open, assigned, in_progress, pending, on_hold, resolved or closed.';
COMMENT ON COLUMN rpt.ticket.status_category IS 'active, waiting_customer, waiting_third_party or done.';
COMMENT ON COLUMN rpt.ticket.upstream_status IS 'The last status the sender claimed, also where the claim was refused.';
COMMENT ON COLUMN rpt.ticket.is_diverged IS 'The sender''s last claim differs from the status.';
COMMENT ON COLUMN rpt.ticket.close_reason IS 'resolved, auto, merged, spam, duplicate, abandoned or deleted.';
COMMENT ON COLUMN rpt.ticket.merged_into IS 'The ticket it was merged into.';
COMMENT ON COLUMN rpt.ticket.priority IS 'As last sent.';
COMMENT ON COLUMN rpt.ticket.assignee_id IS 'The agent who owns it; null = in the queue.';
COMMENT ON COLUMN rpt.ticket.team_id IS 'The group it was last routed to.';
COMMENT ON COLUMN rpt.ticket.created_at IS 'When it was opened, by the sender''s clock.';
COMMENT ON COLUMN rpt.ticket.creation_inferred IS 'The creation never arrived: created_at is the earliest event instead.';
COMMENT ON COLUMN rpt.ticket.last_event_at IS 'When the latest of its events happened.';
COMMENT ON COLUMN rpt.ticket.last_customer_message_at IS 'The customer''s latest public message.';
COMMENT ON COLUMN rpt.ticket.last_agent_message_at IS 'A human agent''s latest public message.';
COMMENT ON COLUMN rpt.ticket.open_turn_since IS 'Since when the customer has been waiting for an answer; null = not waiting.';
COMMENT ON COLUMN rpt.ticket.cycle_no IS '1, and one more with each reopening.';
COMMENT ON COLUMN rpt.ticket.excluded_from_metrics IS 'Merged, spam, duplicate or deleted: counted nowhere.';
COMMENT ON COLUMN rpt.ticket.quality_flags IS 'before_creation, future_clock, transition_gap, due_out_of_reach.';
COMMENT ON COLUMN rpt.ticket.is_complete IS 'Nothing had to be guessed and the sender agrees with the status.';
COMMENT ON COLUMN rpt.ticket.version IS 'How many of its events have a version: the ce_ticketversion of the last one.';
COMMENT ON COLUMN rpt.ticket.lane IS 'The lane, and Kafka partition, that holds its events.';
COMMENT ON COLUMN rpt.ticket.position IS 'The position of its last event in the lane.';
COMMENT ON COLUMN rpt.ticket.projection_version IS 'Which version of the projection wrote the row.';

CREATE OR REPLACE VIEW rpt.verdict_change AS
  SELECT tenant_id, ticket_id, ticket_key, event_id, source, type, occurred_at, received_at, current_status,
         claimed_previous, claimed_new, verdict_at_arrival, verdict_now, reason, changed_at,
         :generation AS projection_version
  FROM verdict_change;

COMMENT ON VIEW rpt.verdict_change IS 'Every event that is rejected, and every event whose verdict a later arrival changed.';
COMMENT ON COLUMN rpt.verdict_change.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.verdict_change.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.verdict_change.ticket_key IS 'tenant_id/ticket_id.';
COMMENT ON COLUMN rpt.verdict_change.event_id IS 'The event that was judged.';
COMMENT ON COLUMN rpt.verdict_change.source IS 'The source that sent it.';
COMMENT ON COLUMN rpt.verdict_change.type IS 'Its canonical type, as judged now.';
COMMENT ON COLUMN rpt.verdict_change.occurred_at IS 'When it happened, by the sender''s clock.';
COMMENT ON COLUMN rpt.verdict_change.received_at IS 'When it arrived.';
COMMENT ON COLUMN rpt.verdict_change.current_status IS 'The ticket''s status just before it, in the order in which things happened; null = before the creation.';
COMMENT ON COLUMN rpt.verdict_change.claimed_previous IS 'The status the sender said the ticket left, as sent.';
COMMENT ON COLUMN rpt.verdict_change.claimed_new IS 'The status the sender said the ticket took, as sent.';
COMMENT ON COLUMN rpt.verdict_change.verdict_at_arrival IS 'accepted, accepted_gap, noop or rejected: what the sender was told.';
COMMENT ON COLUMN rpt.verdict_change.verdict_now IS 'The verdict with all that is known today.';
COMMENT ON COLUMN rpt.verdict_change.reason IS 'Why it is rejected or a noop: illegal_transition, unknown_status, merged_is_final, natural_duplicate.';
COMMENT ON COLUMN rpt.verdict_change.changed_at IS 'When the verdict of now was recorded: at arrival, or with the late event that changed it.';
COMMENT ON COLUMN rpt.verdict_change.projection_version IS 'Which version of the projection wrote the row.';
