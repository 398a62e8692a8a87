import { settled } from '../../kernel/settled';
import { type HistoryEvent, readTickets, type SlicedEvent } from '../../ledger/reading';
import { type Database, type Queryable } from '../../platform/postgres/database';
import { StatementError } from '../../platform/postgres/database-error';
import { schemaOf } from './generations';
import { park, type ParkedTicket, readParked, releaseParked } from './parked';
import { type Projection, type Storage, type TicketRef } from './projection';
import { changeOf, project, replacedBy, type TouchedTicket } from './ticket-batch';
import { TicketCache } from './ticket-cache';
import { byTicket, TicketHistory } from './ticket-history';
import { merged, type PlacedChange, writeTable } from './write-rows';

/** Per lane: what is worked on is mostly what was worked on a moment ago. */
const CACHED_EVENTS = 1_500;

export interface LaneProjectorOptions {
  readonly db: Database;
  readonly lane: number;
  readonly projections: readonly Projection[];
  /** By projection: the generation of its tables that is written. */
  readonly generations: ReadonlyMap<string, number>;
}

/** Rows to be written, made before the transaction that writes them. */
export interface Batch {
  readonly tickets: readonly TouchedTicket[];
  readonly retried: readonly ParkedTicket[];
}

/**
 * Turns a lane's events into rows. It knows nothing of leases: whoever holds the lane says when to write, and takes a new one
 * whenever a write failed, since then nobody knows what is in the tables.
 */
export class LaneProjector {
  readonly #cache = new TicketCache(CACHED_EVENTS);
  readonly #storages = new Map<string, Storage>();

  private constructor(
    private readonly options: LaneProjectorOptions,
    private readonly parked: Map<string, ParkedTicket>,
  ) {}

  static async open(options: LaneProjectorOptions): Promise<LaneProjector> {
    const parked = await readParked(options.db, options.lane, options.generations);
    return new LaneProjector(options, new Map(parked.map((one) => [spot(one.projection, one.key), one])));
  }

  async batchOf(slice: readonly (HistoryEvent & Partial<SlicedEvent>)[]): Promise<Batch> {
    await this.#prepare();
    const touched = [...byTicket(slice).entries()];
    const unread = touched.flatMap(([key, [event]]) =>
      this.#cache.get(key) === undefined && event !== undefined && !event.isOfNewTicket ? [event] : [],
    );
    const earlier = await this.#histories(unread, (slice[0]?.position ?? 1) - 1);
    const tickets = touched.map(([key, events]) => {
      const known = this.#cache.get(key);
      const before = known?.history ?? earlier.get(key);
      const history = before === undefined ? new TicketHistory(events) : before.with(events);
      return this.#projected(history, known, before === undefined);
    });
    return { tickets, retried: [] };
  }

  /** Tickets whose rows must be made anew although nothing happened to them; null when there is none. */
  async outdated(upTo: number, limit: number): Promise<Batch | null> {
    await this.#prepare();
    const retried = this.#toRetry().slice(0, limit);
    const refs = new Map<string, TicketRef>(retried.map((one) => [one.key, one]));
    for (const projection of this.options.projections) {
      const found = await projection.outdated?.(this.options.db, this.#storage(projection), limit);
      for (const ref of found ?? []) refs.set(`${ref.tenant}/${ref.ticketId}`, ref);
    }
    if (refs.size === 0) return null;
    for (const { projection, key } of retried) this.parked.delete(spot(projection, key));
    const histories = await this.#histories([...refs.values()], upTo);
    const tickets = [...histories.values()].map((history) => this.#projected(history, undefined, false));
    return { tickets, retried };
  }

  /** Inside the transaction that moves the checkpoint. */
  write(tx: Queryable, batch: Batch): Promise<void> {
    return writeTogether(tx, [{ projector: this, batch }]);
  }

  /** What must be written before the rows of tickets are. */
  async writeAhead(tx: Queryable, batch: Batch): Promise<void> {
    for (const projection of this.options.projections) await this.#replacing(tx, projection, batch.tickets);
  }

  changes({ tickets }: Batch): PlacedChange[] {
    return this.options.projections.flatMap((projection) => this.#changes(projection, tickets));
  }

  /** After PostgreSQL refused the data of a batch: each ticket by itself, and the culprits are parked. */
  async writeOneByOne(tx: Queryable, batch: Batch): Promise<void> {
    for (const ticket of batch.tickets) {
      for (const projection of this.options.projections) await this.#tryRows(tx, projection, ticket);
    }
    await this.settleParking(tx, batch);
  }

  /** The batch is committed. */
  settle({ tickets }: Batch): void {
    for (const { history, rows } of tickets) this.#cache.set(history.key, { history, rows });
  }

  async tick(upTo: number): Promise<void> {
    await this.#prepare();
    for (const projection of this.options.projections) {
      await projection.tick?.(this.options.db, this.#storage(projection), upTo);
    }
  }

  async #prepare(): Promise<void> {
    for (const projection of this.options.projections) await projection.prepare?.();
  }

  #toRetry(): ParkedTicket[] {
    const current = new Map(this.options.projections.map((one) => [one.name, one.codeVersion]));
    return [...this.parked.values()].filter((one) => current.get(one.projection) !== one.codeVersion);
  }

  #projected(history: TicketHistory, known: TouchedTicket['known'], isNew: boolean): TouchedTicket {
    const projections = this.options.projections.filter(
      ({ name }) => !this.parked.has(spot(name, history.key)),
    );
    return { history, known, isNew, ...project(history, projections, known) };
  }

  async #histories(refs: readonly TicketRef[], upTo: number): Promise<Map<string, TicketHistory>> {
    if (refs.length === 0 || upTo === 0) return new Map();
    const events = byTicket(await readTickets(this.options.db, refs, upTo));
    return new Map([...events].map(([key, own]) => [key, new TicketHistory(own)]));
  }

  async #writeRows(tx: Queryable, projection: Projection, tickets: readonly TouchedTicket[]): Promise<void> {
    await this.#replacing(tx, projection, tickets);
    for (const change of this.#changes(projection, tickets)) await writeTable(tx, change);
  }

  async #replacing(tx: Queryable, projection: Projection, tickets: readonly TouchedTicket[]): Promise<void> {
    await projection.replacing?.(tx, this.#storage(projection), replacedBy(tickets, projection));
  }

  #changes(projection: Projection, tickets: readonly TouchedTicket[]): PlacedChange[] {
    const { schema } = this.#storage(projection);
    return projection.tables.map((table) => ({ schema, table, ...changeOf(tickets, projection, table) }));
  }

  async #tryRows(tx: Queryable, projection: Projection, ticket: TouchedTicket): Promise<void> {
    await tx.query({ text: 'SAVEPOINT one_ticket' });
    try {
      await this.#writeRows(tx, projection, [ticket]);
    } catch (thrown) {
      if (!(thrown instanceof StatementError && thrown.isAboutData)) throw thrown;
      await tx.query({ text: 'ROLLBACK TO SAVEPOINT one_ticket' });
      ticket.rows.delete(projection.name);
      ticket.failures.set(projection.name, thrown);
    }
    await tx.query({ text: 'RELEASE SAVEPOINT one_ticket' });
  }

  /** Last of all: in writing one finds out who can't be written. */
  async settleParking(tx: Queryable, { tickets, retried }: Batch): Promise<void> {
    for (const { projection, key } of retried) {
      await releaseParked(tx, projection, this.#generationOf(projection), key);
    }
    for (const { history, failures } of tickets) {
      const { lane, position, tenant, ticketId } = history.last;
      for (const { name, codeVersion } of this.options.projections) {
        const error = failures.get(name)?.message;
        if (error === undefined) continue;
        const ticket = { projection: name, key: history.key, codeVersion };
        await park(tx, { ...ticket, generation: this.#generationOf(name), lane, position, error });
        this.parked.set(spot(name, history.key), { ...ticket, tenant, ticketId });
      }
    }
  }

  #storage({ name }: Projection): Storage {
    const known = this.#storages.get(name);
    if (known !== undefined) return known;
    const storage = { schema: schemaOf(this.#generationOf(name)), lane: this.options.lane };
    this.#storages.set(name, storage);
    return storage;
  }

  #generationOf(name: string): number {
    const generation = this.options.generations.get(name);
    if (generation === undefined) throw new Error(`projection ${name} has no generation`);
    return generation;
  }
}

/** Batches of several lanes inside one transaction: what they change in a table is written at once. */
export async function writeTogether(
  tx: Queryable,
  parts: readonly { readonly projector: LaneProjector; readonly batch: Batch }[],
): Promise<void> {
  for (const { projector, batch } of parts) await projector.writeAhead(tx, batch);
  const changes = merged(parts.flatMap(({ projector, batch }) => projector.changes(batch)));
  await settled(...changes.map((change) => writeTable(tx, change)));
  for (const { projector, batch } of parts) await projector.settleParking(tx, batch);
}

function spot(projection: string, key: string): string {
  return `${projection} ${key}`;
}
