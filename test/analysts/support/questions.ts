import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const GUIDE = join(__dirname, '../../../docs/analysts.md');

const SECTION = /^## (.+)$/m;
const QUESTION = /^### (\d+)\. (.+)$/m;
const SQL = /```sql\n([\s\S]*?)```/;

export interface Question {
  readonly no: number;
  readonly title: string;
  readonly sql: string;
}

/** The text below a heading of the analysts' guide. */
export function section(name: string): string {
  const [, ...parts] = readFileSync(GUIDE, 'utf8').split(SECTION);
  const at = parts.indexOf(name);
  const text = at < 0 ? undefined : parts[at + 1];
  if (text === undefined) throw new Error(`the guide has no section ${name}`);
  return text;
}

/** The first statement, or statements, that a text shows. */
export function sqlIn(text: string): string {
  const sql = SQL.exec(text)?.[1];
  if (sql === undefined) throw new Error(`no SQL in: ${text.slice(0, 80)}`);
  return sql;
}

export function questions(): readonly Question[] {
  const [, ...parts] = section('Questions and answers').split(QUESTION);
  const found: Question[] = [];
  for (let at = 0; at + 2 < parts.length; at += 3) {
    const [no, title = '', text = ''] = parts.slice(at, at + 3);
    found.push({ no: Number(no), title, sql: sqlIn(text) });
  }
  return found;
}
