import { type Queryable } from '../../platform/postgres/database';
import { type TicketRef } from './projection';

export interface ParkedTicket extends TicketRef {
  readonly projection: string;
  readonly key: string;
  readonly codeVersion: number;
}

const READ = {
  name: 'parked_read',
  text: `
    SELECT p.projection, p.ticket_key AS key, p.code_version AS "codeVersion",
           split_part(p.ticket_key, '/', 1) AS tenant, substr(p.ticket_key, strpos(p.ticket_key, '/') + 1) AS "ticketId"
    FROM app.parked_ticket p
    JOIN unnest($2::text[], $3::int[]) AS g(projection, generation) USING (projection, generation)
    WHERE p.lane = $1`,
} as const;

const PARK = {
  name: 'parked_add',
  text: `
    INSERT INTO app.parked_ticket (projection, generation, ticket_key, lane, position, error, code_version)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (projection, generation, ticket_key)
    DO UPDATE SET error = EXCLUDED.error, code_version = EXCLUDED.code_version`,
} as const;

const RELEASE = {
  name: 'parked_release',
  text: 'DELETE FROM app.parked_ticket WHERE projection = $1 AND generation = $2 AND ticket_key = $3',
} as const;

export function readParked(
  db: Queryable,
  lane: number,
  generations: ReadonlyMap<string, number>,
): Promise<ParkedTicket[]> {
  const values = [lane, [...generations.keys()], [...generations.values()]];
  return db.query<ParkedTicket & Record<string, unknown>>({ ...READ, values });
}

export interface Parking {
  readonly projection: string;
  readonly generation: number;
  readonly codeVersion: number;
  readonly key: string;
  readonly lane: number;
  readonly position: number;
  readonly error: string;
}

export async function park(db: Queryable, parking: Parking): Promise<void> {
  const { projection, generation, key, lane, position, error, codeVersion } = parking;
  const values = [projection, generation, key, lane, position, error.slice(0, 2000), codeVersion];
  await db.query({ ...PARK, values });
}

export async function releaseParked(
  db: Queryable,
  projection: string,
  generation: number,
  key: string,
): Promise<void> {
  await db.query({ ...RELEASE, values: [projection, generation, key] });
}
