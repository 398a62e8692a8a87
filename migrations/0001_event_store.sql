-- The event store: an append-only log in lanes, the heads the guard judges against, and the followers' checkpoints.

-- Roles belong to the whole cluster: another database of it may have made them already, even at this very moment.
DO $$
BEGIN
  CREATE ROLE casetrail_app NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

-- The login that migrates may act as the app's role; a superuser may anyway.
DO $$
BEGIN
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    EXECUTE format('GRANT casetrail_app TO %I', current_user);
  END IF;
END $$;

CREATE SCHEMA es;
GRANT USAGE ON SCHEMA es TO casetrail_app;

CREATE TABLE es.log (
  only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  log_id     uuid NOT NULL DEFAULT gen_random_uuid(),
  lanes      smallint NOT NULL CHECK (lanes BETWEEN 1 AND 64),
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE es.log IS 'Which log this database holds: Kafka records carry log_id, so a topic of another log is recognised.';

-- A lock only: SELECT … FOR UPDATE, never updated, so an idle snapshot somewhere can't bloat it.
CREATE TABLE es.lane (
  lane smallint PRIMARY KEY
);

CREATE FUNCTION es.make_lanes(p_lanes int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO es.log (lanes) VALUES (p_lanes) ON CONFLICT DO NOTHING;
  INSERT INTO es.lane SELECT generate_series(0, l.lanes - 1) FROM es.log l ON CONFLICT DO NOTHING;
END $$;
REVOKE ALL ON FUNCTION es.make_lanes(int) FROM PUBLIC;

CREATE TABLE es.event (
  lane            smallint NOT NULL,
  position        bigint NOT NULL CHECK (position > 0),
  tenant          text NOT NULL,
  ticket_id       text,
  version         bigint,
  event_id        uuid NOT NULL,
  source          text NOT NULL,
  source_event_id text,
  source_type     text NOT NULL,
  dedupe_key      text NOT NULL,
  fingerprint     bytea NOT NULL,
  natural_key     text,
  type            text NOT NULL,
  schema_version  smallint NOT NULL,
  verdict         text,
  verdict_reason  text,
  occurred_at     timestamptz NOT NULL,
  claimed_at      timestamptz,
  received_at     timestamptz NOT NULL,
  recorded_at     timestamptz NOT NULL,
  flags           text[] NOT NULL,
  data            jsonb NOT NULL,
  after           jsonb,
  correlation_id  text,
  causation_id    text,
  traceparent     text,
  key_id          text,
  body_bytes      int NOT NULL,
  topic_prev      bigint,
  personal_hash   bytea NOT NULL,
  raw_hash        bytea NOT NULL,
  hash            bytea NOT NULL,
  PRIMARY KEY (lane, position),
  CHECK ((ticket_id IS NULL) = (verdict IS NULL)),
  CHECK ((version IS NULL) = (ticket_id IS NULL OR verdict = 'rejected'))
);
-- The column that tells rows apart stands first in each index: comparing what is equal in all of them costs.
CREATE UNIQUE INDEX event_dedupe ON es.event (dedupe_key, source);
-- Not partial on version: rejected events have none and belong to their ticket all the same.
CREATE UNIQUE INDEX event_ticket ON es.event (ticket_id, tenant, version) WHERE ticket_id IS NOT NULL;
-- The same message or status change under another id (a natural duplicate).
CREATE INDEX event_natural ON es.event (ticket_id, tenant, natural_key) WHERE natural_key IS NOT NULL;

-- Events of a day without reading all: rows lie nearly in this order, so a few blocks of summaries do.
CREATE INDEX event_day ON es.event USING brin ((timezone('UTC', received_at)::date)) WITH (autosummarize = on);

COMMENT ON COLUMN es.event.verdict IS 'The guard''s judgement at arrival; never changed. Null: an event of no ticket.';
COMMENT ON COLUMN es.event.after IS 'The ticket''s state once this event and all before it in the lane are folded.';
COMMENT ON COLUMN es.event.topic_prev IS 'The previous position of this lane on the same Kafka topic.';
COMMENT ON COLUMN es.event.recorded_at IS 'The database''s clock under the lane lock; one instant for all events of an append.';

-- What names or quotes a person stands apart: it can be forgotten without touching the log, and followers read narrow rows.
CREATE TABLE es.content (
  lane     smallint NOT NULL,
  position bigint NOT NULL,
  personal jsonb NOT NULL,
  raw      bytea NOT NULL,
  salt     bytea NOT NULL,
  PRIMARY KEY (lane, position)
);

-- One row per lane and append. A lane's head and its last digest are its last row.
CREATE TABLE es.append (
  lane                smallint NOT NULL,
  first_position      bigint NOT NULL,
  last_position       bigint NOT NULL CHECK (last_position >= first_position),
  last_on_events      bigint,
  last_on_rejections  bigint,
  recorded_at         timestamptz NOT NULL,
  attempt_id          uuid NOT NULL,
  digest              bytea NOT NULL,
  PRIMARY KEY (lane, first_position)
);
COMMENT ON COLUMN es.append.last_on_events IS 'The lane''s last position on the ticket-events topic, up to and including this append.';
COMMENT ON COLUMN es.append.attempt_id IS 'Made by the appending node: finds out whether an append whose answer was lost was stored.';

-- What the guard needs to judge the next event of a ticket. Derived: rebuilt from es.event at any time.
CREATE TABLE es.ticket_head (
  tenant    text NOT NULL,
  ticket_id text NOT NULL,
  lane      smallint NOT NULL,
  revision  bigint NOT NULL,
  head      json NOT NULL,
  PRIMARY KEY (tenant, ticket_id)
) WITH (fillfactor = 70);
COMMENT ON COLUMN es.ticket_head.head IS 'json, not jsonb: it is written with every append and only ever read whole.';
COMMENT ON COLUMN es.ticket_head.revision IS 'Counts the ticket''s events, rejected ones too: what an append compares before it writes.';

CREATE TABLE es.follower (
  name        text NOT NULL,
  lane        smallint NOT NULL,
  position    bigint NOT NULL DEFAULT 0,
  epoch       bigint NOT NULL DEFAULT 0,
  owner       uuid,
  error       text,
  PRIMARY KEY (name, lane)
) WITH (fillfactor = 50);
COMMENT ON TABLE es.follower IS 'How far each projection and each Kafka topic has come in each lane, and which node may move it.';
COMMENT ON COLUMN es.follower.owner IS 'The node that holds the lane, as long as es.follower_node says that it is alive.';

-- Unlogged: it says who is alive just now. Nodes that still are when the database comes back say so again. Apart from
-- es.follower: a node renews one row here, and never waits for the row locks of its own batches.
CREATE UNLOGGED TABLE es.follower_node (
  name        text NOT NULL,
  owner       uuid NOT NULL,
  joined_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  lease_until timestamptz NOT NULL,
  PRIMARY KEY (name, owner)
) WITH (fillfactor = 50);
COMMENT ON TABLE es.follower_node IS 'The nodes that run a follower, with or without lanes. Past lease_until a node counts as dead and its lanes as free.';

CREATE FUNCTION es.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on %.% is refused: the log is append-only', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;

-- For the owner and superusers too; the app's role has no such grant in the first place.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON es.event
  FOR EACH STATEMENT EXECUTE FUNCTION es.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON es.append
  FOR EACH STATEMENT EXECUTE FUNCTION es.refuse_change();
CREATE TRIGGER made_once BEFORE UPDATE OR DELETE OR TRUNCATE ON es.log
  FOR EACH STATEMENT EXECUTE FUNCTION es.refuse_change();

GRANT SELECT ON es.log TO casetrail_app;
GRANT SELECT, UPDATE ON es.lane TO casetrail_app; -- UPDATE: what FOR UPDATE asks for
GRANT SELECT, INSERT ON es.event, es.append TO casetrail_app;
GRANT SELECT, INSERT ON es.content TO casetrail_app;
GRANT SELECT, INSERT, UPDATE ON es.ticket_head, es.follower TO casetrail_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON es.follower_node TO casetrail_app;
