import { type Session } from '../../platform/postgres/copy';
import { StatementError } from '../../platform/postgres/database-error';
import { park } from '../projections/parked';
import { type Projection, type TicketRef } from '../projections/projection';
import { project } from '../projections/ticket-batch';
import { type TicketHistory } from '../projections/ticket-history';
import { type Build, noteTicket } from './build';
import { RowText } from './row-text';

/** A ticket's rows, by projection, as text for each of its tables; its events are let go. */
interface TicketText {
  readonly ticket: TicketRef & { readonly key: string; readonly lane: number; readonly position: number };
  readonly texts: Map<string, readonly string[]>;
  readonly failures: Map<string, Error>;
}

/** Some tickets on their way into the new tables: written at once, with the note of how far the lane has come. */
export class CopyChunk {
  readonly #tickets: TicketText[] = [];
  #size = 0;

  /** `after`: the last ticket that was written before it. */
  constructor(
    private readonly target: CopyTarget,
    private readonly after: TicketRef | null,
  ) {}

  /** The last ticket that is written with it. */
  get last(): TicketRef | null {
    return this.#tickets.at(-1)?.ticket ?? this.after;
  }

  /** Characters of text. */
  get size(): number {
    return this.#size;
  }

  add(history: TicketHistory): void {
    const ticket = this.target.textOf(history);
    for (const texts of ticket.texts.values()) for (const text of texts) this.#size += text.length;
    this.#tickets.push(ticket);
  }

  async write(session: Session): Promise<void> {
    const last = this.#tickets.at(-1);
    if (last === undefined) return;
    const inOne = (write: () => Promise<void>): Promise<void> =>
      session.transaction(async () => {
        await write();
        await this.target.park(session, this.#tickets);
        await noteTicket(session, last.ticket.lane, this.after, last.ticket);
      });
    await inOne(() => this.target.copy(session, this.#tickets)).catch((thrown: unknown) => {
      if (!isAboutData(thrown)) throw thrown;
      return inOne(() => this.target.copyWhatFits(session, this.#tickets));
    });
  }
}

/** The new tables, as COPY fills them. */
export class CopyTarget {
  readonly #tables: ReadonlyMap<Projection, readonly RowText[]>;

  constructor(private readonly build: Build) {
    this.#tables = new Map(
      build.projections.map((one) => [one, one.tables.map((table) => new RowText(build.schema, table))]),
    );
  }

  async prepare(): Promise<void> {
    for (const projection of this.#tables.keys()) await projection.prepare?.();
  }

  textOf(history: TicketHistory): TicketText {
    const { rows, failures } = project(history, [...this.#tables.keys()]);
    const texts = new Map<string, readonly string[]>();
    for (const [{ name }, tables] of this.#tables) {
      const own = rows.get(name);
      if (own === undefined) continue;
      const doubled = own.map((some, n) => tables[n]?.doubledKey(some) ?? null).find((key) => key !== null);
      if (doubled === undefined)
        texts.set(
          name,
          own.map((some, n) => tables[n]?.linesOf(some) ?? ''),
        );
      else failures.set(name, new Error(`two rows have the same key (${doubled})`));
    }
    const { tenant, ticketId, lane, position } = history.last;
    const ticket = {
      tenant: owned(tenant),
      ticketId: owned(ticketId),
      key: owned(history.key),
      lane,
      position,
    };
    return { ticket, texts, failures };
  }

  async copy(session: Session, tickets: readonly TicketText[]): Promise<void> {
    for (const projection of this.#tables.keys()) await this.#copyInto(session, projection, tickets);
  }

  /** After PostgreSQL refused some of the data: halved until what it refuses stands alone. */
  async copyWhatFits(session: Session, tickets: readonly TicketText[]): Promise<void> {
    for (const projection of this.#tables.keys()) await this.#halve(session, projection, tickets);
  }

  async park(session: Session, tickets: readonly TicketText[]): Promise<void> {
    const { generation } = this.build;
    for (const { ticket, failures } of tickets) {
      const { key, lane, position } = ticket;
      for (const { name, codeVersion } of this.#tables.keys()) {
        const error = failures.get(name)?.message;
        if (error === undefined) continue;
        await park(session, { projection: name, codeVersion, generation, key, lane, position, error });
      }
    }
  }

  async #copyInto(session: Session, projection: Projection, tickets: readonly TicketText[]): Promise<void> {
    for (const [n, { target }] of (this.#tables.get(projection) ?? []).entries()) {
      const texts = tickets.map(({ texts: own }) => own.get(projection.name)?.[n] ?? '').filter(Boolean);
      if (texts.length > 0) await session.copyIn(target, [texts.join('\n'), '\n']);
    }
  }

  async #halve(session: Session, projection: Projection, tickets: readonly TicketText[]): Promise<void> {
    await session.query({ text: 'SAVEPOINT some_tickets' });
    try {
      await this.#copyInto(session, projection, tickets);
      await session.query({ text: 'RELEASE SAVEPOINT some_tickets' });
    } catch (thrown) {
      if (!isAboutData(thrown)) throw thrown;
      await session.query({ text: 'ROLLBACK TO SAVEPOINT some_tickets' });
      const [only] = tickets;
      if (tickets.length === 1 && only !== undefined) {
        only.failures.set(projection.name, thrown);
        return;
      }
      const middle = tickets.length >> 1;
      await this.#halve(session, projection, tickets.slice(0, middle));
      await this.#halve(session, projection, tickets.slice(middle));
    }
  }
}

/** V8 cuts strings out of longer ones without copying: the few that wait must not keep all that was read. */
function owned(text: string): string {
  return Buffer.from(text).toString();
}

function isAboutData(thrown: unknown): thrown is StatementError {
  return thrown instanceof StatementError && thrown.isAboutData;
}
