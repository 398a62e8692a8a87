-- Views over the views of the projections, and over the followers: nothing here is stored.

CREATE OR REPLACE VIEW rpt.projection_state AS
  SELECT p.name AS projection, p.generation AS version, f.lane::int AS lane, f.position,
         coalesce(h.last_position, 0) AS lane_head, e.recorded_at AS as_of,
         CASE WHEN coalesce(h.last_position, 0) <= f.position THEN 0
              ELSE floor(extract(epoch FROM clock_timestamp() - n.recorded_at))::bigint END AS lag_seconds,
         (SELECT count(*) FROM app.parked_ticket k
          WHERE k.projection = p.name AND k.generation = p.generation AND k.lane = f.lane) AS parked_tickets,
         p.rebuilt_at, c.checksum
  FROM app.projection p
  JOIN es.follower f ON f.name = 'projections'
  LEFT JOIN app.projection_checksum c ON c.projection = p.name AND c.generation = p.generation AND c.lane = f.lane
  LEFT JOIN LATERAL (
    SELECT a.last_position FROM es.append a WHERE a.lane = f.lane ORDER BY a.first_position DESC LIMIT 1) h ON true
  LEFT JOIN es.event e ON e.lane = f.lane AND e.position = f.position
  LEFT JOIN es.event n ON n.lane = f.lane AND n.position = f.position + 1;

COMMENT ON VIEW rpt.projection_state IS 'How far each projection has come in each lane: the first place to look when a figure seems old.';
COMMENT ON COLUMN rpt.projection_state.projection IS 'ticket, sla …: the name that casetrail rebuild takes.';
COMMENT ON COLUMN rpt.projection_state.version IS 'The generation of its tables that the views show.';
COMMENT ON COLUMN rpt.projection_state.lane IS 'The lane.';
COMMENT ON COLUMN rpt.projection_state.position IS 'The last position in the lane that the rows include.';
COMMENT ON COLUMN rpt.projection_state.lane_head IS 'The last position that is stored.';
COMMENT ON COLUMN rpt.projection_state.as_of IS 'When the last event that the rows include was stored.';
COMMENT ON COLUMN rpt.projection_state.lag_seconds IS 'For how long the next event has been waiting; 0 = nothing waits.';
COMMENT ON COLUMN rpt.projection_state.parked_tickets IS 'Tickets of the lane whose rows stand still because their events could not be projected.';
COMMENT ON COLUMN rpt.projection_state.rebuilt_at IS 'When the tables were last made anew; null = never.';
COMMENT ON COLUMN rpt.projection_state.checksum IS 'Of the lane''s rows as the last rebuild left them, in any order; null = never rebuilt.';

CREATE OR REPLACE VIEW rpt.parked_ticket AS
  SELECT k.projection, k.ticket_key, k.lane::int AS lane, k.position, k.error, k.parked_at
  FROM app.parked_ticket k JOIN app.projection p ON p.name = k.projection AND p.generation = k.generation;

COMMENT ON VIEW rpt.parked_ticket IS 'Tickets whose rows stand still because a projection could not take one of their events. A newer version tries them again.';
COMMENT ON COLUMN rpt.parked_ticket.projection IS 'Whose rows stand still.';
COMMENT ON COLUMN rpt.parked_ticket.ticket_key IS 'The ticket.';
COMMENT ON COLUMN rpt.parked_ticket.lane IS 'Its lane.';
COMMENT ON COLUMN rpt.parked_ticket.position IS 'The lane''s position at which it was first noticed.';
COMMENT ON COLUMN rpt.parked_ticket.error IS 'What went wrong.';
COMMENT ON COLUMN rpt.parked_ticket.parked_at IS 'Since when.';

CREATE OR REPLACE VIEW rpt.ticket_timeline AS
  SELECT t.tenant_id, t.ticket_id, t.ticket_key, e.occurred_at AS at, e.received_at, e.recorded_at,
         CASE WHEN e.source = 'casetrail' THEN 'casetrail' ELSE 'sender' END AS origin, e.source, e.type, e.verdict,
         e.verdict_reason,
         CASE
           WHEN e.source = 'casetrail' THEN 'casetrail'
           WHEN e.type IN ('message.received', 'message.edited') THEN e.data -> 'sender' ->> 'type'
           WHEN e.type IN ('ticket.created', 'ticket.reopened') THEN coalesce(e.data ->> 'origin', 'customer')
           WHEN e.data -> 'changed_by' ->> 'rule' IS NOT NULL THEN 'rule'
           WHEN e.type <> 'agent.assigned'
             AND coalesce(e.data -> 'changed_by' ->> 'agent_id', e.data ->> 'agent_id') IS NOT NULL THEN 'agent'
         END AS actor_kind,
         coalesce(e.data -> 'sender' ->> 'agent_id', e.data -> 'changed_by' ->> 'agent_id', e.data ->> 'agent_id') AS agent_id,
         CASE WHEN e.type IN ('message.received', 'message.edited')
           THEN (e.data ->> 'is_private') IS DISTINCT FROM 'true' END AS is_public,
         coalesce(e.data ->> 'message_id', e.data -> 'initial_message' ->> 'message_id') AS message_id,
         e.data ->> 'previous_status' AS claimed_previous,
         coalesce(e.data ->> 'new_status', e.data ->> 'status') AS claimed_new,
         e.after ->> 'status' AS status_after, e.after ->> 'close_reason' AS close_reason_after,
         e.after ->> 'assignee' AS assignee_after, (e.after ->> 'cycle_no')::int AS cycle_no_after, e.flags, e.event_id,
         e.version, e.lane, e.position
  FROM rpt.ticket t JOIN es.event e ON e.ticket_id = t.ticket_id AND e.tenant = t.tenant_id;

COMMENT ON VIEW rpt.ticket_timeline IS
  'One row an event of a ticket, refused ones and casetrail''s own too, without texts and names. Order by at, position.';
COMMENT ON COLUMN rpt.ticket_timeline.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.ticket_timeline.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.ticket_timeline.ticket_key IS 'tenant_id/ticket_id. Ask by it: the answer then takes no longer when the log grows.';
COMMENT ON COLUMN rpt.ticket_timeline.at IS 'When it happened, by the sender''s clock; of casetrail''s own events when it was announced.';
COMMENT ON COLUMN rpt.ticket_timeline.received_at IS 'When it arrived.';
COMMENT ON COLUMN rpt.ticket_timeline.recorded_at IS 'When it was stored, by the database''s clock.';
COMMENT ON COLUMN rpt.ticket_timeline.origin IS 'sender, or casetrail: its own announcements about verdicts and SLA.';
COMMENT ON COLUMN rpt.ticket_timeline.source IS 'The source that sent it.';
COMMENT ON COLUMN rpt.ticket_timeline.type IS 'Its canonical type, as judged at arrival.';
COMMENT ON COLUMN rpt.ticket_timeline.verdict IS 'accepted, accepted_gap, noop or rejected: as judged at arrival. rpt.verdict_change has those that changed.';
COMMENT ON COLUMN rpt.ticket_timeline.verdict_reason IS 'Why it is rejected or a noop: illegal_transition, unknown_status, merged_is_final, natural_duplicate.';
COMMENT ON COLUMN rpt.ticket_timeline.actor_kind IS 'Who did it: customer, agent, bot, system, rule or casetrail; null where the sender does not say.';
COMMENT ON COLUMN rpt.ticket_timeline.agent_id IS 'The agent who did it; of agent.assigned the agent who was given the ticket.';
COMMENT ON COLUMN rpt.ticket_timeline.is_public IS 'Of a message: false = a private note. Null for what is no message.';
COMMENT ON COLUMN rpt.ticket_timeline.message_id IS 'The sender''s id of the message.';
COMMENT ON COLUMN rpt.ticket_timeline.claimed_previous IS 'The status the sender said the ticket left, as sent.';
COMMENT ON COLUMN rpt.ticket_timeline.claimed_new IS 'The status the sender said the ticket took, as sent.';
COMMENT ON COLUMN rpt.ticket_timeline.status_after IS 'The ticket''s status once this event and all stored before it are counted.';
COMMENT ON COLUMN rpt.ticket_timeline.close_reason_after IS 'Its close reason then.';
COMMENT ON COLUMN rpt.ticket_timeline.assignee_after IS 'Its assignee then; null = in the queue.';
COMMENT ON COLUMN rpt.ticket_timeline.cycle_no_after IS 'Its cycle then: 1, and one more with each reopening.';
COMMENT ON COLUMN rpt.ticket_timeline.flags IS 'What was noticed at arrival: late, future_clock, before_creation, transition_gap …';
COMMENT ON COLUMN rpt.ticket_timeline.event_id IS 'The event''s id, unique per source.';
COMMENT ON COLUMN rpt.ticket_timeline.version IS 'The ce_ticketversion of its Kafka record; null for a rejected event.';
COMMENT ON COLUMN rpt.ticket_timeline.lane IS 'The lane, and Kafka partition, that holds it.';
COMMENT ON COLUMN rpt.ticket_timeline.position IS 'Its position in the lane.';

-- One descent of the index per agent (a loose index scan): from each agent's latest word to that of the next agent.
CREATE OR REPLACE VIEW rpt.agent_presence AS
  WITH RECURSIVE latest AS (
    (SELECT e.tenant, e.data ->> 'agent_id' AS agent_id, e.data ->> 'status' AS status, e.occurred_at
     FROM es.event e WHERE e.type = 'agent.status_changed'
     ORDER BY e.tenant DESC, e.data ->> 'agent_id' DESC, e.occurred_at DESC, e.event_id DESC LIMIT 1)
    UNION ALL
    SELECT next.* FROM latest CROSS JOIN LATERAL (
      SELECT e.tenant, e.data ->> 'agent_id', e.data ->> 'status', e.occurred_at
      FROM es.event e
      WHERE e.type = 'agent.status_changed' AND (e.tenant, e.data ->> 'agent_id') < (latest.tenant, latest.agent_id)
      ORDER BY e.tenant DESC, e.data ->> 'agent_id' DESC, e.occurred_at DESC, e.event_id DESC LIMIT 1) next)
  SELECT tenant AS tenant_id, agent_id, status AS presence, occurred_at AS presence_since FROM latest;

COMMENT ON VIEW rpt.agent_presence IS 'One row an agent whose presence was ever reported: the latest word on it.';
COMMENT ON COLUMN rpt.agent_presence.tenant_id IS 'Whose agent it is.';
COMMENT ON COLUMN rpt.agent_presence.agent_id IS 'The sender''s id of the agent, unique per tenant.';
COMMENT ON COLUMN rpt.agent_presence.presence IS 'online, busy, offline … as last sent.';
COMMENT ON COLUMN rpt.agent_presence.presence_since IS 'When this was reported, by the sender''s clock.';

CREATE OR REPLACE VIEW rpt.agent AS
  WITH RECURSIVE owner AS (
    (SELECT t.tenant_id, t.assignee_id FROM rpt.ticket t WHERE t.assignee_id IS NOT NULL
     ORDER BY t.tenant_id, t.assignee_id LIMIT 1)
    UNION ALL
    SELECT next.* FROM owner CROSS JOIN LATERAL (
      SELECT t.tenant_id, t.assignee_id FROM rpt.ticket t
      WHERE t.assignee_id IS NOT NULL AND (t.tenant_id, t.assignee_id) > (owner.tenant_id, owner.assignee_id)
      ORDER BY t.tenant_id, t.assignee_id LIMIT 1) next),
  known AS (
    SELECT tenant_id, assignee_id AS agent_id FROM owner
    UNION SELECT tenant_id, agent_id FROM rpt.agent_presence),
  work AS (
    SELECT t.tenant_id, t.assignee_id AS agent_id, count(*) AS open_tickets,
           count(*) FILTER (WHERE t.status = 'open') AS status_open,
           count(*) FILTER (WHERE t.status = 'assigned') AS status_assigned,
           count(*) FILTER (WHERE t.status = 'in_progress') AS status_in_progress,
           count(*) FILTER (WHERE t.status = 'pending') AS status_pending,
           count(*) FILTER (WHERE t.status = 'on_hold') AS status_on_hold,
           count(t.open_turn_since) AS turns_waiting, min(t.open_turn_since) AS oldest_waiting_since,
           max(t.last_agent_message_at) AS last_agent_message_at
    FROM rpt.ticket t WHERE t.status_category <> 'done' AND t.assignee_id IS NOT NULL
    GROUP BY t.tenant_id, t.assignee_id)
  SELECT k.tenant_id, k.agent_id, p.presence, p.presence_since, coalesce(w.open_tickets, 0) AS open_tickets,
         coalesce(w.status_open, 0) AS status_open, coalesce(w.status_assigned, 0) AS status_assigned,
         coalesce(w.status_in_progress, 0) AS status_in_progress, coalesce(w.status_pending, 0) AS status_pending,
         coalesce(w.status_on_hold, 0) AS status_on_hold, coalesce(w.turns_waiting, 0) AS turns_waiting,
         w.oldest_waiting_since, greatest(p.presence_since, w.last_agent_message_at) AS last_activity_at
  FROM known k
  LEFT JOIN rpt.agent_presence p ON p.tenant_id = k.tenant_id AND p.agent_id = k.agent_id
  LEFT JOIN work w ON w.tenant_id = k.tenant_id AND w.agent_id = k.agent_id;

COMMENT ON VIEW rpt.agent IS 'One row an agent who owns a ticket or whose presence was reported: what waits for this agent now.';
COMMENT ON COLUMN rpt.agent.tenant_id IS 'Whose agent it is.';
COMMENT ON COLUMN rpt.agent.agent_id IS 'The sender''s id of the agent, unique per tenant.';
COMMENT ON COLUMN rpt.agent.presence IS 'online, busy, offline … as last sent; null where none was sent.';
COMMENT ON COLUMN rpt.agent.presence_since IS 'When this was reported, by the sender''s clock.';
COMMENT ON COLUMN rpt.agent.open_tickets IS 'Tickets this agent owns that are not done: the sum of the five columns by status.';
COMMENT ON COLUMN rpt.agent.status_open IS 'Of these: open.';
COMMENT ON COLUMN rpt.agent.status_assigned IS 'Of these: assigned.';
COMMENT ON COLUMN rpt.agent.status_in_progress IS 'Of these: in_progress.';
COMMENT ON COLUMN rpt.agent.status_pending IS 'Of these: pending, waiting for the customer.';
COMMENT ON COLUMN rpt.agent.status_on_hold IS 'Of these: on_hold, waiting for somebody else.';
COMMENT ON COLUMN rpt.agent.turns_waiting IS 'Of these: tickets whose customer waits for an answer.';
COMMENT ON COLUMN rpt.agent.oldest_waiting_since IS 'Since when the one who waits longest has been waiting; null = nobody waits.';
COMMENT ON COLUMN rpt.agent.last_activity_at IS 'The later of the last report of presence and the last agent''s message in a ticket owned now.';

CREATE OR REPLACE VIEW rpt.queue AS
  SELECT t.tenant_id, t.channel_type, t.team_id, count(*) AS open_tickets,
         count(*) FILTER (WHERE t.assignee_id IS NULL) AS unassigned,
         min(t.created_at) FILTER (WHERE t.assignee_id IS NULL) AS oldest_unassigned_created_at,
         count(t.open_turn_since) AS customers_waiting,
         count(t.open_turn_since) FILTER (WHERE t.assignee_id IS NULL) AS customers_waiting_unassigned,
         min(t.open_turn_since) AS oldest_waiting_since
  FROM rpt.ticket t WHERE t.status_category <> 'done'
  GROUP BY t.tenant_id, t.channel_type, t.team_id;

COMMENT ON VIEW rpt.queue IS 'One row a tenant, channel and team with tickets that are not done: who waits there now.';
COMMENT ON COLUMN rpt.queue.tenant_id IS 'Whose tickets they are.';
COMMENT ON COLUMN rpt.queue.channel_type IS 'Where the customers wrote; null where the sender does not say.';
COMMENT ON COLUMN rpt.queue.team_id IS 'The group the tickets were last routed to; null = none.';
COMMENT ON COLUMN rpt.queue.open_tickets IS 'Tickets that are not done.';
COMMENT ON COLUMN rpt.queue.unassigned IS 'Of these: nobody owns them.';
COMMENT ON COLUMN rpt.queue.oldest_unassigned_created_at IS 'When the oldest of those that nobody owns was opened; null = somebody owns all.';
COMMENT ON COLUMN rpt.queue.customers_waiting IS 'Tickets, owned or not, whose customer waits for an answer.';
COMMENT ON COLUMN rpt.queue.customers_waiting_unassigned IS 'Of these: nobody owns them.';
COMMENT ON COLUMN rpt.queue.oldest_waiting_since IS 'Since when the one who waits longest has been waiting; null = nobody waits.';

CREATE OR REPLACE VIEW rpt.channel AS
  SELECT t.tenant_id, t.channel_type, count(*) AS tickets, sum(t.cycle_no)::bigint AS conversations,
         count(*) FILTER (WHERE t.status_category <> 'done') AS open_tickets,
         count(*) FILTER (WHERE t.status_category = 'done' AND NOT t.excluded_from_metrics
                            AND t.close_reason IS DISTINCT FROM 'abandoned') AS solved,
         count(*) FILTER (WHERE t.close_reason = 'abandoned') AS abandoned,
         count(*) FILTER (WHERE t.excluded_from_metrics) AS excluded,
         min(t.created_at) AS first_created_at, max(t.created_at) AS last_created_at
  FROM rpt.ticket t GROUP BY t.tenant_id, t.channel_type;

COMMENT ON VIEW rpt.channel IS 'One row a tenant and channel: how many tickets came through it and how they ended.';
COMMENT ON COLUMN rpt.channel.tenant_id IS 'Whose tickets they are.';
COMMENT ON COLUMN rpt.channel.channel_type IS 'Where the customers wrote; null where the sender does not say.';
COMMENT ON COLUMN rpt.channel.tickets IS 'All tickets: the sum of open_tickets, solved, abandoned and excluded.';
COMMENT ON COLUMN rpt.channel.conversations IS 'Tickets and their reopenings.';
COMMENT ON COLUMN rpt.channel.open_tickets IS 'Not done.';
COMMENT ON COLUMN rpt.channel.solved IS 'Resolved, or closed for no other reason.';
COMMENT ON COLUMN rpt.channel.abandoned IS 'Closed because the customer went away.';
COMMENT ON COLUMN rpt.channel.excluded IS 'Merged, spam, duplicate or deleted.';
COMMENT ON COLUMN rpt.channel.first_created_at IS 'When the first was opened.';
COMMENT ON COLUMN rpt.channel.last_created_at IS 'When the last was opened.';

CREATE OR REPLACE VIEW rpt.ticket_referrer AS
  SELECT DISTINCT ON (e.tenant, e.ticket_id)
         e.tenant AS tenant_id, e.ticket_id, e.tenant || '/' || e.ticket_id AS ticket_key,
         e.data -> 'acquisition' ->> 'source' AS referrer_source,
         e.data -> 'acquisition' ->> 'campaign' AS campaign, e.occurred_at AS referred_at
  FROM es.event e
  WHERE e.type IN ('ticket.created', 'ticket.reopened') AND e.data ? 'acquisition'
    AND jsonb_typeof(e.data -> 'acquisition') = 'object'
  ORDER BY e.tenant, e.ticket_id, e.occurred_at, e.event_id;

COMMENT ON VIEW rpt.ticket_referrer IS 'One row a ticket whose sender said where the customer came from: what the earliest opening says.';
COMMENT ON COLUMN rpt.ticket_referrer.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.ticket_referrer.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.ticket_referrer.ticket_key IS 'tenant_id/ticket_id.';
COMMENT ON COLUMN rpt.ticket_referrer.referrer_source IS 'Which advertisement, link or site: the short code from the referrer.';
COMMENT ON COLUMN rpt.ticket_referrer.campaign IS 'Which campaign; null where none was named.';
COMMENT ON COLUMN rpt.ticket_referrer.referred_at IS 'When the customer came, by the sender''s clock.';

CREATE OR REPLACE VIEW rpt.referrer AS
  SELECT r.tenant_id, r.referrer_source, r.campaign, count(*) AS tickets, sum(t.cycle_no)::bigint AS conversations,
         count(*) FILTER (WHERE t.status_category <> 'done') AS open_tickets,
         count(*) FILTER (WHERE t.status_category = 'done' AND NOT t.excluded_from_metrics
                            AND t.close_reason IS DISTINCT FROM 'abandoned') AS solved,
         count(*) FILTER (WHERE t.close_reason = 'abandoned') AS abandoned,
         count(*) FILTER (WHERE t.excluded_from_metrics) AS excluded,
         min(r.referred_at) AS first_at, max(r.referred_at) AS last_at
  FROM rpt.ticket_referrer r JOIN rpt.ticket t ON t.ticket_key = r.ticket_key
  GROUP BY r.tenant_id, r.referrer_source, r.campaign;

COMMENT ON VIEW rpt.referrer IS 'One row an advertisement or link and campaign: how many conversations it brought and how they ended.';
COMMENT ON COLUMN rpt.referrer.tenant_id IS 'Whose tickets they are.';
COMMENT ON COLUMN rpt.referrer.referrer_source IS 'Which advertisement, link or site.';
COMMENT ON COLUMN rpt.referrer.campaign IS 'Which campaign; null where none was named.';
COMMENT ON COLUMN rpt.referrer.tickets IS 'Tickets whose earliest opening named it: the sum of open_tickets, solved, abandoned and excluded.';
COMMENT ON COLUMN rpt.referrer.conversations IS 'These tickets and their reopenings.';
COMMENT ON COLUMN rpt.referrer.open_tickets IS 'Not done.';
COMMENT ON COLUMN rpt.referrer.solved IS 'Resolved, or closed for no other reason.';
COMMENT ON COLUMN rpt.referrer.abandoned IS 'Closed because the customer went away.';
COMMENT ON COLUMN rpt.referrer.excluded IS 'Merged, spam, duplicate or deleted.';
COMMENT ON COLUMN rpt.referrer.first_at IS 'When the first of these customers came.';
COMMENT ON COLUMN rpt.referrer.last_at IS 'When the last of these customers came.';

CREATE OR REPLACE VIEW rpt.delivery_quality_daily AS
  SELECT e.source, e.day, e.events, coalesce(d.duplicates, 0) AS duplicates, e.late_over_60s, e.out_of_order,
         e.gaps_inferred, e.rejected, e.future_clock, coalesce(c.creation_inferred, 0) AS creation_inferred,
         e.p50_lag_seconds, e.p95_lag_seconds, e.max_lag_seconds
  FROM (
    SELECT e.source, timezone('UTC', e.received_at)::date AS day, count(*) AS events,
           count(*) FILTER (WHERE 'late' = ANY (e.flags)) AS late_over_60s,
           count(*) FILTER (WHERE 'out_of_order' = ANY (e.flags)) AS out_of_order,
           count(*) FILTER (WHERE e.verdict = 'accepted_gap') AS gaps_inferred,
           count(*) FILTER (WHERE e.verdict = 'rejected') AS rejected,
           count(*) FILTER (WHERE 'future_clock' = ANY (e.flags)) AS future_clock,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY l.seconds) AS p50_lag_seconds,
           percentile_disc(0.95) WITHIN GROUP (ORDER BY l.seconds) AS p95_lag_seconds,
           max(l.seconds) AS max_lag_seconds
    FROM es.event e
    CROSS JOIN LATERAL (
      SELECT greatest(0, floor(extract(epoch FROM e.received_at - e.occurred_at)))::bigint AS seconds) l
    WHERE e.source <> 'casetrail'
    GROUP BY e.source, timezone('UTC', e.received_at)::date) e
  LEFT JOIN (
    SELECT source, day, sum(n)::bigint AS duplicates FROM app.duplicate_count GROUP BY source, day) d
    ON d.source = e.source AND d.day = e.day
  LEFT JOIN (
    SELECT source, timezone('UTC', created_at)::date AS day, count(*) AS creation_inferred
    FROM rpt.ticket WHERE creation_inferred GROUP BY source, timezone('UTC', created_at)::date) c
    ON c.source = e.source AND c.day = e.day;

COMMENT ON VIEW rpt.delivery_quality_daily IS 'How well each source delivers, by day of arrival (UTC). Straight from the log: ask for the days you need.';
COMMENT ON COLUMN rpt.delivery_quality_daily.source IS 'The source.';
COMMENT ON COLUMN rpt.delivery_quality_daily.day IS 'Day of arrival, UTC.';
COMMENT ON COLUMN rpt.delivery_quality_daily.events IS 'Events stored.';
COMMENT ON COLUMN rpt.delivery_quality_daily.duplicates IS 'Deliveries of events that were stored already.';
COMMENT ON COLUMN rpt.delivery_quality_daily.late_over_60s IS 'Arrived more than 60 s after they happened.';
COMMENT ON COLUMN rpt.delivery_quality_daily.out_of_order IS 'Arrived when something later was known of their ticket.';
COMMENT ON COLUMN rpt.delivery_quality_daily.gaps_inferred IS 'Told of a step that never arrived (accepted_gap).';
COMMENT ON COLUMN rpt.delivery_quality_daily.rejected IS 'Claimed a status change that the state machine refused.';
COMMENT ON COLUMN rpt.delivery_quality_daily.future_clock IS 'Claimed to have happened more than 120 s after they arrived.';
COMMENT ON COLUMN rpt.delivery_quality_daily.creation_inferred IS 'Tickets whose earliest event is of that day and whose creation never arrived.';
COMMENT ON COLUMN rpt.delivery_quality_daily.p50_lag_seconds IS 'Median of arrival minus occurrence.';
COMMENT ON COLUMN rpt.delivery_quality_daily.p95_lag_seconds IS '95th percentile of it.';
COMMENT ON COLUMN rpt.delivery_quality_daily.max_lag_seconds IS 'The greatest of it.';
