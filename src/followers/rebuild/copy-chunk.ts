import { asError } from '../../kernel/errors';
import { type Session } from '../../platform/postgres/copy';
import { StatementError } from '../../platform/postgres/database-error';
import { park } from '../projections/parked';
import { type Projection, type TicketRef } from '../projections/projection';
import { project } from '../projections/ticket-batch';
import { type TicketHistory } from '../projections/ticket-history';
import { type Build, noteTicket } from './build';
import { TableSheet } from './table-sheet';

/** A ticket whose rows are in the sheets; its events are let go. */
interface CopiedTicket {
  readonly ticket: TicketRef & { readonly key: string; readonly lane: number; readonly position: number };
  /** By projection: why it has no rows. */
  readonly failures: Map<Projection, Error>;
}

/** Some tickets on their way into the new tables: written at once, with the note of how far the lane has come. */
export class CopyChunk {
  readonly #sheets: ReadonlyMap<Projection, readonly TableSheet[]>;
  readonly #tickets: CopiedTicket[] = [];
  #after: TicketRef | null = null;

  constructor(private readonly build: Build) {
    this.#sheets = new Map(
      build.projections.map((one) => [one, one.tables.map((table) => new TableSheet(build.schema, table))]),
    );
  }

  /** Empty again, for the tickets behind that one: to write into new memory costs more than to make the rows. */
  async begin(after: TicketRef | null): Promise<void> {
    this.#after = after;
    this.#tickets.length = 0;
    for (const [projection, sheets] of this.#sheets) {
      for (const sheet of sheets) sheet.clear();
      await projection.prepare?.();
    }
  }

  /** The last ticket that is written with it. */
  get last(): TicketRef | null {
    return this.#tickets.at(-1)?.ticket ?? this.#after;
  }

  /** In bytes. */
  get size(): number {
    let size = 0;
    for (const sheets of this.#sheets.values()) for (const sheet of sheets) size += sheet.size;
    return size;
  }

  add(history: TicketHistory): void {
    const { rows, failures: ofFolds } = project(history, [...this.#sheets.keys()]);
    const failures = new Map<Projection, Error>();
    for (const [projection, sheets] of this.#sheets) {
      const own = rows.get(projection.name) ?? [];
      const failure =
        ofFolds.get(projection.name) ??
        failureOf(() => {
          for (const [n, sheet] of sheets.entries()) sheet.write(own[n] ?? []);
        });
      if (failure !== undefined) {
        failures.set(projection, failure);
        for (const sheet of sheets) sheet.discard();
      }
      for (const sheet of sheets) sheet.close();
    }
    const { tenant, ticketId, lane, position } = history.last;
    this.#tickets.push({ ticket: { tenant, ticketId, key: history.key, lane, position }, failures });
  }

  async write(session: Session): Promise<void> {
    const last = this.#tickets.at(-1);
    if (last === undefined) return;
    const inOne = (write: () => Promise<void>): Promise<void> =>
      session.transaction(async () => {
        await write();
        await this.#park(session);
        await noteTicket(session, last.ticket.lane, this.#after, last.ticket);
      });
    await inOne(() => this.#copy(session)).catch((thrown: unknown) => {
      if (!isAboutData(thrown)) throw thrown;
      return inOne(() => this.#copyWhatFits(session));
    });
  }

  async #copy(session: Session): Promise<void> {
    for (const projection of this.#sheets.keys())
      await this.#copyInto(session, projection, 0, this.#tickets.length);
  }

  /** After PostgreSQL refused some of the data: halved until what it refuses stands alone. */
  async #copyWhatFits(session: Session): Promise<void> {
    for (const projection of this.#sheets.keys())
      await this.#halve(session, projection, 0, this.#tickets.length);
  }

  async #copyInto(session: Session, projection: Projection, from: number, to: number): Promise<void> {
    for (const sheet of this.#sheets.get(projection) ?? []) {
      const rows = sheet.of(from, to);
      if (rows.length > 0) await session.copyIn(sheet.target, rows);
    }
  }

  async #halve(session: Session, projection: Projection, from: number, to: number): Promise<void> {
    await session.query({ text: 'SAVEPOINT some_tickets' });
    try {
      await this.#copyInto(session, projection, from, to);
      await session.query({ text: 'RELEASE SAVEPOINT some_tickets' });
    } catch (thrown) {
      if (!isAboutData(thrown)) throw thrown;
      await session.query({ text: 'ROLLBACK TO SAVEPOINT some_tickets' });
      if (to - from === 1) {
        this.#tickets[from]?.failures.set(projection, thrown);
        return;
      }
      const middle = (from + to) >> 1;
      await this.#halve(session, projection, from, middle);
      await this.#halve(session, projection, middle, to);
    }
  }

  async #park(session: Session): Promise<void> {
    const { generation } = this.build;
    for (const { ticket, failures } of this.#tickets) {
      const { key, lane, position } = ticket;
      for (const [{ name, codeVersion }, { message: error }] of failures) {
        await park(session, { projection: name, codeVersion, generation, key, lane, position, error });
      }
    }
  }
}

function failureOf(work: () => void): Error | undefined {
  try {
    work();
    return undefined;
  } catch (thrown) {
    return asError(thrown);
  }
}

function isAboutData(thrown: unknown): thrown is StatementError {
  return thrown instanceof StatementError && thrown.isAboutData;
}
