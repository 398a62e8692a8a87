import { asError } from '../../kernel/errors';
import { type KnownTicket } from './ticket-cache';
import { type ReplacedTicket, type Projection, type TicketRows } from './projection';
import { type Row, sameKey, sameRow, type Table } from './table';
import { type TicketHistory } from './ticket-history';
import { type TableChange } from './write-rows';

/** What the projections make of one ticket. */
export interface Projected {
  readonly rows: Map<string, TicketRows>;
  /** By projection: why it can't take the ticket. */
  readonly failures: Map<string, Error>;
}

/** One ticket in a batch: what its rows were, as far as that is known, and what they become. */
export interface TouchedTicket extends Projected {
  readonly history: TicketHistory;
  readonly known: KnownTicket | undefined;
  /** The tables hold no row of it yet. */
  readonly isNew: boolean;
}

/** A fold that throws harms its own ticket only. Rows that are as they were are the same objects as in `known`. */
export function project(
  history: TicketHistory,
  projections: readonly Projection[],
  known?: KnownTicket,
): Projected {
  const rows = new Map<string, TicketRows>();
  const failures = new Map<string, Error>();
  for (const projection of projections) {
    try {
      const made = projection.rows(history);
      const before = known?.rows.get(projection.name);
      rows.set(projection.name, before === undefined ? made : shared(projection.tables, before, made));
    } catch (thrown) {
      failures.set(projection.name, asError(thrown));
    }
  }
  return { rows, failures };
}

function shared(tables: readonly Table[], before: TicketRows, made: TicketRows): TicketRows {
  return tables.map((table, index) => {
    const old = before[index] ?? [];
    return (made[index] ?? []).map((row, place) => {
      // Rows mostly keep their place.
      const there = old[place];
      if (there !== undefined && sameRow(table, there, row)) return there;
      return old.find((one) => sameRow(table, one, row)) ?? row;
    });
  });
}

/** The tickets whose rows in a projection's tables the batch replaces. */
export function replacedBy(
  tickets: readonly TouchedTicket[],
  { name }: Projection,
): readonly ReplacedTicket[] {
  return tickets.flatMap(({ history, isNew, rows }) => {
    const own = rows.get(name);
    return isNew || own === undefined ? [] : [{ history, rows: own }];
  });
}

/** What the batch changes in one of a projection's tables. */
export function changeOf(
  tickets: readonly TouchedTicket[],
  { name, tables }: Projection,
  table: Table,
): TableChange {
  const index = tables.indexOf(table);
  const upserts: Row[] = [];
  const swept: string[] = [];
  const keep: Row[] = [];
  for (const { history, known, isNew, rows } of tickets) {
    const next = rows.get(name)?.[index];
    if (next === undefined) continue;
    const before = known?.rows.get(name)?.[index];
    for (const row of next) if (before?.includes(row) !== true) upserts.push(row);
    if (before === undefined ? isNew : !lostAny(table, before, next)) continue;
    swept.push(history.key);
    for (const row of next) keep.push(row);
  }
  return { upserts, swept, keep };
}

function lostAny(table: Table, before: readonly Row[], next: readonly Row[]): boolean {
  return before.some((row) => !next.includes(row) && !next.some((one) => sameKey(table, one, row)));
}
