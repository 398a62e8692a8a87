-- Indexes for what is read straight from the log. Both are partial: almost no event is in them.

-- The latest word on an agent's presence is found by one descent per agent, however long the log is.
CREATE INDEX event_presence ON es.event (tenant, (data ->> 'agent_id'), occurred_at, event_id)
  WHERE type = 'agent.status_changed';

CREATE INDEX event_acquisition ON es.event (tenant, ticket_id, occurred_at, event_id)
  WHERE type IN ('ticket.created', 'ticket.reopened') AND data ? 'acquisition';
