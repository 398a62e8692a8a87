import { inTime } from '../kernel/in-time';
import { type Queryable } from '../platform/postgres/database';
import { knownOutcome } from './first-answers';
import { type Incoming } from './incoming';
import { type Outcome } from './outcome';

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
  readonly deadlineAt: number;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Counts, per ticket, the deliveries that are told "duplicate", whoever found it out: the store, or this node that held
 * the first copy still. What is told has been counted. While one statement is under way the next gathers.
 */
export class Duplicates {
  /** Found since the start. */
  total = 0;
  #waiting: Counting[] = [];
  #isRunning = false;

  constructor(
    private readonly db: Queryable,
    private readonly clock: () => number,
  ) {}

  /** How the event stands in the store, counted as the duplicate that it then is; null: it is not there. */
  async find(incoming: Incoming, deadlineAt: number): Promise<Outcome | null> {
    const outcome = await inTime(deadlineAt, knownOutcome(this.db, incoming));
    if (outcome !== null) await this.count(incoming, deadlineAt);
    return outcome;
  }

  /** Rejects with `storage_unavailable` at the deadline; a statement under way then may have counted it all the same. */
  count(incoming: Incoming, deadlineAt: number): Promise<void> {
    this.total += 1;
    const counted = new Promise<void>((done, failed) => {
      this.#waiting.push({ incoming, deadlineAt, done, failed });
      if (!this.#isRunning) void this.#run();
    });
    return inTime(deadlineAt, counted);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) {
      // Whoever was refused meanwhile sends again, and is counted then.
      const batch = this.#waiting.filter(({ deadlineAt }) => deadlineAt > this.clock());
      this.#waiting = [];
      if (batch.length > 0) await this.#write(batch);
    }
    this.#isRunning = false;
  }

  async #write(batch: readonly Counting[]): Promise<void> {
    const copies = batch.map(({ incoming }) => incoming);
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
}
