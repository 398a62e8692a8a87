ALTER TABLE ticket ADD PRIMARY KEY (ticket_key);
CREATE INDEX ticket_by_id ON ticket (ticket_id);
ALTER TABLE verdict_change ADD PRIMARY KEY (ticket_key, position);
