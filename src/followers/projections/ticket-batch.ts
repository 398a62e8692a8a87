import { asError } from '../../kernel/errors';
import { type KnownTicket } from './ticket-cache';
import { type TicketProjection, type TicketRows } from './projection';
import { keyOf, type Row, sameRow, type Table } from './table';
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

/** A fold that throws harms its own ticket only. */
export function project(history: TicketHistory, projections: readonly TicketProjection[]): Projected {
  const rows = new Map<string, TicketRows>();
  const failures = new Map<string, Error>();
  for (const projection of projections) {
    try {
      rows.set(projection.name, projection.rows(history));
    } catch (thrown) {
      failures.set(projection.name, asError(thrown));
    }
  }
  return { rows, failures };
}

/** What the batch changes in one of a projection's tables. */
export function changeOf(
  tickets: readonly TouchedTicket[],
  { name, tables }: TicketProjection,
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
    for (const row of next) if (before === undefined || !holds(table, before, row)) upserts.push(row);
    if (before === undefined ? isNew : !lostAny(table, before, next)) continue;
    swept.push(history.key);
    for (const row of next) keep.push(row);
  }
  return { upserts, swept, keep };
}

function holds(table: Table, rows: readonly Row[], wanted: Row): boolean {
  return rows.some((row) => sameRow(table, row, wanted));
}

function lostAny(table: Table, before: readonly Row[], next: readonly Row[]): boolean {
  if (before.length === 0) return false;
  const kept = new Set(next.map((row) => keyOf(table, row)));
  return before.some((row) => !kept.has(keyOf(table, row)));
}
