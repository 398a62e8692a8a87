-- Read models: storage in versioned private schemas, read through the views of schema rpt.

DO $$
BEGIN
  CREATE ROLE casetrail_analyst NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

CREATE SCHEMA rm_1;
GRANT USAGE ON SCHEMA rm_1 TO casetrail_app;

CREATE TABLE rm_1.ticket (
  tenant_id                text NOT NULL,
  ticket_id                text NOT NULL,
  ticket_key               text PRIMARY KEY,
  source                   text NOT NULL,
  channel_type             text,
  customer_id              text,
  origin                   text NOT NULL,
  status                   text NOT NULL,
  status_category          text NOT NULL,
  upstream_status          text,
  is_diverged              boolean NOT NULL,
  close_reason             text,
  merged_into              text,
  priority                 text,
  assignee_id              text,
  team_id                  text,
  created_at               timestamptz NOT NULL,
  creation_inferred        boolean NOT NULL,
  last_event_at            timestamptz NOT NULL,
  last_customer_message_at timestamptz,
  last_agent_message_at    timestamptz,
  open_turn_since          timestamptz,
  cycle_no                 int NOT NULL,
  excluded_from_metrics    boolean NOT NULL,
  quality_flags            text[] NOT NULL,
  is_complete              boolean NOT NULL,
  version                  bigint NOT NULL,
  lane                     smallint NOT NULL,
  position                 bigint NOT NULL,
  resume                   jsonb NOT NULL
) WITH (fillfactor = 80);
COMMENT ON COLUMN rm_1.ticket.resume IS 'What the next event in order is applied to without reading the ticket''s history.';
CREATE INDEX ticket_by_id ON rm_1.ticket (ticket_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON rm_1.ticket TO casetrail_app;

CREATE SCHEMA rpt;
GRANT USAGE ON SCHEMA rpt TO casetrail_app, casetrail_analyst;

CREATE VIEW rpt.ticket AS
  SELECT tenant_id, ticket_id, ticket_key, source, channel_type, customer_id, origin, status, status_category,
         upstream_status, is_diverged, close_reason, merged_into, priority, assignee_id, team_id, created_at,
         creation_inferred, last_event_at, last_customer_message_at, last_agent_message_at, open_turn_since, cycle_no,
         excluded_from_metrics, quality_flags, is_complete, version, lane, position, 1 AS projection_version
  FROM rm_1.ticket;
GRANT SELECT ON rpt.ticket TO casetrail_app, casetrail_analyst;

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
