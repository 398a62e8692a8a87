import { type TicketRow } from '../../domain/ticket-row';
import { type Queryable } from '../../platform/postgres/database';

/** A ticket's row with its place in the log; `row` also holds what the next event in order is applied to. */
export interface StoredTicket {
  readonly ticket_key: string;
  readonly tenant_id: string;
  readonly ticket_id: string;
  readonly lane: number;
  readonly position: number;
  readonly version: number;
  readonly row: TicketRow;
}

const READ = {
  name: 'rm_ticket_read',
  text: `
    SELECT t.ticket_key, t.tenant_id, t.ticket_id, t.lane, t.position, t.version, t.resume AS row
    FROM unnest($1::text[]) AS k(ticket_key)
    CROSS JOIN LATERAL (SELECT * FROM rm_1.ticket r WHERE r.ticket_key = k.ticket_key OFFSET 0) t`,
} as const;

export async function readRows(db: Queryable, keys: readonly string[]): Promise<Map<string, StoredTicket>> {
  const rows = await db.query<StoredTicket & Record<string, unknown>>({ ...READ, values: [keys] });
  return new Map(rows.map((row) => [row.ticket_key, row]));
}

/** Columns of rm_1.ticket taken from the row as they are; instants apart, because JSON carries them as ms. */
const PLAIN = [
  'source text',
  'channel_type text',
  'customer_id text',
  'origin text',
  'status text',
  'status_category text',
  'upstream_status text',
  'is_diverged boolean',
  'close_reason text',
  'merged_into text',
  'priority text',
  'assignee_id text',
  'team_id text',
  'creation_inferred boolean',
  'cycle_no int',
  'excluded_from_metrics boolean',
  'quality_flags text[]',
  'is_complete boolean',
] as const;
const INSTANTS = [
  'created_at',
  'last_event_at',
  'last_customer_message_at',
  'last_agent_message_at',
  'open_turn_since',
] as const;

const plainNames = PLAIN.map((column) => column.slice(0, column.indexOf(' ')));
const written = [...plainNames, ...INSTANTS, 'version', 'position', 'resume'];

const WRITE = {
  name: 'rm_ticket_write',
  text: `
    INSERT INTO rm_1.ticket AS t (ticket_key, tenant_id, ticket_id, lane, ${written.join(', ')})
    SELECT k.ticket_key, k.tenant_id, k.ticket_id, k.lane,
           ${plainNames.map((name) => `r.${name}`).join(', ')},
           ${INSTANTS.map((name) => `to_timestamp(r.${name} / 1000.0)`).join(', ')},
           k.version, k.position, k.row
    FROM jsonb_to_recordset($1::jsonb) AS k(
           ticket_key text, tenant_id text, ticket_id text, lane smallint, version bigint, position bigint, row jsonb),
         jsonb_to_record(k.row) AS r(${PLAIN.join(', ')}, ${INSTANTS.map((name) => `${name} bigint`).join(', ')})
    ON CONFLICT (ticket_key) DO UPDATE SET ${written.map((name) => `${name} = EXCLUDED.${name}`).join(', ')}`,
} as const;

export async function writeRows(db: Queryable, tickets: readonly StoredTicket[]): Promise<void> {
  await db.query({ ...WRITE, values: [JSON.stringify(tickets)] });
}
