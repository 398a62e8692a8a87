import { pause } from '../../../src/kernel/backoff';
import { type Database } from '../../../src/platform/postgres/database';
import { type MaterialisedTicket, type Materialiser } from './materialiser';

const LOOK_MS = 250;

const LAST_ON_TOPIC = `
  SELECT lane, max(last_on_events) AS position FROM es.append GROUP BY lane HAVING max(last_on_events) > 0`;

const TICKETS = `
  SELECT ticket_key AS ticket, status, close_reason, assignee_id AS assignee, cycle_no, version
  FROM rpt.ticket WHERE version > 0`;

/** Ticket by ticket what rpt.ticket says: status, close reason, assignee, cycle and version. */
export async function checkMaterialised(
  db: Database,
  consumer: Materialiser,
  patienceMs: number,
): Promise<string[]> {
  const behind = await followed(db, consumer, patienceMs);
  const rows = await db.query<MaterialisedTicket & { ticket: string } & Record<string, unknown>>({
    text: TICKETS,
  });
  const wrong = rows.flatMap(({ ticket, ...expected }) => {
    const found = consumer.tickets.get(ticket);
    return textOf(found) === textOf(expected)
      ? []
      : [`${ticket} is ${textOf(expected)} in rpt.ticket and ${textOf(found)} at the consumer`];
  });
  const known = new Set(rows.map(({ ticket }) => ticket));
  const strangers = [...consumer.tickets.keys()].filter((ticket) => !known.has(ticket));
  return [
    ...consumer.faults,
    ...behind,
    ...wrong,
    ...strangers.map((ticket) => `${ticket} is at the consumer and not in rpt.ticket`),
  ];
}

/** What the consumer has not seen when the patience ends. */
async function followed(db: Database, consumer: Materialiser, patienceMs: number): Promise<string[]> {
  const ends = await db.query<{ lane: number; position: number }>({ text: LAST_ON_TOPIC });
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const behind = ends.filter(({ lane, position }) => consumer.position(lane) < position);
    if (behind.length === 0) return [];
    if (Date.now() > deadline || consumer.faults.length > 0) {
      return behind.map(
        ({ lane, position }) => `the consumer stays at ${lane}:${consumer.position(lane)} of ${position}`,
      );
    }
    await pause(LOOK_MS);
  }
}

function textOf(ticket: MaterialisedTicket | undefined): string {
  if (ticket === undefined) return 'missing';
  const { status, close_reason, assignee, cycle_no, version } = ticket;
  return JSON.stringify([status, close_reason, assignee, cycle_no, version]);
}
