import { type Cell, type Column, type Row, type Table } from './table';

const QUOTED = /["\\]/g;
const SPECIAL = /["\\]/;
/** Of JavaScript's calendar, in ms. */
const LAST_INSTANT = 8.64e15;

/** An array of a table's rows as PostgreSQL reads it. Cells stand in the order of the table's columns. */
export function recordsText({ columns }: Table, rows: readonly Row[]): string {
  let text = '{';
  for (const row of rows) {
    text += text === '{' ? '"(' : ',"(';
    let comma = '';
    for (const column of columns) {
      text += comma + fieldText(column, row[column.name]);
      comma = ',';
    }
    text += ')"';
  }
  return `${text}}`;
}

/** A field of a record in an array: quoted twice. One that is not there is null; the empty text is quoted. */
function fieldText(column: Column, cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'boolean') return cell ? 't' : 'f';
  const text = textOf(column, cell);
  if (typeof cell === 'number') return text;
  return `\\"${SPECIAL.test(text) ? text.replace(QUOTED, twiceQuoted) : text}\\"`;
}

function twiceQuoted(character: string): string {
  return character === '"' ? '\\\\\\"' : '\\\\\\\\';
}

/** As PostgreSQL reads a value of the column's type. */
export function textOf({ type }: Column, cell: NonNullable<Cell>): string {
  if (type === 'text[]') return arrayText(cell);
  if (type === 'timestamptz' && typeof cell === 'number') return instantText(cell);
  return String(cell);
}

const REMEMBERED = 4096;
const knownInstants = new Float64Array(REMEMBERED).fill(NaN);
const knownTexts = new Array<string>(REMEMBERED).fill('');

/** The rows of a ticket name the same few instants again and again, and writing one costs ten times as much as finding it. */
function instantText(ms: number): string {
  const place = Math.abs(Math.trunc(ms)) % REMEMBERED;
  if (knownInstants[place] === ms) return knownTexts[place] ?? '';
  const text = madeInstantText(ms);
  if (Number.isFinite(ms)) {
    knownInstants[place] = ms;
    knownTexts[place] = text;
  }
  return text;
}

/** Years of five digits stand without the sign that JavaScript gives them. What is no instant PostgreSQL refuses. */
function madeInstantText(ms: number): string {
  if (!(Math.abs(ms) <= LAST_INSTANT)) return String(ms);
  const text = new Date(ms).toISOString();
  return text.startsWith('+') ? text.slice(1).replace(/^0+/, '') : text;
}

function arrayText(cell: Cell): string {
  if (!Array.isArray(cell)) throw new Error('an array was expected');
  const items = (cell as readonly string[]).map((item) => `"${item.replace(QUOTED, '\\$&')}"`);
  return `{${items.join(',')}}`;
}
