import { asError } from '../../kernel/errors';
import { OID } from '../../platform/postgres/binary-array';
import { BinaryFields } from '../../platform/postgres/binary-fields';
import { type Cell, type ColumnType, type Row, type Table } from '../projections/table';

interface SheetColumn {
  readonly name: string;
  readonly write: (into: BinaryFields, cell: NonNullable<Cell>) => void;
}

/** A cell of another type than its column's can't be written, and its ticket is parked: nothing is taken for what it is not. */
const WRITERS: Readonly<Record<ColumnType, SheetColumn['write']>> = {
  text: (into, cell) => into.text(String(cell)),
  uuid: (into, cell) => into.uuid(String(cell)),
  date: (into, cell) => into.date(String(cell)),
  boolean: (into, cell) => into.boolean(flagIn(cell)),
  smallint: (into, cell) => into.smallint(numberIn(cell)),
  int: (into, cell) => into.int(numberIn(cell)),
  bigint: (into, cell) => into.bigint(numberIn(cell)),
  timestamptz: (into, cell) => into.timestamptz(numberIn(cell)),
  'text[]': (into, cell) => into.array(OID.text, listIn(cell), (one, text) => one.text(text)),
};

function numberIn(cell: NonNullable<Cell>): number {
  if (typeof cell === 'number') return cell;
  throw new TypeError(`${JSON.stringify(cell)} is not a number`);
}

function flagIn(cell: NonNullable<Cell>): boolean {
  if (typeof cell === 'boolean') return cell;
  throw new TypeError(`${JSON.stringify(cell)} is not a boolean`);
}

function listIn(cell: NonNullable<Cell>): readonly string[] {
  if (typeof cell === 'object') return cell;
  throw new TypeError(`${JSON.stringify(cell)} is not a list`);
}

/** What goes into one new table: the rows of some tickets, one ticket behind the other. */
export class TableSheet {
  /** The table with its columns, as COPY names it. */
  readonly target: string;
  readonly #columns: readonly SheetColumn[];
  readonly #rows = new BinaryFields();
  /** Of each ticket in turn: where its rows end. */
  readonly #ends: number[] = [];

  constructor(
    schema: string,
    private readonly table: Table,
  ) {
    this.#columns = table.columns.map(({ name, type }) => ({ name, write: WRITERS[type] }));
    this.target = `${schema}.${table.name} (${table.columns.map(({ name }) => name).join(', ')})`;
  }

  /** In bytes. */
  get size(): number {
    return this.#rows.end;
  }

  /** Rows of the ticket that stands behind the others. Throws where no table could hold them. */
  write(rows: readonly Row[]): void {
    const doubled = this.#doubledKey(rows);
    if (doubled !== null) throw new Error(`two rows have the same key (${doubled})`);
    for (const row of rows) this.#writeRow(row);
  }

  #writeRow(row: Row): void {
    this.#rows.row(this.#columns.length);
    for (const { name, write } of this.#columns) {
      const cell = row[name];
      if (cell === null || cell === undefined) this.#rows.none();
      else
        try {
          write(this.#rows, cell);
        } catch (thrown) {
          const { message } = asError(thrown);
          throw new Error(`${this.table.name}.${name}: ${message}`, { cause: thrown });
        }
    }
  }

  /** That ticket is to have no rows. */
  discard(): void {
    this.#rows.cutTo(this.#endOf(this.#ends.length - 1));
  }

  /** Nothing more is written of that ticket. */
  close(): void {
    this.#ends.push(this.#rows.end);
  }

  clear(): void {
    this.#ends.length = 0;
    this.#rows.cutTo(0);
  }

  /** The rows of some of the tickets. */
  of(from: number, to: number): Uint8Array {
    return this.#rows.between(this.#endOf(from - 1), this.#endOf(to - 1));
  }

  #endOf(ticket: number): number {
    return this.#ends[ticket] ?? 0;
  }

  /** What no index is there yet to refuse. */
  #doubledKey(rows: readonly Row[]): string | null {
    if (rows.length < 2 || this.#isCounted(rows)) return null;
    const keys = new Set<string>();
    for (const row of rows) {
      const key = this.table.key.map((name) => String(row[name])).join(', ');
      if (keys.has(key)) return key;
      keys.add(key);
    }
    return null;
  }

  /** Mostly the rows of a ticket are numbered one after the other. */
  #isCounted(rows: readonly Row[]): boolean {
    const name = this.table.key.at(-1) ?? '';
    let before = -Infinity;
    for (const row of rows) {
      const number = row[name];
      if (typeof number !== 'number' || number <= before) return false;
      before = number;
    }
    return true;
  }
}
