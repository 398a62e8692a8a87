import { createHash } from 'node:crypto';
import { z } from 'zod';
import { closeReasons, statuses } from '../../domain/lifecycle';
import { type JsonRow, withUtcInstants } from '../utc-instants';

export const statusCategories = ['active', 'waiting_customer', 'waiting_third_party', 'done'] as const;

const text = z.string().nullable();
const at = z.iso.datetime();
const maybeAt = at.nullable();

/** A row of rpt.ticket, instants in UTC, its place in the log printed as one. */
export const ticketView = z.object({
  tenant_id: z.string(),
  ticket_id: z.string(),
  ticket_key: z.string(),
  source: z.string(),
  channel_type: text,
  customer_id: text,
  origin: z.enum(['customer', 'agent', 'unknown']),
  status: z.enum(statuses),
  status_category: z.enum(statusCategories),
  upstream_status: text,
  is_diverged: z.boolean(),
  close_reason: z.enum(closeReasons).nullable(),
  merged_into: text,
  priority: text,
  assignee_id: text,
  team_id: text,
  created_at: at,
  creation_inferred: z.boolean(),
  last_event_at: at,
  last_customer_message_at: maybeAt,
  last_agent_message_at: maybeAt,
  open_turn_since: maybeAt,
  cycle_no: z.int(),
  excluded_from_metrics: z.boolean(),
  quality_flags: z.array(z.string()),
  is_complete: z.boolean(),
  version: z.int(),
  position: z.string().describe('lane:position of its last event'),
  projection_version: z.int(),
});

export type TicketView = JsonRow & { readonly position: string };

/** `row` is a row of rpt.ticket as PostgreSQL prints it in JSON. */
export function ticketViewOf(row: JsonRow): TicketView {
  const { lane, position, ...columns } = row;
  return { ...withUtcInstants(columns), position: `${String(lane)}:${String(position)}` };
}

/** The place of its last event; the digest follows what an event is not needed for, such as a change of its SLA. */
export function ticketTag(ticket: TicketView): string {
  const digest = createHash('sha256').update(JSON.stringify(ticket)).digest('base64url').slice(0, 10);
  return `"${ticket.position}.${digest}"`;
}
