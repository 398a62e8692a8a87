-- What was imported stays history when it is retried: no deadline of it is announced.
ALTER TABLE app.quarantine ADD COLUMN imported boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN app.quarantine.imported IS 'It came out of a file of history. The first arrival counts.';
