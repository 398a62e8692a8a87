-- Read models: storage in versioned private schemas rm_<generation>, read through the views of schema rpt. Their tables,
-- indexes and views stand in read-models/: a rebuild makes them anew beside the old ones.

DO $$
BEGIN
  CREATE ROLE casetrail_analyst NOLOGIN;
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

CREATE TABLE app.projection_checksum (
  projection text NOT NULL REFERENCES app.projection (name),
  generation int NOT NULL,
  lane       smallint NOT NULL,
  checksum   text NOT NULL,
  PRIMARY KEY (projection, generation, lane)
);
