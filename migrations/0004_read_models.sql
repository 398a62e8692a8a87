-- Read models: storage in versioned private schemas rm_<generation>, read through the views of schema rpt. Their tables,
-- indexes and views stand in read-models/: a rebuild makes them anew beside the old ones.

DO $$
BEGIN
  CREATE ROLE casetrail_analyst NOLOGIN;
  -- For whoever makes it a login; what is merely granted it needs settings of its own.
  ALTER ROLE casetrail_analyst SET statement_timeout = '60s';
  ALTER ROLE casetrail_analyst SET default_transaction_read_only = on;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

CREATE SCHEMA rpt;
GRANT USAGE ON SCHEMA rpt TO casetrail_app, casetrail_analyst;

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

CREATE TABLE app.projection (
  name         text PRIMARY KEY,
  generation   int NOT NULL,
  code_version int,
  rebuilt_at   timestamptz
);
COMMENT ON TABLE app.projection IS 'Which generation of each projection''s tables the views show and the nodes write.';
COMMENT ON COLUMN app.projection.code_version IS 'Of the code that wrote the rows; null while nothing was written.';
GRANT SELECT, UPDATE ON app.projection TO casetrail_app;

-- Which text the views of schema rpt were made from.
CREATE TABLE app.views (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  hash     text NOT NULL
);

CREATE TABLE app.parked_ticket (
  projection   text NOT NULL REFERENCES app.projection (name),
  generation   int NOT NULL,
  ticket_key   text NOT NULL,
  lane         smallint NOT NULL,
  position     bigint NOT NULL,
  error        text NOT NULL,
  code_version int NOT NULL,
  parked_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (projection, generation, ticket_key)
);
COMMENT ON TABLE app.parked_ticket IS
  'Tickets whose events a projection could not take: their rows stand still, all others go on. Newer code tries again.';
COMMENT ON COLUMN app.parked_ticket.position IS 'Where in the lane it was first noticed.';
GRANT SELECT, INSERT, UPDATE, DELETE ON app.parked_ticket TO casetrail_app;

-- A rebuild under way, one at most: what a killed one has written stays, so that the next can go on from there.
CREATE TABLE app.rebuild (
  only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  generation int NOT NULL,
  plan       text NOT NULL,
  is_indexed boolean NOT NULL DEFAULT false
);
COMMENT ON COLUMN app.rebuild.plan IS 'Which projections, by which version of the code, in which tables: only the same goes on.';

CREATE TABLE app.rebuild_lane (
  lane            smallint PRIMARY KEY,
  position        bigint NOT NULL,
  fed             bigint NOT NULL DEFAULT 0,
  after_tenant    text,
  after_ticket_id text,
  is_copied       boolean NOT NULL DEFAULT false
);
COMMENT ON COLUMN app.rebuild_lane.position IS 'The new rows are those of this position of the lane: of all tickets, or of those up to after_ticket_id.';
COMMENT ON COLUMN app.rebuild_lane.fed IS 'How far projections that add up over the lane have come.';

CREATE TABLE app.projection_checksum (
  projection text NOT NULL REFERENCES app.projection (name),
  generation int NOT NULL,
  lane       smallint NOT NULL,
  checksum   text NOT NULL,
  PRIMARY KEY (projection, generation, lane)
);
