import { type Cell, type Column, type Row, type Table } from './table';

const QUOTED = /["\\]/g;
/** Of JavaScript's calendar, in ms. */
const LAST_INSTANT = 8.64e15;

/** An array of a table's rows as PostgreSQL reads it. Cells stand in the order of the table's columns. */
export function recordsText({ columns }: Table, rows: readonly Row[]): string {
  let text = '{';
  for (const row of rows) {
    let record = '';
    for (const column of columns) record += `,${fieldText(column, row[column.name])}`;
    text += `${text === '{' ? '' : ','}"(${record.slice(1).replace(QUOTED, '\\$&')})"`;
  }
  return `${text}}`;
}

/** A field that is not there is null; the empty text is quoted. */
function fieldText(column: Column, cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'boolean') return cell ? 't' : 'f';
  const text = textOf(column, cell);
  return typeof cell === 'number' ? text : `"${text.replace(QUOTED, '\\$&')}"`;
}

/** As PostgreSQL reads a value of the column's type. */
export function textOf({ type }: Column, cell: NonNullable<Cell>): string {
  if (type === 'text[]') return arrayText(cell);
  if (type === 'timestamptz' && typeof cell === 'number') return instantText(cell);
  return String(cell);
}

/** Years of five digits stand without the sign that JavaScript gives them. What is no instant PostgreSQL refuses. */
function instantText(ms: number): string {
  if (!(Math.abs(ms) <= LAST_INSTANT)) return String(ms);
  const text = new Date(ms).toISOString();
  return text.startsWith('+') ? text.slice(1).replace(/^0+/, '') : text;
}

function arrayText(cell: Cell): string {
  if (!Array.isArray(cell)) throw new Error('an array was expected');
  const items = (cell as readonly string[]).map((item) => `"${item.replace(QUOTED, '\\$&')}"`);
  return `{${items.join(',')}}`;
}
