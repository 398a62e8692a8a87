import { type Row, type Table } from '../../src/followers/projections/table';
import { isTicketEvent, TicketHistory } from '../../src/followers/projections/ticket-history';
import { readTicket } from '../../src/ledger/reading';
import { type Database } from '../../src/platform/postgres/database';
import { ticketProjection } from '../../src/read-models/ticket/ticket-projection';

const TICKETS_AT_ONCE = 500;

/**
 * The rows that the pure fold gives for every single ticket, put into tables of their own in the plainest way, against
 * those that the views show.
 */
export async function foldFaults(db: Database): Promise<string[]> {
  const [live] = await db.query<{ schema: string }>({
    text: `SELECT 'rm_' || generation AS schema FROM app.projection WHERE name = 'ticket'`,
  });
  const schema = live?.schema ?? '';
  await db.query({ text: 'DROP SCHEMA IF EXISTS oracle CASCADE; CREATE SCHEMA oracle' });
  for (const { name } of ticketProjection.tables) {
    await db.query({ text: `CREATE TABLE oracle.${name} (LIKE ${schema}.${name})` });
  }
  await foldAll(db);
  const faults: string[] = [];
  for (const { name } of ticketProjection.tables) {
    const [found] = await db.query<{ only: number; missing: number }>({
      text: `
        SELECT (SELECT count(*) FROM (TABLE ${schema}.${name} EXCEPT ALL TABLE oracle.${name}) a) AS only,
               (SELECT count(*) FROM (TABLE oracle.${name} EXCEPT ALL TABLE ${schema}.${name}) b) AS missing`,
    });
    const { only = 0, missing = 0 } = found ?? {};
    if (only + missing > 0)
      faults.push(`${name}: ${only} rows are not the fold's, ${missing} of the fold's are missing`);
  }
  return faults;
}

async function foldAll(db: Database): Promise<void> {
  const tickets = await db.query<{ tenant: string; ticketId: string }>({
    text: 'SELECT tenant, ticket_id AS "ticketId" FROM es.ticket_head',
  });
  for (let from = 0; from < tickets.length; from += TICKETS_AT_ONCE) {
    const histories = await Promise.all(
      tickets.slice(from, from + TICKETS_AT_ONCE).map(async ({ tenant, ticketId }) => {
        const events = await readTicket(db, tenant, ticketId);
        return new TicketHistory(events.filter(isTicketEvent));
      }),
    );
    const rows = histories.map((history) => ticketProjection.rows(history));
    for (const [n, table] of ticketProjection.tables.entries()) {
      await db.query({
        text: `INSERT INTO oracle.${table.name} SELECT * FROM jsonb_populate_recordset(NULL::oracle.${table.name}, $1)`,
        values: [
          JSON.stringify(rows.flatMap((ofTicket) => (ofTicket[n] ?? []).map((row) => plain(table, row)))),
        ],
      });
    }
  }
}

/** Instants as text, which is how JSON has them. */
function plain({ columns }: Table, row: Row): Record<string, unknown> {
  const cells = columns.map(({ name, type }) => {
    const cell = row[name];
    return [name, type === 'timestamptz' && typeof cell === 'number' ? new Date(cell).toISOString() : cell];
  });
  return Object.fromEntries(cells) as Record<string, unknown>;
}
