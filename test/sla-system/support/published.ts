import { type Database } from '../../../src/platform/postgres/database';

type Row = Readonly<Record<string, unknown>>;

const ONE_ROW = `
  SELECT now() AS at, to_json(t) AS ticket, to_json(m) AS metrics FROM rpt.ticket t
  JOIN rpt.ticket_metrics m USING (ticket_key) WHERE t.ticket_key = $1`;

const LISTS = {
  turns: `
    SELECT to_json(r) AS row FROM (
      SELECT *, coalesce(agent_id, answered_by_kind) AS answered_by FROM rpt.response_turn) r
    WHERE r.ticket_key = $1 ORDER BY r.waiting_since`,
  assignments: `
    SELECT to_json(a) AS row FROM (
      SELECT *, agent_id AS agent, from_at AS "from", to_at AS "to" FROM rpt.assignment_interval) a
    WHERE a.ticket_key = $1 ORDER BY a.seq`,
  sla: `
    SELECT to_json(i) AS row FROM rpt.sla_instance i WHERE i.ticket_key = $1
    ORDER BY array_position(ARRAY['first_response', 'next_response', 'resolution'], i.metric), i.instance_no`,
} as const;

export interface Published {
  /** The now() of the views. */
  readonly at: string;
  readonly figures: Row;
}

/** What analysts read of a ticket at one moment, under the names of `explain`. */
export function publishedFigures(db: Database, ticketKey: string): Promise<Published> {
  const values = [ticketKey];
  return db.transaction(async (tx) => {
    const [found] = await tx.query<{ at: Date; ticket: Row; metrics: Row }>({ text: ONE_ROW, values });
    if (found === undefined) throw new Error(`rpt.ticket has no row of ${ticketKey}`);
    const lists: Record<string, unknown> = {};
    for (const [name, text] of Object.entries(LISTS)) {
      const rows = await tx.query<{ row: Row }>({ text, values });
      lists[name] = rows.map(({ row }) => utc(row));
    }
    const flags = found.ticket['quality_flags'];
    const figures = { ...utc(found.ticket), ...utc(found.metrics), flags, ...lists };
    return { at: found.at.toISOString(), figures };
  });
}

/** PostgreSQL prints instants in the session's zone. */
function utc(row: Row): Row {
  const isInstant = (value: unknown): value is string =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value);
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      isInstant(value) ? new Date(value).toISOString() : value,
    ]),
  );
}
