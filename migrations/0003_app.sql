-- Who may send and who may read.

CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO casetrail_app;

CREATE TABLE app.source (
  name           text PRIMARY KEY CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,63}$' AND name <> 'casetrail'),
  key            text NOT NULL UNIQUE CHECK (key ~ '^[A-Za-z0-9_-]{1,64}$'),
  tenant         text NOT NULL CHECK (tenant ~ '^[a-z0-9_-]{1,64}$'),
  integration_id text NOT NULL,
  profile        text NOT NULL,
  settings       jsonb NOT NULL DEFAULT '{}',
  status         text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'retired')),
  created_at     timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN app.source.key IS 'The last part of the webhook URL.';

CREATE TABLE app.source_key (
  source     text NOT NULL REFERENCES app.source (name),
  key_id     text NOT NULL,
  secret     bytea NOT NULL,
  not_before timestamptz NOT NULL DEFAULT now(),
  not_after  timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, key_id)
);
COMMENT ON COLUMN app.source_key.secret IS 'AES-256-GCM: nonce (12 bytes), ciphertext, tag (16 bytes).';

CREATE TABLE app.token (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  label      text NOT NULL UNIQUE,
  hash       bytea NOT NULL UNIQUE,
  scopes     text[] NOT NULL CHECK (scopes <@ ARRAY['read', 'operate', 'admin'] AND cardinality(scopes) > 0),
  tenant     text CHECK (tenant ~ '^[a-z0-9_-]{1,64}$'),
  expires_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN app.token.hash IS 'sha256 of the token, which is shown once and stored nowhere.';
COMMENT ON COLUMN app.token.tenant IS 'Null: all tenants.';

-- Nodes keep sources, keys and tokens in memory and look here, cheaply and often, whether they must read them again.
CREATE TABLE app.revision (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  n        bigint NOT NULL DEFAULT 0
);
INSERT INTO app.revision DEFAULT VALUES;

CREATE FUNCTION app.count_revision() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = app AS $$
BEGIN
  UPDATE app.revision SET n = n + 1;
  RETURN NULL;
END $$;

CREATE TRIGGER revision AFTER INSERT OR UPDATE OR DELETE ON app.source
  FOR EACH STATEMENT EXECUTE FUNCTION app.count_revision();
CREATE TRIGGER revision AFTER INSERT OR UPDATE OR DELETE ON app.source_key
  FOR EACH STATEMENT EXECUTE FUNCTION app.count_revision();
CREATE TRIGGER revision AFTER INSERT OR UPDATE OR DELETE ON app.token
  FOR EACH STATEMENT EXECUTE FUNCTION app.count_revision();

GRANT SELECT ON app.revision TO casetrail_app;
GRANT SELECT, INSERT, UPDATE ON app.source, app.source_key, app.token TO casetrail_app;

-- Authentic, but not in the log: what could not be understood or stored. The bytes are kept as they came.
CREATE TABLE app.quarantine (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  source      text NOT NULL REFERENCES app.source (name),
  receipt_id  uuid NOT NULL,
  received_at timestamptz NOT NULL,
  key_id      text,
  code        text NOT NULL,
  detail      text NOT NULL,
  raw         bytea NOT NULL,
  status      text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'retried', 'accepted', 'dismissed'))
);
COMMENT ON COLUMN app.quarantine.received_at IS 'The first arrival: kept through every retry.';
CREATE INDEX quarantine_open ON app.quarantine (source, received_at) WHERE status = 'open';
GRANT SELECT, INSERT, UPDATE ON app.quarantine TO casetrail_app;

-- Deliveries of an event that was stored already, conflicting ones included: counted before they are answered.
CREATE TABLE app.duplicate_count (
  tenant    text NOT NULL,
  ticket_id text NOT NULL,
  source    text NOT NULL,
  day       date NOT NULL,
  n         bigint NOT NULL,
  PRIMARY KEY (tenant, ticket_id, source, day)
) WITH (fillfactor = 80);
COMMENT ON COLUMN app.duplicate_count.ticket_id IS 'Empty: events of no ticket.';
COMMENT ON COLUMN app.duplicate_count.day IS 'Of the arrival, UTC.';
CREATE INDEX duplicate_count_day ON app.duplicate_count (day, source);
GRANT SELECT, INSERT, UPDATE ON app.duplicate_count TO casetrail_app;
