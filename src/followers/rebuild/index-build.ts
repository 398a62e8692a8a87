import { openSession, type Session } from '../../platform/postgres/copy';
import { indexesOf, makeIndexes, type TableIndexes } from '../../platform/postgres/read-models';
import { type Build, noteIndexed } from './build';

/** Sorting is PostgreSQL's work alone, a core a connection. */
const AT_ONCE = 2;
const SETTINGS = { max_parallel_maintenance_workers: '0', maintenance_work_mem: '128MB' } as const;

const SIZE = `SELECT pg_relation_size($1::regclass)::bigint AS bytes`;

/** The indexes of a table are made in one transaction, so its primary key tells of all. */
const IS_INDEXED = `
  SELECT EXISTS (SELECT FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'p') AS "isIndexed"`;

/** Once all rows are there. */
export async function indexBuild(url: string, session: Session, build: Build): Promise<void> {
  if (build.isIndexed) return;
  const waiting = await bySize(session, build);
  const failing = new AbortController();
  const work = async (): Promise<void> => {
    const own = await openSession({ url, applicationName: 'casetrail-rebuild', settings: SETTINGS });
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        failing.signal.throwIfAborted();
        await indexTable(own, build, next);
      }
    } finally {
      await own.close();
    }
  };
  const working = Array.from({ length: AT_ONCE }, () =>
    work().catch((thrown: unknown) => failing.abort(thrown)),
  );
  await Promise.all(working);
  failing.signal.throwIfAborted();
  await noteIndexed(session);
}

/** The largest first: nobody then waits long for the last one. */
async function bySize(session: Session, { projections, schema }: Build): Promise<TableIndexes[]> {
  const sized: { readonly indexes: TableIndexes; readonly bytes: number }[] = [];
  for (const indexes of projections.flatMap(({ name }) => indexesOf(name))) {
    const [row] = await session.query<{ bytes: number }>({
      text: SIZE,
      values: [`${schema}.${indexes.table}`],
    });
    sized.push({ indexes, bytes: row?.bytes ?? 0 });
  }
  return sized.sort((a, b) => b.bytes - a.bytes).map(({ indexes }) => indexes);
}

async function indexTable(session: Session, build: Build, indexes: TableIndexes): Promise<void> {
  const name = `${build.schema}.${indexes.table}`;
  const [row] = await session.query<{ isIndexed: boolean }>({ text: IS_INDEXED, values: [name] });
  if (row?.isIndexed !== true) {
    await session.transaction(() => makeIndexes(session, indexes, build.generation));
  }
  await session.query({ text: `ANALYZE ${name}` });
}
