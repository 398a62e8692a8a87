-- Standard Webhooks name the event in a header: equal bytes under two ids are two deliveries. No id has more than 200
-- characters, and an index holds no text of any length.
DROP INDEX app.quarantine_statement;
CREATE UNIQUE INDEX quarantine_statement
  ON app.quarantine (source, code, body_hash, left(coalesce(webhook_id, ''), 200));
