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
