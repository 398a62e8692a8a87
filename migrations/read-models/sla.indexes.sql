ALTER TABLE ticket_metrics ADD PRIMARY KEY (ticket_key);
CREATE INDEX ticket_metrics_to_renew ON ticket_metrics (lane, config_revision);
CREATE INDEX ticket_metrics_news ON ticket_metrics (lane, news_at) WHERE news_at IS NOT NULL;
CREATE INDEX ticket_metrics_resolved ON ticket_metrics (last_resolved_at) WHERE last_resolved_at IS NOT NULL;

ALTER TABLE status_interval ADD PRIMARY KEY (ticket_key, seq);
-- Checked at the commit: rows of one ticket are moved one after the other. By 64 bits of the key: GiST compares texts slowly.
ALTER TABLE status_interval ADD CONSTRAINT one_status_at_a_time
  EXCLUDE USING gist (hashtextextended(ticket_key, 0) WITH =, tstzrange(from_at, to_at) WITH &&) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX status_interval_at ON status_interval USING gist (tstzrange(from_at, to_at));

ALTER TABLE assignment_interval ADD PRIMARY KEY (ticket_key, seq);
CREATE INDEX assignment_interval_agent ON assignment_interval (agent_id, from_at);

ALTER TABLE response_turn ADD PRIMARY KEY (ticket_key, turn_no);
CREATE INDEX response_turn_ended ON response_turn (ended_at);

ALTER TABLE resolution_cycle ADD PRIMARY KEY (ticket_key, cycle_no);

ALTER TABLE message_fact ADD PRIMARY KEY (ticket_key, position);
CREATE INDEX message_fact_at ON message_fact (occurred_at);

ALTER TABLE sla_instance ADD PRIMARY KEY (ticket_key, instance_id);
CREATE INDEX sla_instance_stopped ON sla_instance (stopped_at) WHERE stopped_at IS NOT NULL;
CREATE INDEX sla_instance_open ON sla_instance (ticket_key) WHERE stopped_at IS NULL;

ALTER TABLE sla_clock_segment ADD PRIMARY KEY (ticket_key, instance_id, seq);

ALTER TABLE sla_event ADD PRIMARY KEY (ticket_key, instance_id, seq);

ALTER TABLE late_revision ADD PRIMARY KEY (ticket_key, seq);
CREATE INDEX late_revision_changed ON late_revision (changed_at);
