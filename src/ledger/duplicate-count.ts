import { type Queryable } from '../platform/postgres/database';
import { type Incoming } from './incoming';

// In the order of the keys, so that two nodes never wait for each other in a circle.
const COUNT = {
  name: 'duplicate_count',
  text: `
    INSERT INTO app.duplicate_count AS d (tenant, ticket_id, source, day, n)
    SELECT k.tenant, k.ticket_id, k.source, k.day, count(*)
    FROM unnest($1::text[], $2::text[], $3::text[], $4::date[]) AS k(tenant, ticket_id, source, day)
    GROUP BY k.tenant, k.ticket_id, k.source, k.day ORDER BY k.tenant, k.ticket_id, k.source, k.day
    ON CONFLICT (tenant, ticket_id, source, day) DO UPDATE SET n = d.n + EXCLUDED.n`,
} as const;

interface Counting {
  readonly incoming: Incoming;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Counts, per ticket, the deliveries that are told "duplicate", whoever found it out: the store, or this node that held
 * the first copy still. What is told has been counted. While one statement is under way the next gathers.
 */
export class DuplicateCount {
  #waiting: Counting[] = [];
  #isRunning = false;

  constructor(private readonly db: Queryable) {}

  count(incoming: Incoming): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ incoming, done, failed });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      const copies = batch.map((one) => one.incoming);
      const values = [
        copies.map((copy) => copy.tenant),
        copies.map((copy) => copy.ticketId ?? ''),
        copies.map((copy) => copy.source),
        copies.map((copy) => new Date(copy.receivedAt).toISOString().slice(0, 10)),
      ];
      try {
        await this.db.query({ ...COUNT, values });
        for (const { done } of batch) done();
      } catch (thrown) {
        for (const { failed } of batch) failed(thrown);
      }
    }
    this.#isRunning = false;
  }
}
