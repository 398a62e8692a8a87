import { type Queryable } from '../../platform/postgres/database';
import { type TicketHistory } from './ticket-history';
import { type Row, type Table } from './table';

export interface TicketRef {
  readonly tenant: string;
  readonly ticketId: string;
}

/**
 * Where a projection's rows are: the schema of a generation, and the lane. The same object for as long as one writer fills
 * it, so that what a projection knows about its rows may hang on it.
 */
export interface Storage {
  readonly schema: string;
  readonly lane: number;
}

/** Rows of a ticket, one list for each of the projection's tables. */
export type TicketRows = readonly (readonly Row[])[];

export interface ReplacedTicket {
  readonly history: TicketHistory;
  /** What its rows become. */
  readonly rows: TicketRows;
}

/**
 * Rows that are a pure function of one ticket's events (and of configuration, which `prepare` reads): the order of
 * arrival, batches and restarts never show in them.
 */
export interface Projection {
  /** Stands in commands, in app.projection and in the names of its files in migrations/read-models. */
  readonly name: string;
  readonly tables: readonly Table[];
  /** Raised when the same events lead to other rows: parked tickets are tried again, and a rebuild is due. */
  readonly codeVersion: number;
  /**
   * When a rebuild puts new tables in the place of those that another code version has made, inside its last transaction, while
   * the views still show the old ones: for what the old rows tell and the log does not. All followers wait for it.
   */
  carryOver?(tx: Queryable, oldSchema: string, newSchema: string): Promise<void>;
  rows(history: TicketHistory): TicketRows;
  /** Before each batch: reads what the rows depend on beside the events. */
  prepare?(): Promise<void>;
  /** Some tickets of the lane whose rows were made with what no longer holds; none = all are up to date. */
  outdated?(db: Queryable, storage: Storage, limit: number): Promise<readonly TicketRef[]>;
  /** Inside the transaction that replaces the rows of tickets that have some, while the old ones are still there. */
  replacing?(tx: Queryable, storage: Storage, tickets: readonly ReplacedTicket[]): Promise<void>;
  /** About once a second while this node holds the lane, whose rows hold its events up to a position. */
  tick?(db: Queryable, storage: Storage, upTo: number): Promise<void>;
}
