import { cellOf } from '../../platform/postgres/copy';
import { type Cell, type Column, type Row, type Table } from '../projections/table';
import { textOf } from '../projections/row-literals';

/** Rows as lines for COPY. */
export class RowText {
  /** A table with its columns, as COPY names it. */
  readonly target: string;
  readonly #columns: readonly Column[];

  constructor(
    schema: string,
    private readonly table: Table,
  ) {
    this.#columns = table.columns;
    this.target = `${schema}.${table.name} (${table.columns.map(({ name }) => name).join(', ')})`;
  }

  /** Joined, not added up piece by piece: what waits for its chunk is then one string and not a tree of sixty. */
  linesOf(rows: readonly Row[]): string {
    const columns = this.#columns;
    const cells = new Array<string>(columns.length);
    let lines = '';
    for (const row of rows) {
      for (const [n, column] of columns.entries()) cells[n] = textCell(column, row[column.name]);
      lines += lines === '' ? cells.join('\t') : `\n${cells.join('\t')}`;
    }
    return lines;
  }

  /** What no index is there yet to refuse. */
  doubledKey(rows: readonly Row[]): string | null {
    if (rows.length < 2) return null;
    const keys = new Set<string>();
    for (const row of rows) {
      const key = this.table.key.map((name) => String(row[name])).join(', ');
      if (keys.has(key)) return key;
      keys.add(key);
    }
    return null;
  }
}

function textCell(column: Column, cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '\\N';
  if (typeof cell === 'boolean') return cell ? 't' : 'f';
  const text = textOf(column, cell);
  return typeof cell === 'number' ? text : cellOf(text);
}
