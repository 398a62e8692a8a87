-- Tables that are there keep their rows, and the column of a row is null until it is written again: as it was computed before.
DO $$
DECLARE
  live text;
BEGIN
  SELECT 'rm_' || generation INTO live FROM app.projection WHERE name = 'sla';
  IF FOUND THEN
    EXECUTE format('ALTER TABLE %I.ticket_metrics ADD COLUMN IF NOT EXISTS escalation_counts_from timestamptz', live);
  END IF;
END $$;
