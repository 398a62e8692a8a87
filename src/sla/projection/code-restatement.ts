import { type Table } from '../../followers/projections/table';
import { sharedColumns } from '../../followers/rebuild/shared-columns';
import { type Queryable } from '../../platform/postgres/database';
import { queryOf } from '../../platform/postgres/read-models';
import { slaInstanceTable, ticketMetricsTable } from './sla-tables';

interface Schemas {
  readonly old: string;
  readonly new: string;
}

/** A table whose figures are compared, as its view shows them. */
interface Compared {
  readonly table: Table;
  /** Of a row as it is stored and as its view shows it, both in jsonb: the figure `f.name` grows by itself. */
  readonly grows: (stored: string, shown: string) => string;
  /** SQL on `o`, an old row: its view shows what another table holds, so it is looked at even if it stays as it is. */
  readonly alsoIf: (schemas: Schemas) => string;
}

/** Not figures: whose row it is, by what it was made, and what depends on when events arrived. */
const UNREVISED = [
  'tenant_id',
  'ticket_id',
  'ticket_key',
  'instance_id',
  'restated_count',
  'due_out_of_reach',
  'warned_at',
  'elapsed_ms_at_anchor',
  'anchor_at',
  'config_revision',
  'projection_version',
];

const metrics: Compared = {
  table: ticketMetricsTable,
  grows: (stored) => `
    CASE WHEN f.name IN ('unresolved_seconds', 'unresolved_business_seconds') THEN ${stored} ->> 'running_court' IS NOT NULL
         WHEN f.name IN ('active_seconds', 'active_business_seconds') THEN ${stored} ->> 'running_court' = 'active'
         WHEN f.name IN ('waiting_on_customer_seconds', 'on_hold_seconds')
           THEN f.name = ${stored} ->> 'running_court' || '_seconds'
         WHEN f.name = 'contested_pause_seconds' THEN ${stored} ->> 'contested_runs' = 'true'
         WHEN f.name = 'unassigned_seconds' THEN ${stored} ->> 'unassigned_runs' = 'true'
         WHEN f.name = 'unanswered_seconds' THEN ${stored} ->> 'waiting_since' IS NOT NULL END`,
  alsoIf: () => 'false',
};

const instances: Compared = {
  table: slaInstanceTable,
  grows: (_, shown) => `
    CASE ${shown} ->> 'stage' WHEN 'running' THEN f.name IN ('elapsed_seconds', 'overrun_seconds')
                              WHEN 'paused' THEN f.name = 'paused_seconds' END`,
  // Broken by time alone: whose ticket it was then is not in the row.
  alsoIf: (schemas) =>
    `o.stopped_at IS NULL AND o.breaks_at <= now()
      AND ${agentWhenDue(schemas.old)} IS DISTINCT FROM ${agentWhenDue(schemas.new)}`,
};

function agentWhenDue(schema: string): string {
  return `(
    SELECT a.agent_id FROM ${schema}.assignment_interval a
    WHERE a.ticket_key = o.ticket_key AND a.from_at <= o.due_at ORDER BY a.seq DESC LIMIT 1)`;
}

/**
 * Keeps a record of the settled figures that newer code makes otherwise, for as long as the views still show the old ones.
 * Both sides are read by the views' own text, at one instant. Of a ticket that only one side has nothing was corrected.
 */
export async function restateByCode(tx: Queryable, schemas: Schemas): Promise<void> {
  // The text of a view names its tables without a schema.
  await tx.query({ text: `SET LOCAL search_path = ${schemas.new}, public` });
  for (const compared of [metrics, instances]) {
    const { name } = compared.table;
    const shared = await sharedColumns(tx, `${schemas.old}.${name}`, `${schemas.new}.${name}`);
    if (shared === null) continue;
    const text = `${changedText(compared, schemas, shared.selected)} ${restateText(compared, schemas)}`;
    await tx.query({ text, values: [UNREVISED] });
  }
  await tx.query({ text: 'SET LOCAL search_path TO DEFAULT' });
}

/** Compared as rows first: most are the same, and what a view shows is dear. */
function changedText(
  { table: { name, key }, alsoIf }: Compared,
  schemas: Schemas,
  columns: ReadonlyMap<string, string>,
): string {
  const selected = [...columns].flatMap(([column, text]) => (column === 'config_revision' ? [] : [text]));
  const rows = (schema: string): string => `(SELECT ${selected.join(', ')} FROM ${schema}.${name})`;
  return `
    WITH changed AS MATERIALIZED (
      SELECT ${key.map((column) => `coalesce(o.${column}, n.${column}) AS ${column}`).join(', ')}
      FROM ${rows(schemas.old)} o
      FULL JOIN ${rows(schemas.new)} n ON ${key.map((column) => `o.${column} = n.${column}`).join(' AND ')}
      WHERE o IS DISTINCT FROM n OR (${alsoIf(schemas)}))`;
}

/**
 * In the words in which every other cause tells it. An instance that is only on one side is, or was, null; where nothing was
 * configured when the old rows were made, one that begins to exist corrects nothing.
 */
function restateText({ table: { name, key }, grows }: Compared, schemas: Schemas): string {
  const isInstance = key.includes('instance_id');
  // By the key row after row, and not as a join, which would evaluate the whole view.
  const shown = (source: string): string => `
      LEFT JOIN LATERAL (
        SELECT to_jsonb(v) AS shown FROM (${source}) v
        WHERE ${key.map((column) => `v.${column} = c.${column}`).join(' AND ')} OFFSET 0)`;
  return `
    INSERT INTO app.restatement
      (tenant_id, ticket_id, ticket_key, table_name, column_name, instance_id, old_value, new_value, cause, reporting_date)
    SELECT nt.tenant_id, nt.ticket_id, nt.ticket_key, '${name}', f.name, ${isInstance ? 'c.instance_id' : 'NULL'},
           ${valueText('o.shown')}, ${valueText('n.shown')}, 'code_version',
           (CASE WHEN f.name LIKE '%resol%' OR coalesce(n.shown, o.shown) ->> 'metric' = 'resolution'
                 THEN coalesce(nt.last_resolved_at, nt.created_at) ELSE nt.created_at END AT TIME ZONE 'UTC')::date
    FROM changed c
      JOIN ${schemas.old}.ticket_metrics ot ON ot.ticket_key = c.ticket_key
      JOIN ${schemas.new}.ticket_metrics nt ON nt.ticket_key = c.ticket_key
      ${shown(`SELECT * FROM rpt.${name}`)} o ON true
      ${shown(queryOf('sla', name, generationOf(schemas.new)))} n ON true
      CROSS JOIN LATERAL jsonb_object_keys(coalesce(n.shown, o.shown)) AS f(name)
    WHERE f.name <> ALL ($1::text[])
      AND o.shown ->> f.name IS DISTINCT FROM n.shown ->> f.name
      AND (o.shown ? f.name OR (o.shown IS NULL AND ot.config_revision > 0))
      AND (n.shown ? f.name OR n.shown IS NULL)
      AND NOT coalesce(${grows('to_jsonb(ot)', 'o.shown')}, false)
      AND NOT coalesce(${grows('to_jsonb(nt)', 'n.shown')}, false)`;
}

/** Instants are told by the names of their columns, and shown as everywhere outside SQL. */
function valueText(shown: string): string {
  return `
    CASE WHEN f.name ~ '_(at|since)$'
         THEN to_char((${shown} ->> f.name)::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
         ELSE ${shown} ->> f.name END`;
}

function generationOf(schema: string): number {
  return Number(schema.replace('rm_', ''));
}
