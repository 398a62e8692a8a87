-- SLA configuration: every version of schedules and policies there ever was, and the opening hours laid out for SQL.

CREATE TABLE app.sla_version (
  id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind              text NOT NULL CHECK (kind IN ('schedule', 'source_policy', 'tenant_policy', 'bot_answers')),
  tenant            text NOT NULL CHECK (tenant ~ '^[a-z0-9_-]{1,64}$'),
  name              text NOT NULL,
  version           int NOT NULL CHECK (version > 0),
  body              jsonb NOT NULL,
  valid_from        timestamptz,
  reprocessed_until timestamptz,
  recorded_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (kind, tenant, name, version),
  CHECK (reprocessed_until IS NULL OR (kind = 'schedule' AND valid_from < reprocessed_until))
);
COMMENT ON TABLE app.sla_version IS 'What SLA figures depend on beside events. Rows are only ever added; ids are in commit order.';
COMMENT ON COLUMN app.sla_version.id IS 'The config_revision that figures carry once they follow this version.';
COMMENT ON COLUMN app.sla_version.name IS 'Of the schedule, of the source, or of the tenant.';
COMMENT ON COLUMN app.sla_version.version IS '1, 2, 3 … of this schedule, policy or source.';
COMMENT ON COLUMN app.sla_version.body IS 'The schedule; {policy, schedule}; or whether a bot''s message answers.';
COMMENT ON COLUMN app.sla_version.valid_from IS 'Null: from the beginning.';
COMMENT ON COLUMN app.sla_version.reprocessed_until IS 'An explicit restatement: rules from valid_from to here, whatever was applied before.';

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON app.sla_version
  FOR EACH STATEMENT EXECUTE FUNCTION es.refuse_change();

-- One writer at a time, to the commit: whoever has seen revision n has seen every version up to it.
CREATE FUNCTION app.lock_sla() RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(4714002)
$$;

CREATE FUNCTION app.lock_sla_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM app.lock_sla();
  RETURN NULL;
END $$;

-- Before the statement, and so before it takes its ids.
CREATE TRIGGER in_commit_order BEFORE INSERT ON app.sla_version
  FOR EACH STATEMENT EXECUTE FUNCTION app.lock_sla_version();

-- A source's option, but figures depend on it: kept here with its history, so that a re-fold gives what the fold gave.
CREATE FUNCTION app.note_bot_answers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_before boolean := TG_OP = 'UPDATE' AND coalesce((OLD.settings ->> 'bot_answers')::boolean, false);
  v_now    boolean := coalesce((NEW.settings ->> 'bot_answers')::boolean, false);
BEGIN
  IF v_now = v_before THEN
    RETURN NULL;
  END IF;
  PERFORM app.lock_sla();
  INSERT INTO app.sla_version (kind, tenant, name, version, body, valid_from)
  SELECT 'bot_answers', NEW.tenant, NEW.name, coalesce(max(v.version), 0) + 1, to_jsonb(v_now),
         CASE TG_OP WHEN 'UPDATE' THEN date_trunc('milliseconds', clock_timestamp()) END
  FROM app.sla_version v WHERE v.kind = 'bot_answers' AND v.tenant = NEW.tenant AND v.name = NEW.name;
  RETURN NULL;
END $$;

CREATE TRIGGER bot_answers AFTER INSERT OR UPDATE OF settings ON app.source
  FOR EACH ROW EXECUTE FUNCTION app.note_bot_answers();

CREATE TABLE app.schedule (
  no          int GENERATED ALWAYS AS IDENTITY UNIQUE,
  schedule_id text PRIMARY KEY,
  tenant      text NOT NULL,
  name        text NOT NULL,
  laid_out    tstzrange NOT NULL
);
COMMENT ON TABLE app.schedule IS 'How far the opening hours of each schedule are laid out in app.schedule_open_interval. Derived.';

CREATE TABLE app.schedule_open_interval (
  schedule_no      int NOT NULL,
  open             tstzrange NOT NULL CHECK (NOT isempty(open)),
  schedule_version int NOT NULL,
  -- Time is open or not, never twice. Its index is also the way in; by number, since GiST splits long equal texts badly.
  EXCLUDE USING gist (schedule_no WITH =, open WITH &&)
);
COMMENT ON TABLE app.schedule_open_interval IS 'Derived from app.sla_version under the same lock.';

GRANT SELECT, INSERT ON app.sla_version TO casetrail_app;
GRANT SELECT, INSERT, UPDATE ON app.schedule TO casetrail_app;
GRANT SELECT, INSERT, DELETE ON app.schedule_open_interval TO casetrail_app;

CREATE VIEW rpt.schedule AS
  SELECT tenant AS tenant_id, schedule_id, name, lower(laid_out) AS laid_out_from, upper(laid_out) AS laid_out_to
  FROM app.schedule;
COMMENT ON VIEW rpt.schedule IS 'One row a schedule of opening hours.';
COMMENT ON COLUMN rpt.schedule.tenant_id IS 'Whose schedule it is.';
COMMENT ON COLUMN rpt.schedule.schedule_id IS 'tenant_id/name: what schedule_id means in every table.';
COMMENT ON COLUMN rpt.schedule.name IS 'As the configuration names it, unique per tenant.';
COMMENT ON COLUMN rpt.schedule.laid_out_from IS 'rpt.schedule_open_interval knows its hours from here …';
COMMENT ON COLUMN rpt.schedule.laid_out_to IS '… to here, always two years ahead.';

CREATE VIEW rpt.schedule_open_interval AS
  SELECT s.tenant AS tenant_id, s.schedule_id, i.open, i.schedule_version
  FROM app.schedule s JOIN app.schedule_open_interval i ON i.schedule_no = s.no;
COMMENT ON VIEW rpt.schedule_open_interval IS 'When a schedule is open, as instants: clock changes, holidays and versions are in it already.';
COMMENT ON COLUMN rpt.schedule_open_interval.tenant_id IS 'Whose schedule it is.';
COMMENT ON COLUMN rpt.schedule_open_interval.schedule_id IS 'tenant_id/name.';
COMMENT ON COLUMN rpt.schedule_open_interval.open IS 'From its lower bound up to, not including, its upper bound.';
COMMENT ON COLUMN rpt.schedule_open_interval.schedule_version IS 'The version that rules then: rpt.schedule_version.';

-- Null, and not 0, where the hours are not known: of an unknown schedule, or beyond what is laid out.
CREATE FUNCTION rpt.business_seconds(p_schedule text, a timestamptz, b timestamptz) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN EXISTS (
    SELECT FROM rpt.schedule s
    WHERE s.schedule_id = p_schedule AND (b <= a OR (s.laid_out_from <= a AND b <= s.laid_out_to))
  ) THEN coalesce((
    SELECT floor(extract(epoch FROM sum(least(upper(i.open), b) - greatest(lower(i.open), a))))
    FROM rpt.schedule_open_interval i
    WHERE i.schedule_id = p_schedule AND i.open && tstzrange(a, greatest(a, b))
  ), 0)::bigint END
$$;
COMMENT ON FUNCTION rpt.business_seconds(text, timestamptz, timestamptz) IS
  'Open seconds of a schedule (tenant_id/name) from a to b. Null where its hours are not known.';

CREATE VIEW rpt.schedule_version AS
  SELECT tenant AS tenant_id, tenant || '/' || name AS schedule_id, version AS schedule_version,
         coalesce(body ->> 'timezone', 'UTC') AS timezone, body AS hours, valid_from,
         coalesce(reprocessed_until, lead(valid_from) OVER applied) AS valid_to,
         reprocessed_until IS NOT NULL AS is_reprocess, recorded_at, id AS config_revision
  FROM app.sla_version
  WHERE kind = 'schedule'
  WINDOW applied AS (
    PARTITION BY tenant, name, reprocessed_until IS NOT NULL ORDER BY valid_from NULLS FIRST, version);
COMMENT ON VIEW rpt.schedule_version IS 'One row a version of a schedule.';
COMMENT ON COLUMN rpt.schedule_version.tenant_id IS 'Whose schedule it is.';
COMMENT ON COLUMN rpt.schedule_version.schedule_id IS 'tenant_id/name.';
COMMENT ON COLUMN rpt.schedule_version.schedule_version IS '1, 2, 3 … in the order of application.';
COMMENT ON COLUMN rpt.schedule_version.timezone IS 'IANA name; UTC for a schedule that is always open.';
COMMENT ON COLUMN rpt.schedule_version.hours IS 'The schedule as it was applied.';
COMMENT ON COLUMN rpt.schedule_version.valid_from IS 'Null: from the beginning.';
COMMENT ON COLUMN rpt.schedule_version.valid_to IS 'When the next one took over; null = it rules on.';
COMMENT ON COLUMN rpt.schedule_version.is_reprocess IS 'An explicit restatement: from valid_from to valid_to it rules in place of the others.';
COMMENT ON COLUMN rpt.schedule_version.recorded_at IS 'When it was applied.';
COMMENT ON COLUMN rpt.schedule_version.config_revision IS 'The config_revision of figures that follow it.';

CREATE VIEW rpt.sla_policy_version AS
  SELECT tenant AS tenant_id,
         CASE kind WHEN 'source_policy' THEN 'source/' ELSE 'tenant/' END || name AS policy_id,
         version AS policy_version,
         CASE kind WHEN 'source_policy' THEN name END AS source,
         tenant || '/' || (body ->> 'schedule') AS schedule_id,
         body #>> '{policy,basis}' AS basis,
         body #> '{policy,targets}' AS targets,
         CASE WHEN body -> 'policy' <> 'null' THEN
           ARRAY(SELECT jsonb_array_elements_text(body #> '{policy,pause_statuses}')) END AS pause_statuses,
         (body #>> '{policy,warn_percent}')::numeric AS warn_percent,
         valid_from, lead(valid_from) OVER applied AS valid_to, recorded_at, id AS config_revision
  FROM app.sla_version
  WHERE kind IN ('source_policy', 'tenant_policy')
  WINDOW applied AS (PARTITION BY kind, tenant, name ORDER BY valid_from NULLS FIRST, version);
COMMENT ON VIEW rpt.sla_policy_version IS 'One row a version of a policy: a tenant''s default, or a source''s own, which wins.';
COMMENT ON COLUMN rpt.sla_policy_version.tenant_id IS 'Whose policy it is.';
COMMENT ON COLUMN rpt.sla_policy_version.policy_id IS 'source/<name> or tenant/<name>.';
COMMENT ON COLUMN rpt.sla_policy_version.policy_version IS '1, 2, 3 … in the order of application.';
COMMENT ON COLUMN rpt.sla_policy_version.source IS 'The source whose tickets it is for; null: all sources of the tenant without one of their own.';
COMMENT ON COLUMN rpt.sla_policy_version.schedule_id IS 'The opening hours of its tickets.';
COMMENT ON COLUMN rpt.sla_policy_version.basis IS 'business: clocks run while open; calendar: always. Null: a schedule without a policy.';
COMMENT ON COLUMN rpt.sla_policy_version.targets IS 'Seconds by priority and metric; default for every other priority.';
COMMENT ON COLUMN rpt.sla_policy_version.pause_statuses IS 'Statuses in which the resolution clock may stand still.';
COMMENT ON COLUMN rpt.sla_policy_version.warn_percent IS 'The part of a target after which a ticket is at risk.';
COMMENT ON COLUMN rpt.sla_policy_version.valid_from IS 'Null: from the beginning.';
COMMENT ON COLUMN rpt.sla_policy_version.valid_to IS 'When the next one took over; null = it rules on. What began before keeps its version.';
COMMENT ON COLUMN rpt.sla_policy_version.recorded_at IS 'When it was applied.';
COMMENT ON COLUMN rpt.sla_policy_version.config_revision IS 'The config_revision of figures that follow it.';

CREATE VIEW rpt.date AS
  SELECT d::date AS date, extract(year FROM d)::int AS year, extract(quarter FROM d)::int AS quarter,
         extract(month FROM d)::int AS month, date_trunc('month', d)::date AS month_start,
         extract(isoyear FROM d)::int AS iso_year, extract(week FROM d)::int AS iso_week,
         date_trunc('week', d)::date AS week_start, extract(isodow FROM d)::int AS weekday,
         extract(isodow FROM d) >= 6 AS is_weekend
  FROM generate_series(timestamp '2010-01-01', current_date + interval '2 years', interval '1 day') AS d;
COMMENT ON VIEW rpt.date IS 'One row a day, from 2010 to two years ahead: join it to see days on which nothing happened.';
COMMENT ON COLUMN rpt.date.date IS 'The day.';
COMMENT ON COLUMN rpt.date.year IS 'Calendar year.';
COMMENT ON COLUMN rpt.date.quarter IS '1 to 4.';
COMMENT ON COLUMN rpt.date.month IS '1 to 12.';
COMMENT ON COLUMN rpt.date.month_start IS 'The first day of its month.';
COMMENT ON COLUMN rpt.date.iso_year IS 'The year that its ISO week belongs to.';
COMMENT ON COLUMN rpt.date.iso_week IS 'ISO 8601 week, 1 to 53.';
COMMENT ON COLUMN rpt.date.week_start IS 'The Monday of its week.';
COMMENT ON COLUMN rpt.date.weekday IS '1 Monday to 7 Sunday.';
COMMENT ON COLUMN rpt.date.is_weekend IS 'Saturday or Sunday; opening hours are in rpt.schedule_open_interval.';

GRANT SELECT ON rpt.schedule, rpt.schedule_open_interval, rpt.schedule_version, rpt.sla_policy_version, rpt.date
  TO casetrail_app, casetrail_analyst;

-- Published figures that a change of configuration, or of our own code, changed. What late events change follows from the log
-- and is projected; this does not, so it is written once and stays.
CREATE TABLE app.restatement (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id      text NOT NULL,
  ticket_id      text NOT NULL,
  ticket_key     text NOT NULL,
  table_name     text NOT NULL,
  column_name    text NOT NULL,
  instance_id    uuid,
  old_value      text,
  new_value      text,
  changed_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  cause          text NOT NULL CHECK (cause IN ('policy_reapply', 'schedule_reprocess', 'code_version')),
  reporting_date date NOT NULL
);
CREATE INDEX restatement_ticket ON app.restatement (ticket_key);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON app.restatement
  FOR EACH STATEMENT EXECUTE FUNCTION es.refuse_change();
GRANT SELECT, INSERT ON app.restatement TO casetrail_app;
