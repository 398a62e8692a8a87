-- What becomes of deliveries beside the log: the journal, what is held back, what is set aside, and who changed what.

ALTER TABLE app.source DROP CONSTRAINT source_status_check;
ALTER TABLE app.source ADD CONSTRAINT source_status_check
  CHECK (status IN ('active', 'paused', 'blocked', 'retired'));
ALTER TABLE app.source ADD COLUMN armed_until timestamptz;
COMMENT ON COLUMN app.source.armed_until IS 'Setup window: until then an unsigned ping, and nothing else, is answered.';

-- Bearer tokens that senders show, beside the source's secret.
CREATE TABLE app.source_token (
  source     text NOT NULL REFERENCES app.source (name),
  token_id   text NOT NULL,
  label      text NOT NULL,
  hash       bytea NOT NULL UNIQUE,
  scopes     text[],
  not_before timestamptz NOT NULL DEFAULT now(),
  not_after  timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, token_id)
);
COMMENT ON COLUMN app.source_token.hash IS 'sha256 of the token, which is shown once and stored nowhere.';
COMMENT ON COLUMN app.source_token.scopes IS 'The event types it may send; null: all.';
CREATE TRIGGER revision AFTER INSERT OR UPDATE OR DELETE ON app.source_token
  FOR EACH STATEMENT EXECUTE FUNCTION app.count_revision();
GRANT SELECT, INSERT, UPDATE ON app.source_token TO casetrail_app;

-- Apart from keys and tokens: a use is no change that the nodes would have to read again.
CREATE TABLE app.key_use (
  source       text NOT NULL,
  key_id       text NOT NULL,
  last_used_at timestamptz NOT NULL,
  PRIMARY KEY (source, key_id)
) WITH (fillfactor = 50);
GRANT SELECT, INSERT, UPDATE ON app.key_use TO casetrail_app;

CREATE TABLE app.delivery (
  receipt_id  uuid PRIMARY KEY,
  source      text NOT NULL,
  received_at timestamptz NOT NULL,
  status      smallint NOT NULL,
  code        text NOT NULL,
  detail      text,
  latency_ms  real NOT NULL,
  body_bytes  int NOT NULL,
  wire_bytes  int NOT NULL,
  body_hash   bytea,
  key_id      text,
  client_ip   text NOT NULL,
  event_id    uuid,
  findings    jsonb
);
COMMENT ON TABLE app.delivery IS 'One row per delivery that is not its own entry in es.event; of unauthenticated ones a sample under flood.';
COMMENT ON COLUMN app.delivery.receipt_id IS 'UUID version 7: in order of arrival.';
COMMENT ON COLUMN app.delivery.body_hash IS 'sha256 of the body; the body itself is not kept.';
COMMENT ON COLUMN app.delivery.findings IS 'What the signature doctor found at once, while the body was at hand.';
CREATE INDEX delivery_by_source ON app.delivery (source, receipt_id DESC);
CREATE INDEX delivery_failed ON app.delivery (source, receipt_id DESC) WHERE status <> 200;
GRANT SELECT, INSERT, DELETE ON app.delivery TO casetrail_app;

-- An accepted event is its own journal entry: found by its time of arrival, which grows with the table.
CREATE INDEX event_arrival ON es.event USING brin (received_at) WITH (autosummarize = on, pages_per_range = 16);

CREATE TABLE app.held (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source      text NOT NULL REFERENCES app.source (name),
  receipt_id  uuid NOT NULL,
  received_at timestamptz NOT NULL,
  key_id      text,
  traceparent text,
  webhook_id  text,
  dedupe_key  text NOT NULL,
  fingerprint bytea NOT NULL,
  raw         bytea NOT NULL,
  UNIQUE (source, dedupe_key, fingerprint)
);
COMMENT ON TABLE app.held IS 'Deliveries of paused sources: appended on resume with their first arrival time.';
GRANT SELECT, INSERT, DELETE ON app.held TO casetrail_app;

ALTER TABLE app.quarantine
  ADD COLUMN body_hash        bytea NOT NULL GENERATED ALWAYS AS (sha256(raw)) STORED,
  ADD COLUMN deliveries       int NOT NULL DEFAULT 1,
  ADD COLUMN last_received_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN traceparent      text,
  ADD COLUMN webhook_id       text,
  ADD COLUMN errors           jsonb,
  ADD COLUMN first_event_id   uuid,
  ADD COLUMN event_id         uuid,
  ADD COLUMN resolved_at      timestamptz,
  ADD COLUMN resolved_by      text;
COMMENT ON COLUMN app.quarantine.first_event_id IS 'Of a conflict: the stored event with the same identity and other content.';
COMMENT ON COLUMN app.quarantine.event_id IS 'What became of it: the event that a retry or an acceptance appended.';
-- A sender's retries of one statement are one entry.
CREATE UNIQUE INDEX quarantine_statement ON app.quarantine (source, code, body_hash);

CREATE TABLE app.audit (
  id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor  text NOT NULL,
  action text NOT NULL,
  target text NOT NULL,
  tenant text,
  detail jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE app.audit IS 'Who changed sources, keys, tokens and quarantined deliveries. Written in the same transaction as the change.';
CREATE INDEX audit_at ON app.audit (at);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON app.audit
  FOR EACH STATEMENT EXECUTE FUNCTION es.refuse_change();
GRANT SELECT, INSERT ON app.audit TO casetrail_app;
