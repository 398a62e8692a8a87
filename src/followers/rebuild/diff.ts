import { type Session } from '../../platform/postgres/copy';
import { readGenerations, schemaOf } from '../projections/generations';
import { PROJECTIONS } from '../projections/projections';
import { type Table } from '../projections/table';
import { type Build } from './build';
import { sharedColumns } from './shared-columns';

const FETCHED_AT_ONCE = 500;
/** They tell by what a row was made, not what it says. */
const IGNORED: ReadonlySet<string> = new Set(['config_revision', 'projection_version']);

/** One row that would be another, or would be there or gone. */
export interface Difference {
  readonly table: string;
  readonly ticketKey: string;
  /** What else tells the row apart. */
  readonly key: Readonly<Record<string, unknown>>;
  readonly change: 'changed' | 'added' | 'missing';
  /** For `changed`: by column. */
  readonly columns: Readonly<Record<string, { readonly old: unknown; readonly new: unknown }>>;
}

export interface DiffSummary {
  readonly changed: number;
  readonly added: number;
  readonly missing: number;
  /** Tickets that moved while the two were compared. */
  readonly leftOut: number;
  /** Columns, or whole tables, that only one side has. */
  readonly notCompared: readonly string[];
}

const MOVED = `
  SELECT DISTINCT e.lane, e.tenant || '/' || e.ticket_id AS ticket_key
  FROM es.follower f JOIN app.rebuild_lane b USING (lane)
  JOIN es.event e ON e.lane = b.lane AND e.position > b.position AND e.position <= f.position
  WHERE f.name = '${PROJECTIONS}' AND e.ticket_id IS NOT NULL`;

/** Compares the live rows with the new ones, in one snapshot. */
export async function diff(
  session: Session,
  build: Build,
  onDifference: (difference: Difference) => void,
): Promise<DiffSummary> {
  await session.query({ text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' });
  try {
    const counts = { changed: 0, added: 0, missing: 0 };
    const notCompared: string[] = [];
    const live = await readGenerations(session);
    for (const projection of build.projections) {
      const old = schemaOf(live.get(projection.name) ?? 0);
      for (const table of projection.tables) {
        const comparison = await compare(session, table, { old, new: build.schema });
        notCompared.push(...comparison.notCompared);
        if (comparison.text === null) continue;
        for await (const row of rowsOf(session, comparison.text)) {
          const difference = differenceOf(table, row);
          counts[difference.change] += 1;
          onDifference(difference);
        }
      }
    }
    const moved = await session.query({ text: MOVED });
    return { ...counts, leftOut: moved.length, notCompared };
  } finally {
    await session.query({ text: 'ROLLBACK' });
  }
}

interface Schemas {
  readonly old: string;
  readonly new: string;
}

/** The statement that finds the rows which differ; null where there is nothing to compare with. */
async function compare(
  session: Session,
  { name, key }: Table,
  schemas: Schemas,
): Promise<{ text: string | null; notCompared: string[] }> {
  const columns = await sharedColumns(session, `${schemas.old}.${name}`, `${schemas.new}.${name}`);
  if (columns === null) return { text: null, notCompared: [name] };
  const { selected: shared, unshared } = columns;
  const selected = [...shared].flatMap(([column, text]) => (IGNORED.has(column) ? [] : [text]));
  const same = key.map((column) => `o.${column} = n.${column}`).join(' AND ');
  const text = `
    WITH moved AS MATERIALIZED (${MOVED})
    SELECT to_jsonb(o) AS old, to_jsonb(n) AS new
    FROM (SELECT ${selected.join(', ')} FROM ${schemas.old}.${name}) o
    FULL JOIN (SELECT ${selected.join(', ')} FROM ${schemas.new}.${name}) n ON ${same}
    WHERE o IS DISTINCT FROM n AND coalesce(o.ticket_key, n.ticket_key) NOT IN (SELECT m.ticket_key FROM moved m)
    ORDER BY ${key.map((column) => `coalesce(o.${column}, n.${column})`).join(', ')}`;
  return { text, notCompared: unshared.map((column) => `${name}.${column}`) };
}

type JsonRow = Readonly<Record<string, unknown>>;

interface Pair extends Record<string, unknown> {
  readonly old: JsonRow | null;
  readonly new: JsonRow | null;
}

/** Some at a time: there may be as many differences as rows. */
async function* rowsOf(session: Session, text: string): AsyncGenerator<Pair> {
  await session.query({ text: `DECLARE differences NO SCROLL CURSOR FOR ${text}` });
  for (;;) {
    const rows = await session.query<Pair>({ text: `FETCH ${FETCHED_AT_ONCE} FROM differences` });
    yield* rows;
    if (rows.length < FETCHED_AT_ONCE) break;
  }
  await session.query({ text: 'CLOSE differences' });
}

function differenceOf({ name, key }: Table, { old, new: fresh }: Pair): Difference {
  const row = fresh ?? old ?? {};
  const [first = '', ...rest] = key;
  const place = {
    table: name,
    ticketKey: String(row[first]),
    key: Object.fromEntries(rest.map((column) => [column, row[column]])),
  };
  if (old === null) return { ...place, change: 'added', columns: {} };
  if (fresh === null) return { ...place, change: 'missing', columns: {} };
  const changed = Object.keys(fresh).filter(
    (column) => JSON.stringify(old[column]) !== JSON.stringify(fresh[column]),
  );
  const columns = Object.fromEntries(
    changed.map((column) => [column, { old: old[column], new: fresh[column] }]),
  );
  return { ...place, change: 'changed', columns };
}
