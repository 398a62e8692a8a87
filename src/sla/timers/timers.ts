import { type Storage, type TicketRef } from '../../followers/projections/projection';
import { byTicket, TicketHistory } from '../../followers/projections/ticket-history';
import { asError } from '../../kernel/errors';
import { type Announcement } from '../../ledger/announcement';
import { readTickets } from '../../ledger/reading';
import { type Queryable } from '../../platform/postgres/database';
import { databaseNow } from '../database-clock';
import { isParked } from '../projection/live-tables';
import { type SlaConfigurations } from '../sla-configurations';
import { announcementsOf } from './announcements';

/** Tickets told of in one tick of a lane: the lane's other work waits meanwhile. */
const AT_ONCE = 100;

/** The ledger's part in it. False: the ticket has moved on, and what was computed of it may be wrong. */
export interface Announcer {
  announce(announcements: readonly Announcement[], revision: number): Promise<boolean>;
}

// The clock in a subquery is read once, so that the index on news_at can be used.
const dueText = (schema: string): string => `
  SELECT m.tenant_id AS tenant, m.ticket_id AS "ticketId" FROM ${schema}.ticket_metrics m
  WHERE m.lane = $1 AND m.news_at <= (SELECT clock_timestamp()) AND NOT ${isParked(schema)}
  ORDER BY m.news_at LIMIT $2`;

/**
 * Tells what fell due, by the database's clock. What is announced follows from the ticket's events alone, so it matters
 * not how late, how often or on how many nodes this runs: an announcement is appended once, by its key, and only to the
 * very events that it was computed from. Once appended it comes back as an event, and the row's news_at moves on.
 */
export async function announceDue(
  db: Queryable,
  { schema, lane }: Storage,
  upTo: number,
  announcer: Announcer,
  configurations: SlaConfigurations,
): Promise<void> {
  const due = await db.query<TicketRef & Record<string, unknown>>({
    name: `sla_due_${schema}`,
    text: dueText(schema),
    values: [lane, AT_ONCE],
  });
  if (due.length === 0) return;
  const now = await databaseNow(db);
  const failures: Error[] = [];
  for (const events of byTicket(await readTickets(db, due, upTo)).values()) {
    try {
      const announcements = announcementsOf(new TicketHistory(events), configurations, now);
      if (announcements.length > 0) await announcer.announce(announcements, events.length);
    } catch (thrown) {
      // One ticket's trouble must not keep the others from being told.
      failures.push(asError(thrown));
    }
  }
  if (failures[0] !== undefined) throw failures[0];
}
