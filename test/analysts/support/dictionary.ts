import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Database } from '../../../src/platform/postgres/database';
import { GUIDE } from './questions';

const PRETTIER = join(__dirname, '../../../node_modules/prettier/bin/prettier.cjs');
const PLACE = /(<!-- dictionary -->\n)[\s\S]*(<!-- end of dictionary -->)/;

interface Column {
  readonly view: string;
  readonly about: string;
  readonly column: string;
  readonly type: string;
  readonly comment: string;
}

interface Routine {
  readonly signature: string;
  readonly returns: string;
  readonly comment: string;
}

const COLUMNS = `
  SELECT c.relname AS view, obj_description(c.oid, 'pg_class') AS about, a.attname AS column,
         replace(format_type(a.atttypid, NULL), 'timestamp with time zone', 'timestamptz') AS type,
         col_description(c.oid, a.attnum) AS comment
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
  WHERE c.relnamespace = 'rpt'::regnamespace
  ORDER BY c.relname, a.attnum`;

const ROUTINES = `
  SELECT p.proname || '(' || replace(pg_get_function_arguments(p.oid), 'timestamp with time zone', 'timestamptz') || ')'
           AS signature,
         replace(pg_get_function_result(p.oid), 'timestamp with time zone', 'timestamptz') AS returns,
         obj_description(p.oid, 'pg_proc') AS comment
  FROM pg_proc p WHERE p.pronamespace = 'rpt'::regnamespace ORDER BY p.proname`;

/** The analysts' guide as it has to be: with the comments of this database as its dictionary. */
export async function guideWithDictionary(db: Database): Promise<string> {
  const columns = await db.query<Column>({ text: COLUMNS });
  const routines = await db.query<Routine>({ text: ROUTINES });
  const views = [...new Set(columns.map(({ view }) => view))];
  const parts = views.map((view) => viewText(columns.filter((column) => column.view === view)));
  const dictionary = [...parts, functionsText(routines)].join('\n\n');
  const guide = readFileSync(GUIDE, 'utf8').replace(
    PLACE,
    (_whole, before: string, after: string) => `${before}\n${dictionary}\n\n${after}`,
  );
  // A process of its own: the formatter is an ES module.
  return execFileSync(process.execPath, [PRETTIER, '--stdin-filepath', GUIDE], {
    input: guide,
    encoding: 'utf8',
  });
}

function viewText(columns: readonly Column[]): string {
  const rows = columns.map(({ column, type, comment }) => `| \`${column}\` | ${type} | ${plain(comment)} |`);
  const [{ view, about } = { view: '', about: '' }] = columns;
  return [
    `### rpt.${view}`,
    '',
    plain(about),
    '',
    '| column | type | |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function functionsText(routines: readonly Routine[]): string {
  const rows = routines.map(
    ({ signature, returns, comment }) => `| \`rpt.${signature}\` | ${returns} | ${plain(comment)} |`,
  );
  return ['### Functions', '', '| function | returns | |', '| --- | --- | --- |', ...rows].join('\n');
}

/** Comments are text, not Markdown. */
function plain(comment: string): string {
  return comment.replace(/[<>|*]/g, '\\$&');
}
