import { type Queryable } from '../../../src/platform/postgres/database';

export interface Announced {
  readonly ticket: string;
  readonly type: string;
  readonly at: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What casetrail said about promises, ticket by ticket, in the order in which it was stored. */
export function announced(db: Queryable, ticketId?: string): Promise<Announced[]> {
  return db.query<Announced & Record<string, unknown>>({
    text: `
      SELECT ticket_id AS ticket, type, occurred_at AS at, data FROM es.event
      WHERE type LIKE 'sla.%' AND ($1::text IS NULL OR ticket_id = $1)
      ORDER BY ticket_id, position`,
    values: [ticketId ?? null],
  });
}

/** `sla.breached resolution 2026-03-02T10:00:00.000Z`, one line each. */
export async function told(db: Queryable, ticketId?: string): Promise<string[]> {
  const lines = (await announced(db, ticketId)).map(
    ({ type, data, at }) => `${type} ${data['metric'] as string} ${at.toISOString()}`,
  );
  return lines;
}
