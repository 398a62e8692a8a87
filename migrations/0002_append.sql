-- The append: one autocommit call that writes a whole batch, or says what stood in the way of which ticket.
--
-- VOLATILE in READ COMMITTED: each statement inside takes a fresh snapshot, so what is read after the lane locks is
-- everything that any earlier append has committed. The locks are held to commit: that is what makes positions gapless
-- and commit order = position order.
--
-- Statements are planned once per connection, perhaps against empty tables without statistics. The settings below leave
-- the planner nothing but the indexes made for them.
CREATE FUNCTION es.append(
  p_attempt         uuid,
  -- One element per group: the events of one ticket in this batch, or one event of no ticket (null ticket).
  g_lane            smallint[],
  g_tenant          text[],
  g_ticket          text[],
  g_revision        bigint[],      -- what the head's revision must be; 0 = no head yet
  g_head            text[],        -- the head after the whole group; null = no ticket
  g_next_revision   bigint[],
  -- One element per event, ordered by lane and, within a ticket, as judged.
  e_group           int[],
  e_version         bigint[],
  e_event_id        uuid[],
  e_source          text[],
  e_source_event_id text[],
  e_source_type     text[],
  e_dedupe_key      text[],
  e_fingerprint     bytea[],
  e_natural_key     text[],
  e_natural_known   smallint[],    -- 1: judged with the ticket's whole history, natural duplicates are settled
  e_type            text[],
  e_schema_version  smallint[],
  e_verdict         text[],
  e_reason          text[],
  e_occurred_at     timestamptz[],
  e_claimed_at      timestamptz[],
  e_received_at     timestamptz[],
  e_flags           text[],        -- comma separated
  e_data            text[],
  e_after           text[],
  e_correlation_id  text[],
  e_causation_id    text[],
  e_traceparent     text[],
  e_key_id          text[],
  e_body_bytes      int[],
  e_personal        text[],
  e_raw             bytea[],
  e_salt            bytea[],
  e_personal_hash   bytea[],
  e_raw_hash        bytea[],
  e_body_hash       bytea[]        -- over all that is known before the append; es.event.hash adds what is not
) RETURNS TABLE (
  kind        text,                -- 'refused' one row per refused group · 'lane' one row per lane written
  grp         int,
  lane        smallint,
  first_position bigint,
  recorded_at timestamptz
)
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_bitmapscan = off
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
  refused     int[];
  now_at      timestamptz;
  positions   bigint[];
  topic_prevs bigint[];
  hashes      bytea[];
BEGIN
  -- (a) Ascending, so that two appends never wait for each other in a circle.
  PERFORM 1 FROM es.lane l WHERE l.lane = ANY (g_lane) ORDER BY l.lane FOR UPDATE;

  -- (b, c) A group is refused whole when an event of it is stored already, when its ticket has moved on, or when the
  -- same message or status change stands in the ticket under another id and that was not weighed.
  SELECT array_agg(DISTINCT r.grp) INTO refused FROM (
    SELECT i.grp
    FROM (SELECT unnest(e_group) AS grp, unnest(e_source) AS source, unnest(e_dedupe_key) AS dedupe_key) i
    WHERE EXISTS (SELECT FROM es.event e WHERE e.source = i.source AND e.dedupe_key = i.dedupe_key)
    UNION ALL
    SELECT g.grp
    FROM (SELECT generate_subscripts(g_lane, 1) AS grp, unnest(g_tenant) AS tenant, unnest(g_ticket) AS ticket_id,
                 unnest(g_revision) AS revision) g
    WHERE g.ticket_id IS NOT NULL
      AND g.revision <> coalesce(
        (SELECT h.revision FROM es.ticket_head h WHERE h.tenant = g.tenant AND h.ticket_id = g.ticket_id), 0)
    UNION ALL
    SELECT i.grp
    FROM (SELECT unnest(e_group) AS grp, unnest(e_natural_key) AS natural_key, unnest(e_natural_known) AS known) i
    WHERE i.natural_key IS NOT NULL AND i.known = 0
      AND EXISTS (
        SELECT FROM es.event e
        WHERE e.tenant = g_tenant[i.grp] AND e.ticket_id = g_ticket[i.grp] AND e.natural_key = i.natural_key)
  ) r;

  IF refused IS NOT NULL THEN
    RETURN QUERY SELECT 'refused', r, NULL::smallint, NULL::bigint, NULL::timestamptz FROM unnest(refused) r;
    IF cardinality(refused) = cardinality(g_lane) THEN
      RETURN;
    END IF;
  END IF;

  now_at := clock_timestamp();

  -- (d, e) Number and chain on narrow rows; the wide columns below are read once, straight from their arrays.
  WITH tail AS MATERIALIZED (
    SELECT l.lane,
           coalesce(t.last_position, 0) AS last_position,
           t.last_on_events, t.last_on_rejections,
           coalesce(t.digest, ''::bytea) AS digest
    FROM (SELECT DISTINCT u.lane FROM unnest(g_lane) AS u(lane)) l
    LEFT JOIN LATERAL (
      SELECT a.last_position, a.last_on_events, a.last_on_rejections, a.digest
      FROM es.append a WHERE a.lane = l.lane ORDER BY a.first_position DESC LIMIT 1) t ON true
  ), numbered AS (
    SELECT i.ord, i.body_hash, t.lane, t.last_on_events, t.last_on_rejections, k.topic,
           CASE WHEN k.topic >= 0 THEN
             t.last_position + count(*) FILTER (WHERE k.topic >= 0) OVER (PARTITION BY t.lane ORDER BY i.ord)
           END AS position
    FROM (SELECT generate_subscripts(e_group, 1) AS ord, unnest(e_group) AS grp, unnest(e_verdict) AS verdict,
                 unnest(e_body_hash) AS body_hash) i
    JOIN tail t ON t.lane = g_lane[i.grp]
    CROSS JOIN LATERAL (SELECT CASE
      WHEN i.grp = ANY (refused) THEN -1
      WHEN i.verdict IS NULL THEN 0
      WHEN i.verdict = 'rejected' THEN 2
      ELSE 1 END AS topic) k
  ), linked AS (
    SELECT n.*,
           CASE WHEN n.topic > 0 THEN coalesce(
             lag(n.position) OVER (PARTITION BY n.lane, n.topic ORDER BY n.ord),
             CASE n.topic WHEN 1 THEN n.last_on_events ELSE n.last_on_rejections END) END AS topic_prev
    FROM numbered n
  ), hashed AS MATERIALIZED (
    SELECT l.ord, l.lane, l.topic, l.position, l.topic_prev,
           sha256(l.body_hash || int2send(l.lane) || int8send(l.position)
             || int8send(coalesce(l.topic_prev, 0)) || timestamptz_send(now_at)) AS hash
    FROM linked l
  ), appended AS (
    INSERT INTO es.append (
      lane, first_position, last_position, last_on_events, last_on_rejections, recorded_at, attempt_id, digest)
    SELECT t.lane, min(h.position), max(h.position),
           coalesce(max(h.position) FILTER (WHERE h.topic = 1), t.last_on_events),
           coalesce(max(h.position) FILTER (WHERE h.topic = 2), t.last_on_rejections),
           now_at, p_attempt,
           sha256(t.digest || string_agg(h.hash, ''::bytea ORDER BY h.position))
    FROM hashed h JOIN tail t ON t.lane = h.lane
    WHERE h.position IS NOT NULL
    GROUP BY t.lane, t.last_on_events, t.last_on_rejections, t.digest
  )
  SELECT array_agg(h.position ORDER BY h.ord), array_agg(h.topic_prev ORDER BY h.ord), array_agg(h.hash ORDER BY h.ord)
  INTO positions, topic_prevs, hashes
  FROM hashed h;

  INSERT INTO es.event (
    lane, position, tenant, ticket_id, version, event_id, source, source_event_id, source_type, dedupe_key,
    fingerprint, natural_key, type, schema_version, verdict, verdict_reason, occurred_at, claimed_at, received_at,
    recorded_at, flags, data, after, correlation_id, causation_id, traceparent, key_id, body_bytes, topic_prev,
    personal_hash, raw_hash, hash)
  SELECT g_lane[h.grp], h.position, g_tenant[h.grp], g_ticket[h.grp], h.version, h.event_id, h.source, h.source_event_id,
         h.source_type, h.dedupe_key, h.fingerprint, h.natural_key, h.type, h.schema_version, h.verdict, h.reason,
         h.occurred_at, h.claimed_at, h.received_at, now_at, string_to_array(h.flags, ','), h.data::jsonb,
         h.after::jsonb, h.correlation_id, h.causation_id, h.traceparent, h.key_id, h.body_bytes, h.topic_prev,
         h.personal_hash, h.raw_hash, h.hash
  FROM (SELECT
    unnest(e_group) AS grp, unnest(positions) AS position, unnest(topic_prevs) AS topic_prev, unnest(hashes) AS hash,
    unnest(e_version) AS version, unnest(e_event_id) AS event_id, unnest(e_source) AS source,
    unnest(e_source_event_id) AS source_event_id, unnest(e_source_type) AS source_type,
    unnest(e_dedupe_key) AS dedupe_key, unnest(e_fingerprint) AS fingerprint, unnest(e_natural_key) AS natural_key,
    unnest(e_type) AS type, unnest(e_schema_version) AS schema_version, unnest(e_verdict) AS verdict,
    unnest(e_reason) AS reason, unnest(e_occurred_at) AS occurred_at, unnest(e_claimed_at) AS claimed_at,
    unnest(e_received_at) AS received_at, unnest(e_flags) AS flags, unnest(e_data) AS data, unnest(e_after) AS after,
    unnest(e_correlation_id) AS correlation_id, unnest(e_causation_id) AS causation_id,
    unnest(e_traceparent) AS traceparent, unnest(e_key_id) AS key_id, unnest(e_body_bytes) AS body_bytes,
    unnest(e_personal_hash) AS personal_hash, unnest(e_raw_hash) AS raw_hash) h
  WHERE h.position IS NOT NULL;

  INSERT INTO es.content (lane, position, personal, raw, salt)
  SELECT g_lane[h.grp], h.position, h.personal::jsonb, h.raw, h.salt
  FROM (SELECT unnest(e_group) AS grp, unnest(positions) AS position, unnest(e_personal) AS personal,
               unnest(e_raw) AS raw, unnest(e_salt) AS salt) h
  WHERE h.position IS NOT NULL;

  INSERT INTO es.ticket_head AS t (tenant, ticket_id, lane, revision, head)
  SELECT g.tenant, g.ticket_id, g.lane, g.next_revision, g.head::json
  FROM (SELECT generate_subscripts(g_lane, 1) AS grp, unnest(g_lane) AS lane, unnest(g_tenant) AS tenant,
               unnest(g_ticket) AS ticket_id, unnest(g_next_revision) AS next_revision, unnest(g_head) AS head) g
  WHERE g.ticket_id IS NOT NULL AND (refused IS NULL OR g.grp <> ALL (refused))
  ON CONFLICT (tenant, ticket_id) DO UPDATE SET revision = EXCLUDED.revision, head = EXCLUDED.head;

  RETURN QUERY
  SELECT 'lane', NULL::int, g_lane[p.grp], min(p.position), now_at
  FROM (SELECT unnest(e_group) AS grp, unnest(positions) AS position) p
  WHERE p.position IS NOT NULL
  GROUP BY g_lane[p.grp];
END $$;

REVOKE ALL ON FUNCTION es.append FROM PUBLIC;
GRANT EXECUTE ON FUNCTION es.append TO casetrail_app;
