ALTER TABLE ticket ADD PRIMARY KEY (ticket_key);
CREATE INDEX ticket_by_id ON ticket (ticket_id);
CREATE INDEX ticket_by_creation ON ticket (tenant_id, created_at, ticket_key);
CREATE INDEX ticket_by_last_event ON ticket (tenant_id, last_event_at, ticket_key);
CREATE INDEX ticket_by_assignee ON ticket (tenant_id, assignee_id, created_at, ticket_key);
CREATE INDEX ticket_open ON ticket (tenant_id, created_at, ticket_key) WHERE status_category <> 'done';
CREATE INDEX ticket_diverged ON ticket (tenant_id, created_at, ticket_key) WHERE is_diverged;
CREATE INDEX ticket_inferred ON ticket ((timezone('UTC', created_at)::date)) WHERE creation_inferred;

ALTER TABLE verdict_change ADD PRIMARY KEY (ticket_key, position);
