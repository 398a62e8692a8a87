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
  SELECT k.projection, split_part(k.ticket_key, '/', 1) AS tenant_id,
         substr(k.ticket_key, strpos(k.ticket_key, '/') + 1) AS ticket_id, k.ticket_key, k.lane::int AS lane, k.position,
         k.error, k.parked_at
  FROM app.parked_ticket k JOIN app.projection p ON p.name = k.projection AND p.generation = k.generation;

COMMENT ON VIEW rpt.parked_ticket IS 'Tickets whose rows stand still because a projection could not take one of their events. A newer version tries them again.';
COMMENT ON COLUMN rpt.parked_ticket.projection IS 'Whose rows stand still.';
COMMENT ON COLUMN rpt.parked_ticket.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.parked_ticket.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.parked_ticket.ticket_key IS 'tenant_id/ticket_id.';
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
         e.version, e.lane, e.position,
         floor(extract(epoch FROM e.claimed_at - e.occurred_at) * 1000)::bigint AS claimed_skew_ms
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
COMMENT ON COLUMN rpt.ticket_timeline.claimed_skew_ms IS 'How much later than "at" the body says it happened; negative = earlier. Null where the body says nothing.';

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

-- Added up and not joined: a day may be known from one of the three alone, and what is asked of days reaches each of them.
CREATE OR REPLACE VIEW rpt.delivery_quality_daily AS
  SELECT q.source, q.day, sum(q.events)::bigint AS events, sum(q.duplicates)::bigint AS duplicates,
         sum(q.late_over_60s)::bigint AS late_over_60s, sum(q.out_of_order)::bigint AS out_of_order,
         sum(q.gaps_inferred)::bigint AS gaps_inferred, sum(q.rejected)::bigint AS rejected,
         sum(q.future_clock)::bigint AS future_clock, sum(q.creation_inferred)::bigint AS creation_inferred,
         max(q.p50_lag_seconds) AS p50_lag_seconds, max(q.p95_lag_seconds) AS p95_lag_seconds,
         max(q.max_lag_seconds) AS max_lag_seconds
  FROM (
    SELECT e.source, timezone('UTC', e.received_at)::date AS day, count(*) AS events, 0 AS duplicates,
           count(*) FILTER (WHERE 'late' = ANY (e.flags)) AS late_over_60s,
           count(*) FILTER (WHERE 'out_of_order' = ANY (e.flags)) AS out_of_order,
           count(*) FILTER (WHERE e.verdict = 'accepted_gap') AS gaps_inferred,
           count(*) FILTER (WHERE e.verdict = 'rejected') AS rejected,
           count(*) FILTER (WHERE 'future_clock' = ANY (e.flags)) AS future_clock, 0 AS creation_inferred,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY l.seconds) AS p50_lag_seconds,
           percentile_disc(0.95) WITHIN GROUP (ORDER BY l.seconds) AS p95_lag_seconds,
           max(l.seconds) AS max_lag_seconds
    FROM es.event e
    CROSS JOIN LATERAL (
      SELECT greatest(0, floor(extract(epoch FROM e.received_at - e.occurred_at)))::bigint AS seconds) l
    WHERE e.source <> 'casetrail'
    GROUP BY e.source, timezone('UTC', e.received_at)::date
    UNION ALL
    SELECT source, day, 0, sum(n), 0, 0, 0, 0, 0, 0, NULL, NULL, NULL
    FROM app.duplicate_count GROUP BY source, day
    UNION ALL
    SELECT source, timezone('UTC', created_at)::date, 0, 0, 0, 0, 0, 0, 0, count(*), NULL, NULL, NULL
    FROM rpt.ticket WHERE creation_inferred GROUP BY source, timezone('UTC', created_at)::date) q
  GROUP BY q.source, q.day;

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

CREATE OR REPLACE VIEW rpt.customer AS
  SELECT t.tenant_id, t.customer_id, count(*) AS tickets,
         count(*) FILTER (WHERE t.status_category <> 'done') AS open_tickets,
         min(t.created_at) AS first_created_at, max(t.last_customer_message_at) AS last_customer_message_at
  FROM rpt.ticket t WHERE t.customer_id IS NOT NULL GROUP BY t.tenant_id, t.customer_id;

COMMENT ON VIEW rpt.customer IS 'One row a customer who ever had a ticket, without name or contact.';
COMMENT ON COLUMN rpt.customer.tenant_id IS 'Whose customer it is.';
COMMENT ON COLUMN rpt.customer.customer_id IS 'The sender''s id of the customer, unique per tenant.';
COMMENT ON COLUMN rpt.customer.tickets IS 'All tickets.';
COMMENT ON COLUMN rpt.customer.open_tickets IS 'Of these: not done.';
COMMENT ON COLUMN rpt.customer.first_created_at IS 'When the first was opened.';
COMMENT ON COLUMN rpt.customer.last_customer_message_at IS 'When this customer last wrote; null = never in public.';

CREATE OR REPLACE VIEW rpt.team AS
  SELECT t.tenant_id, t.team_id, count(*) AS tickets,
         count(*) FILTER (WHERE t.status_category <> 'done') AS open_tickets,
         count(DISTINCT t.assignee_id) AS agents, min(t.created_at) AS first_created_at
  FROM rpt.ticket t WHERE t.team_id IS NOT NULL GROUP BY t.tenant_id, t.team_id;

COMMENT ON VIEW rpt.team IS 'One row a team that a ticket was last routed to.';
COMMENT ON COLUMN rpt.team.tenant_id IS 'Whose team it is.';
COMMENT ON COLUMN rpt.team.team_id IS 'The sender''s id of the team or group, unique per tenant.';
COMMENT ON COLUMN rpt.team.tickets IS 'Tickets last routed to it.';
COMMENT ON COLUMN rpt.team.open_tickets IS 'Of these: not done.';
COMMENT ON COLUMN rpt.team.agents IS 'How many different agents own these tickets now.';
COMMENT ON COLUMN rpt.team.first_created_at IS 'When the first of these tickets was opened.';

CREATE OR REPLACE VIEW rpt.sla_outcome AS
  SELECT i.tenant_id, i.ticket_id, i.ticket_key, i.instance_id, i.metric, i.instance_no,
         timezone('UTC', CASE i.metric WHEN 'resolution' THEN coalesce(i.stopped_at, i.started_at)
                                       ELSE i.started_at END)::date AS day,
         i.policy_id, i.policy_version, t.channel_type, t.team_id,
         coalesce(a.agent_id, i.owner_at_breach, t.assignee_id) AS agent_id,
         CASE WHEN i.stage IN ('running', 'paused') THEN 'running' ELSE i.outcome END AS result,
         i.breached, i.elapsed_seconds, i.overrun_seconds
  FROM rpt.sla_instance i
  JOIN rpt.ticket t ON t.ticket_key = i.ticket_key
  LEFT JOIN LATERAL (
    SELECT m.agent_id FROM rpt.message_fact m
    WHERE m.ticket_key = i.ticket_key AND m.event_id = i.closed_by_event AND i.metric <> 'resolution' LIMIT 1) a ON true;

COMMENT ON VIEW rpt.sla_outcome IS 'One row an SLA instance, with the day, channel, team and agent that reports count it under.';
COMMENT ON COLUMN rpt.sla_outcome.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.sla_outcome.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.sla_outcome.ticket_key IS 'tenant_id/ticket_id.';
COMMENT ON COLUMN rpt.sla_outcome.instance_id IS 'rpt.sla_instance.';
COMMENT ON COLUMN rpt.sla_outcome.metric IS 'first_response, next_response or resolution.';
COMMENT ON COLUMN rpt.sla_outcome.instance_no IS '1, 2, 3 … of its metric in the ticket.';
COMMENT ON COLUMN rpt.sla_outcome.day IS 'UTC. Of responses: when the customer began to wait. Of resolutions: when it ended; while it runs, when it began.';
COMMENT ON COLUMN rpt.sla_outcome.policy_id IS 'The policy in force when it began.';
COMMENT ON COLUMN rpt.sla_outcome.policy_version IS 'Its version.';
COMMENT ON COLUMN rpt.sla_outcome.channel_type IS 'Where the customer wrote; null where the sender does not say.';
COMMENT ON COLUMN rpt.sla_outcome.team_id IS 'The group the ticket was last routed to.';
COMMENT ON COLUMN rpt.sla_outcome.agent_id IS 'Who answered; else who had the ticket when the promise was missed; else who has it now.';
COMMENT ON COLUMN rpt.sla_outcome.result IS 'running (also when missed already), met, breached or cancelled.';
COMMENT ON COLUMN rpt.sla_outcome.breached IS 'The promise was missed, whatever came of it.';
COMMENT ON COLUMN rpt.sla_outcome.elapsed_seconds IS 'What its clock has counted, up to now if it runs.';
COMMENT ON COLUMN rpt.sla_outcome.overrun_seconds IS 'How far beyond the target that was missed.';

CREATE OR REPLACE VIEW rpt.sla_compliance_daily AS
  SELECT o.tenant_id, o.day, o.metric, o.policy_id, o.channel_type, o.team_id, o.agent_id,
         count(*) FILTER (WHERE o.result = 'met') AS met,
         count(*) FILTER (WHERE o.result = 'breached') AS breached,
         count(*) FILTER (WHERE o.result = 'cancelled') AS cancelled,
         count(*) FILTER (WHERE o.result = 'running') AS running,
         count(*) FILTER (WHERE o.result IN ('met', 'breached')) AS n,
         round(count(*) FILTER (WHERE o.result = 'met')::numeric
               / nullif(count(*) FILTER (WHERE o.result IN ('met', 'breached')), 0), 4) AS compliance,
         percentile_disc(0.5) WITHIN GROUP (ORDER BY o.elapsed_seconds)
           FILTER (WHERE o.result IN ('met', 'breached')) AS p50_elapsed_seconds,
         percentile_disc(0.9) WITHIN GROUP (ORDER BY o.elapsed_seconds)
           FILTER (WHERE o.result IN ('met', 'breached')) AS p90_elapsed_seconds,
         round(avg(o.elapsed_seconds) FILTER (WHERE o.result IN ('met', 'breached')), 1) AS mean_elapsed_seconds
  FROM rpt.sla_outcome o
  GROUP BY o.tenant_id, o.day, o.metric, o.policy_id, o.channel_type, o.team_id, o.agent_id;

COMMENT ON VIEW rpt.sla_compliance_daily IS
  'How many promises were kept. For coarser groups add the counts up; percentiles and means of such groups come from rpt.sla_outcome.';
COMMENT ON COLUMN rpt.sla_compliance_daily.tenant_id IS 'Whose tickets they are.';
COMMENT ON COLUMN rpt.sla_compliance_daily.day IS 'UTC. Of responses: when the customer began to wait. Of resolutions: when they ended; while they run, when they began.';
COMMENT ON COLUMN rpt.sla_compliance_daily.metric IS 'first_response, next_response or resolution.';
COMMENT ON COLUMN rpt.sla_compliance_daily.policy_id IS 'The policy in force when they began.';
COMMENT ON COLUMN rpt.sla_compliance_daily.channel_type IS 'Where the customers wrote; null where the sender does not say.';
COMMENT ON COLUMN rpt.sla_compliance_daily.team_id IS 'The group the tickets were last routed to.';
COMMENT ON COLUMN rpt.sla_compliance_daily.agent_id IS 'Who answered; else who had the ticket when the promise was missed; else who has it now.';
COMMENT ON COLUMN rpt.sla_compliance_daily.met IS 'Promises kept.';
COMMENT ON COLUMN rpt.sla_compliance_daily.breached IS 'Promises missed, and over.';
COMMENT ON COLUMN rpt.sla_compliance_daily.cancelled IS 'Promises that nobody had to keep any more.';
COMMENT ON COLUMN rpt.sla_compliance_daily.running IS 'Not over yet, missed already or not.';
COMMENT ON COLUMN rpt.sla_compliance_daily.n IS 'met + breached: what compliance and elapsed times are of.';
COMMENT ON COLUMN rpt.sla_compliance_daily.compliance IS 'met / (met + breached); null where there is neither.';
COMMENT ON COLUMN rpt.sla_compliance_daily.p50_elapsed_seconds IS 'Median of what their clocks counted.';
COMMENT ON COLUMN rpt.sla_compliance_daily.p90_elapsed_seconds IS '90th percentile of it.';
COMMENT ON COLUMN rpt.sla_compliance_daily.mean_elapsed_seconds IS 'Mean of it. Never average means: groups differ in size.';

CREATE OR REPLACE VIEW rpt.agent_daily AS
  SELECT f.tenant_id, f.agent_id, timezone('UTC', f.at)::date AS day,
         count(f.message_id) AS public_messages,
         count(DISTINCT f.ticket_key) FILTER (WHERE f.message_id IS NOT NULL) AS tickets_replied,
         count(f.turn_seconds) AS turns_answered,
         percentile_disc(0.5) WITHIN GROUP (ORDER BY f.turn_seconds) AS p50_turn_seconds,
         percentile_disc(0.9) WITHIN GROUP (ORDER BY f.turn_seconds) AS p90_turn_seconds,
         count(f.first_response_seconds) AS first_responses,
         percentile_disc(0.5) WITHIN GROUP (ORDER BY f.first_response_seconds) AS p50_first_response_seconds,
         percentile_disc(0.9) WITHIN GROUP (ORDER BY f.first_response_seconds) AS p90_first_response_seconds,
         count(f.solved) AS tickets_solved,
         percentile_disc(0.5) WITHIN GROUP (ORDER BY f.resolution_seconds) AS p50_resolution_seconds,
         percentile_disc(0.9) WITHIN GROUP (ORDER BY f.resolution_seconds) AS p90_resolution_seconds
  FROM (
    SELECT m.tenant_id, m.ticket_key, m.agent_id, m.occurred_at AS at, m.event_id AS message_id,
           NULL::bigint AS turn_seconds, NULL::bigint AS first_response_seconds, NULL::boolean AS solved,
           NULL::bigint AS resolution_seconds
    FROM rpt.message_fact m WHERE m.sender_kind = 'agent' AND m.is_public AND NOT m.is_opening
    UNION ALL
    SELECT r.tenant_id, r.ticket_key, r.agent_id, r.ended_at, NULL, r.seconds, NULL, NULL, NULL
    FROM rpt.response_turn r WHERE r.outcome = 'answered'
    UNION ALL
    SELECT m.tenant_id, m.ticket_key, m.first_response_agent_id, m.first_response_at, NULL, NULL, m.first_response_seconds,
           NULL, NULL
    FROM rpt.ticket_metrics m WHERE m.first_response_seconds IS NOT NULL
    UNION ALL
    SELECT m.tenant_id, m.ticket_key, m.resolved_by_agent_id, m.last_resolved_at, NULL, NULL, NULL, true,
           m.full_resolution_seconds
    FROM rpt.ticket_metrics m) f
  JOIN rpt.ticket t ON t.ticket_key = f.ticket_key
  WHERE f.agent_id IS NOT NULL AND NOT t.excluded_from_metrics AND (f.solved IS NULL OR t.status_category = 'done')
  GROUP BY f.tenant_id, f.agent_id, timezone('UTC', f.at)::date;

COMMENT ON VIEW rpt.agent_daily IS 'One row an agent and day (UTC) on which this agent answered or solved something. Merged, spam and the like left out.';
COMMENT ON COLUMN rpt.agent_daily.tenant_id IS 'Whose agent it is.';
COMMENT ON COLUMN rpt.agent_daily.agent_id IS 'The sender''s id of the agent.';
COMMENT ON COLUMN rpt.agent_daily.day IS 'When it was answered or solved, UTC.';
COMMENT ON COLUMN rpt.agent_daily.public_messages IS 'Messages to customers.';
COMMENT ON COLUMN rpt.agent_daily.tickets_replied IS 'Tickets with such a message.';
COMMENT ON COLUMN rpt.agent_daily.turns_answered IS 'Waiting customers answered.';
COMMENT ON COLUMN rpt.agent_daily.p50_turn_seconds IS 'Median of how long these had waited.';
COMMENT ON COLUMN rpt.agent_daily.p90_turn_seconds IS '90th percentile of it.';
COMMENT ON COLUMN rpt.agent_daily.first_responses IS 'Tickets whose first response this agent gave.';
COMMENT ON COLUMN rpt.agent_daily.p50_first_response_seconds IS 'Median of the time from their creation to it.';
COMMENT ON COLUMN rpt.agent_daily.p90_first_response_seconds IS '90th percentile of it.';
COMMENT ON COLUMN rpt.agent_daily.tickets_solved IS 'Tickets that are done and that this agent solved last.';
COMMENT ON COLUMN rpt.agent_daily.p50_resolution_seconds IS 'Median of the time from their creation to their last solution.';
COMMENT ON COLUMN rpt.agent_daily.p90_resolution_seconds IS '90th percentile of it.';

CREATE OR REPLACE VIEW rpt.backlog_daily AS
  SELECT i.tenant_id, d.date AS day, z.zone, count(*) AS open_tickets,
         count(*) FILTER (WHERE i.category = 'active') AS active,
         count(*) FILTER (WHERE i.category = 'waiting_customer') AS waiting_on_customer,
         count(*) FILTER (WHERE i.category = 'waiting_third_party') AS on_hold,
         count(*) FILTER (WHERE i.status = 'open') AS status_open
  FROM rpt.date d
  CROSS JOIN (SELECT 'UTC' AS zone UNION SELECT v.timezone FROM rpt.schedule_version v) z
  JOIN rpt.status_interval i
    ON tstzrange(i.from_at, i.to_at) @> timezone(z.zone, (d.date + 1)::timestamp) AND i.category <> 'done'
  WHERE d.date <= current_date
  GROUP BY i.tenant_id, d.date, z.zone;

COMMENT ON VIEW rpt.backlog_daily IS 'One row a tenant, day and zone: tickets that were not done at the end of that day. Ask for one zone, and for the days you need.';
COMMENT ON COLUMN rpt.backlog_daily.tenant_id IS 'Whose tickets they are.';
COMMENT ON COLUMN rpt.backlog_daily.day IS 'A local day of the zone. Of a day that goes on: now.';
COMMENT ON COLUMN rpt.backlog_daily.zone IS 'UTC, or the IANA zone of any schedule.';
COMMENT ON COLUMN rpt.backlog_daily.open_tickets IS 'Tickets that were not done: the sum of active, waiting_on_customer and on_hold.';
COMMENT ON COLUMN rpt.backlog_daily.active IS 'Of these: in our court.';
COMMENT ON COLUMN rpt.backlog_daily.waiting_on_customer IS 'Of these: pending.';
COMMENT ON COLUMN rpt.backlog_daily.on_hold IS 'Of these: waiting for somebody else.';
COMMENT ON COLUMN rpt.backlog_daily.status_open IS 'Of the active ones: nobody had begun.';

CREATE OR REPLACE VIEW rpt.reopen_funnel AS
  SELECT m.tenant_id, timezone('UTC', m.first_resolved_at)::date AS day, t.channel_type, count(*) AS solved,
         count(*) FILTER (WHERE m.reopen_count >= 1) AS reopened,
         count(*) FILTER (WHERE m.reopen_count >= 2) AS reopened_again,
         count(*) FILTER (WHERE m.reopen_count >= 1 AND t.status_category = 'done') AS solved_at_last,
         round(count(*) FILTER (WHERE m.reopen_count >= 1)::numeric / count(*), 4) AS reopen_rate,
         percentile_disc(0.5) WITHIN GROUP (ORDER BY c.seconds_solved) AS p50_seconds_to_reopen,
         percentile_disc(0.9) WITHIN GROUP (ORDER BY c.seconds_solved) AS p90_seconds_to_reopen
  FROM rpt.ticket_metrics m
  JOIN rpt.ticket t ON t.ticket_key = m.ticket_key
  LEFT JOIN LATERAL (
    SELECT floor(extract(epoch FROM c.opened_at - m.first_resolved_at))::bigint AS seconds_solved
    FROM rpt.resolution_cycle c WHERE c.ticket_key = m.ticket_key AND c.cycle_no = 2) c ON true
  WHERE m.first_resolved_at IS NOT NULL AND NOT t.excluded_from_metrics
  GROUP BY m.tenant_id, timezone('UTC', m.first_resolved_at)::date, t.channel_type;

COMMENT ON VIEW rpt.reopen_funnel IS 'One row a tenant, channel and day of the first solution: how many of these tickets came back. Merged, spam and the like left out.';
COMMENT ON COLUMN rpt.reopen_funnel.tenant_id IS 'Whose tickets they are.';
COMMENT ON COLUMN rpt.reopen_funnel.day IS 'When they were solved first, UTC.';
COMMENT ON COLUMN rpt.reopen_funnel.channel_type IS 'Where the customers wrote; null where the sender does not say.';
COMMENT ON COLUMN rpt.reopen_funnel.solved IS 'Tickets solved first on that day.';
COMMENT ON COLUMN rpt.reopen_funnel.reopened IS 'Of these: reopened since.';
COMMENT ON COLUMN rpt.reopen_funnel.reopened_again IS 'Of these: more than once.';
COMMENT ON COLUMN rpt.reopen_funnel.solved_at_last IS 'Of the reopened ones: done now.';
COMMENT ON COLUMN rpt.reopen_funnel.reopen_rate IS 'reopened / solved.';
COMMENT ON COLUMN rpt.reopen_funnel.p50_seconds_to_reopen IS 'Median of the time from the first solution to the first reopening.';
COMMENT ON COLUMN rpt.reopen_funnel.p90_seconds_to_reopen IS '90th percentile of it.';

CREATE OR REPLACE VIEW rpt.at_risk_now AS
  SELECT i.tenant_id, i.ticket_id, i.ticket_key, i.metric, i.instance_no, i.outcome, i.due_at,
         floor(extract(epoch FROM i.due_at - now()))::bigint AS seconds_left, i.warn_at, i.breached_at,
         i.overrun_seconds, i.target_seconds, i.policy_id, t.status, t.priority, t.assignee_id, t.team_id, t.channel_type
  FROM rpt.sla_instance i JOIN rpt.ticket t ON t.ticket_key = i.ticket_key
  WHERE i.stopped_at IS NULL AND i.stage IN ('running', 'paused') AND i.outcome IN ('at_risk', 'breaching');

COMMENT ON VIEW rpt.at_risk_now IS 'One row a promise that is nearly used up, or missed and still not kept. Order by due_at.';
COMMENT ON COLUMN rpt.at_risk_now.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.at_risk_now.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.at_risk_now.ticket_key IS 'tenant_id/ticket_id.';
COMMENT ON COLUMN rpt.at_risk_now.metric IS 'first_response, next_response or resolution.';
COMMENT ON COLUMN rpt.at_risk_now.instance_no IS '1, 2, 3 … of its metric in the ticket.';
COMMENT ON COLUMN rpt.at_risk_now.outcome IS 'at_risk, or breaching: missed already.';
COMMENT ON COLUMN rpt.at_risk_now.due_at IS 'Until when the promise has to be kept; null while its clock is paused.';
COMMENT ON COLUMN rpt.at_risk_now.seconds_left IS 'Until then, as time passes; negative once it is missed.';
COMMENT ON COLUMN rpt.at_risk_now.warn_at IS 'When warn_percent of the target was used up.';
COMMENT ON COLUMN rpt.at_risk_now.breached_at IS 'The deadline that was missed; null = not yet.';
COMMENT ON COLUMN rpt.at_risk_now.overrun_seconds IS 'How far beyond the target that was missed.';
COMMENT ON COLUMN rpt.at_risk_now.target_seconds IS 'The promise.';
COMMENT ON COLUMN rpt.at_risk_now.policy_id IS 'The policy in force when it began.';
COMMENT ON COLUMN rpt.at_risk_now.status IS 'The ticket''s status.';
COMMENT ON COLUMN rpt.at_risk_now.priority IS 'The ticket''s priority.';
COMMENT ON COLUMN rpt.at_risk_now.assignee_id IS 'Who has the ticket; null = nobody.';
COMMENT ON COLUMN rpt.at_risk_now.team_id IS 'The group it was last routed to.';
COMMENT ON COLUMN rpt.at_risk_now.channel_type IS 'Where the customer wrote; null where the sender does not say.';

CREATE OR REPLACE VIEW rpt.pause_audit AS
  SELECT m.tenant_id, m.ticket_id, m.ticket_key, t.source, t.assignee_id, t.status, m.contested_pause_seconds,
         m.waiting_on_customer_seconds,
         round(m.contested_pause_seconds::numeric
               / nullif(m.contested_pause_seconds + m.waiting_on_customer_seconds, 0), 4) AS contested_share
  FROM rpt.ticket_metrics m JOIN rpt.ticket t ON t.ticket_key = m.ticket_key
  WHERE m.contested_pause_seconds > 0;

COMMENT ON VIEW rpt.pause_audit IS 'One row a ticket that stood in pending although its customer had written: that time counts as ours.';
COMMENT ON COLUMN rpt.pause_audit.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.pause_audit.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.pause_audit.ticket_key IS 'tenant_id/ticket_id.';
COMMENT ON COLUMN rpt.pause_audit.source IS 'The source of its earliest event.';
COMMENT ON COLUMN rpt.pause_audit.assignee_id IS 'Who has the ticket; null = nobody.';
COMMENT ON COLUMN rpt.pause_audit.status IS 'The ticket''s status.';
COMMENT ON COLUMN rpt.pause_audit.contested_pause_seconds IS 'In pending after the customer had written.';
COMMENT ON COLUMN rpt.pause_audit.waiting_on_customer_seconds IS 'In pending while the customer really had to answer.';
COMMENT ON COLUMN rpt.pause_audit.contested_share IS 'contested_pause_seconds as a part of both.';

CREATE OR REPLACE VIEW rpt.vendor_reconciliation AS
  SELECT m.tenant_id, m.ticket_id, m.ticket_key, t.source, m.first_response_source, m.first_response_seconds,
         m.first_response_seconds - m.vendor_first_response_delta_seconds AS vendor_first_response_seconds,
         m.vendor_first_response_delta_seconds, m.first_resolution_seconds,
         m.first_resolution_seconds - m.vendor_resolution_delta_seconds AS vendor_resolution_seconds,
         m.vendor_resolution_delta_seconds, m.vendor_escalation_lag_seconds
  FROM rpt.ticket_metrics m JOIN rpt.ticket t ON t.ticket_key = m.ticket_key
  WHERE m.vendor_first_response_delta_seconds IS NOT NULL OR m.vendor_resolution_delta_seconds IS NOT NULL
     OR m.vendor_escalation_lag_seconds IS NOT NULL;

COMMENT ON VIEW rpt.vendor_reconciliation IS 'One row a ticket about which the vendor states a figure that we measure too.';
COMMENT ON COLUMN rpt.vendor_reconciliation.tenant_id IS 'Whose ticket it is.';
COMMENT ON COLUMN rpt.vendor_reconciliation.ticket_id IS 'The sender''s id of the ticket, unique per tenant.';
COMMENT ON COLUMN rpt.vendor_reconciliation.ticket_key IS 'tenant_id/ticket_id.';
COMMENT ON COLUMN rpt.vendor_reconciliation.source IS 'The source of its earliest event.';
COMMENT ON COLUMN rpt.vendor_reconciliation.first_response_source IS 'message, or vendor_event: no answer was seen, so the vendor''s word stands.';
COMMENT ON COLUMN rpt.vendor_reconciliation.first_response_seconds IS 'Ours.';
COMMENT ON COLUMN rpt.vendor_reconciliation.vendor_first_response_seconds IS 'The vendor''s.';
COMMENT ON COLUMN rpt.vendor_reconciliation.vendor_first_response_delta_seconds IS 'Ours - the vendor''s.';
COMMENT ON COLUMN rpt.vendor_reconciliation.first_resolution_seconds IS 'Ours.';
COMMENT ON COLUMN rpt.vendor_reconciliation.vendor_resolution_seconds IS 'The vendor''s.';
COMMENT ON COLUMN rpt.vendor_reconciliation.vendor_resolution_delta_seconds IS 'Ours - the vendor''s.';
COMMENT ON COLUMN rpt.vendor_reconciliation.vendor_escalation_lag_seconds IS 'How long after our breach the vendor escalated; negative = before it.';
