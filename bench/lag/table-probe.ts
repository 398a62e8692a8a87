import { type Database } from '../../src/platform/postgres/database';
import { Probe } from './probe';

const LOOK_EVERY_MS = 4;
/** Of all acknowledged events: looking for each would be work for PostgreSQL that no analyst makes. */
const ONE_IN = 20;

/** Visible: a row of rpt.ticket of that lane has come to that position, as read by another session. */
const REACHED = {
  name: 'bench_reached',
  text: `
    SELECT k.lane || ':' || k.position AS place
    FROM unnest($1::int[], $2::bigint[]) AS k(lane, position)
    JOIN es.event e ON e.lane = k.lane AND e.position = k.position
    JOIN rpt.ticket t ON t.ticket_key = e.tenant || '/' || e.ticket_id AND t.position >= k.position`,
} as const;

export class TableProbe extends Probe {
  readonly name = 'rpt.ticket';
  #isOpen = true;
  #count = 0;
  #looking: Promise<void> = Promise.resolve();

  private constructor(private readonly db: Database) {
    super();
  }

  static open(db: Database): Promise<TableProbe> {
    const probe = new TableProbe(db);
    probe.#looking = probe.#look();
    return Promise.resolve(probe);
  }

  override expect(lane: number, position: number, at: number): void {
    this.#count += 1;
    if (this.#count % ONE_IN === 0) super.expect(lane, position, at);
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    await this.#looking;
  }

  async #look(): Promise<void> {
    while (this.#isOpen) {
      await new Promise((go) => setTimeout(go, LOOK_EVERY_MS));
      if (this.awaited.size === 0) continue;
      const places = [...this.awaited.keys()].map((place) => place.split(':'));
      const values = [places.map(([lane]) => lane), places.map(([, position]) => position)];
      for (const { place } of await this.db.query<{ place: string }>({ ...REACHED, values }))
        this.see(place, false);
    }
  }
}
